// Records as a zone file has them: names, quoting, pieces of 255 octets.
#include "park/records/record.h"

#include <gtest/gtest.h>

#include <string>

namespace turnaway::park {
namespace {

mail::Domain domain(std::string_view text) {
    return mail::Domain::parse(text).value();
}

Record record(std::string_view relative, RecordType type, std::string data) {
    return {.zone = domain("example.org"),
            .relative = std::string(relative),
            .type = type,
            .ttl_seconds = 60,
            .data = std::move(data)};
}

TEST(Record, OwnerJoinsNameAndZone) {
    EXPECT_EQ(record("", RecordType::txt, "").owner(), "example.org");
    EXPECT_EQ(record("*._domainkey", RecordType::txt, "").owner(), "*._domainkey.example.org");
}

TEST(Record, MxIsWrittenWithOneFinalDot) {
    Record mx = record("", RecordType::mx, ".");
    EXPECT_TRUE(mx.is_null_mx());
    EXPECT_EQ(presentation(mx), "0 .");
    mx.data = "mx.example.net";
    mx.preference = 10;
    EXPECT_FALSE(mx.is_null_mx());
    EXPECT_EQ(presentation(mx), "10 mx.example.net.");
}

TEST(Record, TextOfThatIsADotIsNoNullMx) {
    EXPECT_FALSE(record("", RecordType::txt, ".").is_null_mx());
}

TEST(Record, TextIsCutAt255Octets) {
    EXPECT_EQ(character_strings("").size(), 1U);
    EXPECT_EQ(character_strings(std::string(255, 'a')).size(), 1U);
    const std::string long_text = std::string(255, 'a') + 'b';
    const auto pieces = character_strings(long_text);
    ASSERT_EQ(pieces.size(), 2U);
    EXPECT_EQ(pieces[1], "b");
    EXPECT_EQ(quoted_text(long_text), '"' + std::string(255, 'a') + "\" \"b\"");
    EXPECT_EQ(character_strings(std::string(510, 'a')).size(), 2U);
}

TEST(Record, TextIsQuotedAndEscaped) {
    EXPECT_EQ(quoted_text(""), "\"\"");
    EXPECT_EQ(quoted_text("v=DMARC1; p=reject"), "\"v=DMARC1; p=reject\"");
    EXPECT_EQ(quoted_text("a\"b\\c"), "\"a\\\"b\\\\c\"");
    EXPECT_EQ(quoted_text("v=spf1 \xe2\x80\x93"), "\"v=spf1 \\226\\128\\147\"");
    EXPECT_EQ(quoted_text("\t\x7f"), "\"\\009\\127\"");
}

}  // namespace
}  // namespace turnaway::park
