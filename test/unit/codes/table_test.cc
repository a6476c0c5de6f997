#include "codes/table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace turnaway::codes {
namespace {

TEST(Table, FindsEveryRowItHas) {
    EXPECT_EQ(enhanced_rows.size(), 81U);
    for (const auto& row : enhanced_rows) EXPECT_EQ(find(row.detail), &row);
    for (const auto& row : reply_rows) EXPECT_EQ(find(row.code), &row);
}

TEST(Table, HasNothingElse) {
    EXPECT_EQ(find(Detail{1, 11}), nullptr);
    EXPECT_EQ(find(Detail{8, 0}), nullptr);
    EXPECT_EQ(find(Detail{7, 31}), nullptr);
    EXPECT_EQ(find(*ReplyCode::parse("599")), nullptr);
    EXPECT_EQ(find(*ReplyCode::parse("200")), nullptr);
    EXPECT_EQ(find_class(3), nullptr);
    EXPECT_EQ(find_subject(8), nullptr);
}

// The registry's counts for each subject, 0 to 7: a row under a wrong subject would show.
TEST(Table, HasTheRegistrysNumberOfDetailsForEachSubject) {
    std::array<int, 8> count{};
    for (const auto& row : enhanced_rows) ++count.at(row.detail.subject);
    EXPECT_EQ(count, (std::array<int, 8>{1, 11, 5, 7, 8, 7, 11, 31}));
}

TEST(Table, NamesTheCodesTheProgramSends) {
    EXPECT_EQ(host_takes_no_mail.value(), 521);
    EXPECT_EQ(domain_takes_no_mail.value(), 556);
    EXPECT_EQ(EnhancedCode::permanent(recipient_null_mx).text(), "5.1.10");
    EXPECT_EQ(EnhancedCode::permanent(system_takes_no_mail).text(), "5.3.2");
    EXPECT_EQ(EnhancedCode::permanent(sender_null_mx).text(), "5.7.27");
    EXPECT_EQ(EnhancedCode::temporary(requiretls_unsupported).text(), "4.7.30");
}

// Requirements 8, 11 and 12.
TEST(Table, PairsAsTheNoMailRfcsDo) {
    EXPECT_TRUE(is_paired(*find(system_takes_no_mail), host_takes_no_mail));
    EXPECT_TRUE(is_paired(*find(recipient_null_mx), domain_takes_no_mail));
    EXPECT_FALSE(is_paired(*find(recipient_null_mx), host_takes_no_mail));
    EXPECT_TRUE(is_paired(*find(sender_null_mx), mailbox_unavailable));
    EXPECT_TRUE(is_paired(*find(other_status), mailbox_unavailable));
}

// Every standard reply code has a name for the code base; what nobody should send has none.
TEST(Table, OnlyStandardCodesHaveNames) {
    for (const auto& row : reply_rows) {
        const bool is_sent =
            row.about.standing == Standing::standard || row.about.standing == Standing::extension;
        if (is_sent) {
            EXPECT_FALSE(row.about.name.empty()) << row.code.value();
        }
        if (row.about.standing == Standing::wild) {
            EXPECT_TRUE(row.about.name.empty()) << row.code.value();
        }
    }
    for (const auto& row : enhanced_rows) {
        EXPECT_EQ(row.about.name.empty(), row.about.standing == Standing::deprecated)
            << row.detail.subject << '.' << row.detail.detail;
    }
}

TEST(Table, HasEveryReplyCodeOfRfc5321) {
    for (const char* code :
         {"211", "214", "220", "221", "250", "251", "252", "354", "421", "450", "451", "452",
          "455", "500", "501", "502", "503", "504", "550", "551", "552", "553", "554", "555"}) {
        const auto* row = find(*ReplyCode::parse(code));
        ASSERT_NE(row, nullptr) << code;
        EXPECT_EQ(row->about.standing, Standing::standard) << code;
    }
}

TEST(Table, SaysTheSameThingOnlyOnce) {
    std::set<std::string_view> meanings;
    for (const auto& row : enhanced_rows) {
        EXPECT_TRUE(meanings.insert(row.about.meaning).second) << row.about.meaning;
    }
}

}  // namespace
}  // namespace turnaway::codes
