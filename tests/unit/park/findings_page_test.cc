// docs/park-findings.md is the table of findings, row for row. TURNAWAY_WRITE_PAGES=1 writes it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "park/finding.h"
#include "source_folder.h"

namespace turnaway::park {
namespace {

std::string page() {
    std::string out =
        "# What `turnaway park audit` finds\n\n"
        "Ids stay as they are; new ones may come. Exit 1 is for critical and warning. Made from "
        "`src/park/finding.cc`; a test holds both together\n"
        "(`TURNAWAY_WRITE_PAGES=1 build/release/bin/unit_park --gtest_filter=FindingsPage.*` "
        "writes this page).\n\n"
        "| id | severity | what it means | what to do | source |\n|---|---|---|---|---|\n";
    for (const FindingRow& row : finding_rows()) {
        std::string line = "| `";
        line += row.id;
        line += "` | ";
        line += name(row.severity);
        for (const auto part : {row.meaning, row.fix, row.source}) {
            line += " | ";
            line += part;
        }
        out += line + " |\n";
    }
    return out;
}

TEST(FindingsPage, IsTheTable) {
    const std::string path = source_folder() + "/docs/park-findings.md";
    if (std::getenv("TURNAWAY_WRITE_PAGES") != nullptr) std::ofstream(path) << page();
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    EXPECT_EQ(text.str(), page());
}

TEST(FindingsPage, HasSentencesAndSources) {
    for (const FindingRow& row : finding_rows()) {
        EXPECT_TRUE(row.meaning.ends_with('.') && row.fix.ends_with('.')) << row.id;
        EXPECT_FALSE(row.source.empty()) << row.id;
        EXPECT_EQ(row.meaning.find('|'), std::string_view::npos) << row.id;
    }
}

}  // namespace
}  // namespace turnaway::park
