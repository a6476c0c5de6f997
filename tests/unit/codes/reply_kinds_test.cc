// Replies of one kind must be read alike, whoever wrote them: tests/data/reply_kinds.csv holds for
// each kind the reply that was once read wrongly, and others of its kind.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "codes/interpretation.h"
#include "csv_rows.h"
#include "source_folder.h"

namespace turnaway::codes {
namespace {

ReplyInterpretation judged(std::string_view input, ReplyReader& reader) {
    const auto reading = reader.read(input);
    if (reading) return judge(*reading);
    return judge(reader.read_words(input));
}

TEST(ReplyKinds, AreReadAlike) {
    const auto rows = csv_rows(source_folder() + "/tests/data/reply_kinds.csv");
    ASSERT_GT(rows.size(), 80U);
    for (const auto& fields : rows) {
        ASSERT_EQ(fields.size(), 4U) << fields[0];
        ReplyReader reader;
        const ReplyInterpretation interpretation = judged(fields[1], reader);
        const auto cause = interpretation.shown_cause();
        EXPECT_EQ(cause ? row_of(*cause).name : "-", fields[2]) << fields[0] << ": " << fields[1];
        EXPECT_EQ(name_of(interpretation.actor), fields[3]) << fields[0] << ": " << fields[1];
    }
}

// Replies of many hosts, in many languages, each with what is wrong.
TEST(ReplyKinds, TheWordsOfManyHostsAreUnderstood) {
    const auto rows = csv_rows(source_folder() + "/tests/data/reply_variety.csv");
    ASSERT_GT(rows.size(), 800U);
    for (const auto& fields : rows) {
        ASSERT_EQ(fields.size(), 2U) << fields[0];
        ReplyReader reader;
        const auto cause = judged(fields[1], reader).shown_cause();
        EXPECT_EQ(cause ? row_of(*cause).name : "-", fields[0]) << fields[1];
    }
}

// No reply came at all: a client keeps the message and tries again (RFC 5321 section 4.5.4.1).
TEST(ReplyKinds, ALostConnectionWithoutACodeIsForNow) {
    for (const std::string_view words :
         {"lost connection with mx.example.org[192.0.2.1] while receiving the initial greeting",
          "2026-11-30 10:00:00 1abc-00-00 == ann@example.org R=dnslookup T=remote_smtp defer "
          "(110): Connection timed out H=mx.example.org [192.0.2.1]",
          "Name service error for name=example.org type=MX: Host not found, try again"}) {
        ReplyReader reader;
        const ReplyInterpretation interpretation = judged(words, reader);
        EXPECT_EQ(interpretation.retry, Retry::later) << words;
        EXPECT_TRUE(interpretation.advice.starts_with("Try again later")) << interpretation.advice;
    }
}

}  // namespace
}  // namespace turnaway::codes
