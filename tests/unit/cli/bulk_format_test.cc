#include "cli/bulk/bulk_format.h"

#include <gtest/gtest.h>

namespace turnaway::cli {
namespace {

using namespace std::string_literals;

const std::vector<std::string> columns{"accepts_mail", "detail"};

BulkRow row(std::string raw, std::string cell) {
    return {.number = 7,
            .line = 9,
            .end = 100,
            .is_asked = true,
            .raw = std::move(raw),
            .cell = std::move(cell)};
}
BulkAnswer answer() {
    return {1, {"no", "none, \"at\tall\""}, "{\"accepts_mail\":\"no\"}"};
}

TEST(BulkFormatTest, AddsColumnsToTheRowAsItCame) {
    const BulkFormat lines(BulkForm::lines, false, columns);
    EXPECT_EQ(lines.text(row("  A.test", "A.test"), answer()),
              "  A.test\tno\tnone, \"at\\x09all\"\t1\n");
    EXPECT_EQ(lines.header(std::nullopt), "");
    const BulkFormat csv(BulkForm::csv, true, columns);
    EXPECT_EQ(csv.text(row("\"a.test\",x", "a.test"), answer()),
              "\"a.test\",x,no,\"none, \"\"at\tall\"\"\",1\n");
    EXPECT_EQ(csv.header("name,more"), "name,more,accepts_mail,detail,exit\n");
    EXPECT_EQ(csv.header(std::nullopt), "");
    const BulkFormat csv_of_lines(BulkForm::csv, false, columns);
    EXPECT_EQ(csv_of_lines.text(row(" a,b ", "a,b"), answer()).substr(0, 9), "\"a,b\",no,");
    EXPECT_EQ(csv_of_lines.header(std::nullopt), "input,accepts_mail,detail,exit\n");
    const BulkFormat json(BulkForm::json, true, columns);
    EXPECT_EQ(json.text(row("x", "a\"b"), answer()),
              "{\"row\":7,\"cell\":\"a\\\"b\",\"exit\":1,\"accepts_mail\":\"no\"}\n");
}

TEST(BulkFormatTest, CommentsStayInLinesAlone) {
    BulkRow comment = row("# all of them", "# all of them");
    comment.is_asked = false;
    EXPECT_EQ(BulkFormat(BulkForm::lines, false, columns).text(comment), "# all of them\n");
    EXPECT_EQ(BulkFormat(BulkForm::json, false, columns).text(comment), "");
}

TEST(BulkFormatTest, KnowsItsOwnRowsAgain) {
    for (const BulkForm form : {BulkForm::lines, BulkForm::csv, BulkForm::json}) {
        for (const bool is_csv_input : {false, true}) {
            if (form == BulkForm::lines && is_csv_input) continue;
            const BulkFormat format(form, is_csv_input, columns);
            const BulkRow mine = row("a.test", "a.test");
            const std::string written = format.text(mine, answer());
            const std::string_view record = std::string_view(written).substr(0, written.size() - 1);
            EXPECT_EQ(format.exit_code_in(record, mine), 1);
            EXPECT_EQ(format.exit_code_in(record, row("a.tes", "a.tes")), std::nullopt);
            EXPECT_EQ(format.exit_code_in("", mine), std::nullopt);
        }
    }
    const BulkFormat json(BulkForm::json, false, columns);
    BulkRow other = row("a.test", "a.test");
    const std::string written = json.text(other, answer());
    other.number = 8;
    EXPECT_EQ(json.exit_code_in(written, other), std::nullopt);
}

}  // namespace
}  // namespace turnaway::cli
