// What a dialogue cannot show: how replies are batched, what the driver reads, shutdown, bounds.
#include "smtp/server_session.h"

#include <gtest/gtest.h>

#include "dialogue/server_host.h"

namespace turnaway::smtp {
namespace {

using dialogue::ServerHost;
using Kind = ServerSession::Action::Kind;

constexpr std::string_view begun =
    "EHLO client.example\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<b@host.example>\r\n";

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

TEST(ServerSession, SendsTheRepliesToAPipelineTogether) {
    ServerHost host;
    host.run();
    host.take(std::string(begun) + "DATA\r\n");
    EXPECT_EQ(host.sends(), 2U);  // the greeting, and all the rest
}

// Requirement 37 seen from the other side: no answer is held until the client's timeout ends.
TEST(ServerSession, HoldsFewAnswersBack) {
    ServerHost host;
    host.run();
    host.take(std::string(begun) + repeated("RCPT TO:<b@nullmx.example>\r\n", 40));
    EXPECT_GE(host.sends(), 5U);
    EXPECT_LE(host.sends(), 8U);
}

TEST(ServerSession, TellsTheDriverWhatItNeeds) {
    ServerHost host;
    host.run();
    host.take(std::string(begun));
    const auto first = host.session().transaction();
    EXPECT_TRUE(host.session().is_esmtp());
    EXPECT_FALSE(host.session().is_encrypted());
    EXPECT_EQ(host.session().helo_name(), "client.example");
    EXPECT_EQ(host.session().envelope().recipients.size(), 1U);
    host.take("DATA\r\n\xfc\r\n");
    EXPECT_TRUE(host.session().is_eight_bit());
    EXPECT_EQ(host.session().content_bytes(), 3U);
    host.take(".\r\nMAIL FROM:<>\r\n");
    EXPECT_NE(host.session().transaction(), first);
    ASSERT_EQ(host.messages().size(), 1U);
    EXPECT_TRUE(host.messages()[0].is_eight_bit);
    EXPECT_EQ(host.messages()[0].envelope.reverse_path.text(), "<a@client.example>");
}

TEST(ServerSession, TellsAnEightBitHeaderFromAnEightBitBody) {
    const std::pair<std::string_view, bool> contents[] = {
        {"Subject: x\r\n\r\n\xfc\r\n", true},  {"Subject: x\r\n\r\nSubject: \xfc\r\n", true},
        {"Subject: \xfc\r\n\r\nx\r\n", false}, {"Received: \xfc\r\n\r\nx\r\n", false},
        {"Rec\xfc: x\r\n\r\nx\r\n", false},    {"\xfc: x\r\n\r\nx\r\n", false},
        {"A: x\r\n \xfc\r\n\r\nx\r\n", false},
    };
    for (const auto& [content, is_ascii] : contents) {
        for (const bool is_whole : {true, false}) {
            ServerHost host;
            host.run();
            host.take(std::string(begun) + "DATA\r\n");
            if (is_whole) host.take(std::string(content));
            for (const char c : content) {
                if (!is_whole) host.take(std::string(1, c));
            }
            host.take("x\r\n");
            EXPECT_TRUE(host.session().is_eight_bit()) << content;
            EXPECT_EQ(host.session().has_ascii_header(), is_ascii) << content;
        }
    }
}

// Whatever came in one read is offered in one piece, dots taken out.
TEST(ServerSession, StoresInPiecesAsBigAsWhatCame) {
    const auto settings = dialogue::example_settings();
    ServerSession session(settings, "192.0.2.1");
    const auto obey = [&] {
        while (session.action().kind != Kind::read && session.action().kind != Kind::store) {
            session.action().kind == Kind::send
                ? session.sent()
                : session.answered({codes::ok, codes::EnhancedCode::success({}), "Ok"});
        }
    };
    obey();
    session.received(std::string(begun) + "DATA\r\n");
    obey();
    session.received("a\r\n..b\r\nc\r\n..\r\nd\r\n.\r\n");
    ASSERT_EQ(session.action().kind, Kind::store);
    EXPECT_EQ(session.action().bytes, "a\r\n.b\r\nc\r\n.\r\nd\r\n");
    session.stored(true);
    EXPECT_EQ(session.action().kind, Kind::commit);
}

// Requirement 31: 421 where the next command would be read, and the message under way is finished.
TEST(ServerSession, ShutsDownBetweenCommands) {
    ServerHost host;
    host.run();
    host.take(std::string(begun) + "DATA\r\nx\r\n");
    host.session().shut_down();
    EXPECT_EQ(host.run(), "");
    EXPECT_EQ(host.take(".\r\nNOOP\r\n"),
              "250 2.0.0 queued as 1\r\n421 4.3.2 relay.example Server shutting down; try again "
              "later\r\n");
    EXPECT_TRUE(host.is_over());

    ServerHost idle;
    idle.run();
    idle.session().shut_down();
    EXPECT_EQ(idle.run(), "421 4.3.2 relay.example Server shutting down; try again later\r\n");
    EXPECT_TRUE(idle.is_over());
}

TEST(ServerSession, TellsWhoIsTooSlow) {
    ServerHost host;
    host.run();
    host.take(std::string(begun) + "DATA\r\nx\r\n");
    host.session().timed_out();
    EXPECT_EQ(host.run(), "421 4.4.2 relay.example Timeout waiting for input\r\n");
    EXPECT_TRUE(host.is_over());
    EXPECT_TRUE(host.messages().empty());
}

TEST(ServerSession, StoresNothingMoreWhenThereIsNoRoom) {
    for (const std::string_view content : {"DATA\r\nx\r\ny\r\n.\r\n", "BDAT 3 LAST\r\nx\r\n"}) {
        ServerHost host;
        host.run();
        host.take(std::string(begun));
        host.break_at(host.wishes() + (content.starts_with("DATA") ? 3 : 2),
                      dialogue::ServerBreak::no_room);
        const std::string said = host.take(content);
        EXPECT_TRUE(
            said.ends_with("452 4.3.1 Insufficient storage for the message; try again later\r\n"))
            << said;
        EXPECT_TRUE(host.messages().empty());
        EXPECT_EQ(host.take("NOOP\r\n"), "250 2.0.0 Ok\r\n");
    }
}

// Requirement 55: a refused message is not read for ever.
TEST(ServerSession, ClosesOnWhoSendsFarTooMuch) {
    for (const std::string_view start : {"DATA\r\n", "BDAT 18446744073709551615 LAST\r\n"}) {
        ServerHost host;
        host.run();
        host.take(std::string(begun));
        host.take(start);
        const std::string block = repeated(std::string(998, 'x') + "\r\n", 1000);
        std::string said;
        for (int i = 0; i < 20 && !host.is_over(); ++i) said += host.take(block);
        EXPECT_EQ(said, "552 5.3.4 The message is too big\r\n");
        EXPECT_TRUE(host.is_over());
    }
}

TEST(ServerSession, BoundsTheCommands) {
    ServerHost host;
    host.run();
    const std::string said = host.take(repeated("NOOP\r\n", 100));
    EXPECT_TRUE(said.ends_with("250 2.0.0 Ok\r\n421 4.3.2 relay.example Too many commands\r\n"));
    EXPECT_TRUE(host.is_over());
}

TEST(ServerSession, TellsWhatItRefusedByItself) {
    ServerHost host;
    host.run();
    auto& session = host.session();
    host.take("NONSENSE\r\n" + std::string(begun));
    EXPECT_EQ(session.errors(), 1U);
    EXPECT_EQ(session.shortages(), 0U);
    EXPECT_FALSE(session.is_in_content());
    host.take("RCPT TO:<b@nullmx.example>\r\n");  // the judge's refusal, not the session's
    host.take("DATA\r\n");
    EXPECT_TRUE(session.is_in_content());
    host.take(repeated(std::string(998, 'x') + "\r\n", 30) + ".\r\n");
    EXPECT_EQ(session.errors(), 1U);
    EXPECT_EQ(session.shortages(), 1U);
    const auto refusal = session.take_content_refusal();
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->says, ServerSays::message_too_big);
    EXPECT_EQ(refusal->sender.address()->text(), "a@client.example");
    EXPECT_FALSE(session.take_content_refusal());
    EXPECT_FALSE(session.last_words());

    host.take("MAIL FROM:<>\r\nRCPT TO:<b@host.example>\r\nDATA\r\nx\ny\r\n.\r\n");
    ASSERT_EQ(session.last_words(), ServerSays::content_bare_newline);
    const auto lost = session.take_content_refusal();
    ASSERT_TRUE(lost);
    EXPECT_EQ(lost->says, ServerSays::content_bare_newline);
    EXPECT_TRUE(lost->sender.is_null());
    const auto answer = server_answer(lost->says, {"relay.example", "192.0.2.1"});
    EXPECT_EQ(answer.code, codes::mailbox_unavailable);
    EXPECT_EQ(answer.enhanced, codes::EnhancedCode::permanent(codes::other_content_status));
    EXPECT_FALSE(is_shortage(lost->says));
}

// RFC 1870 section 4.
TEST(ServerSession, HasNoLimitWhenTheLimitIsNothing) {
    auto settings = dialogue::example_settings();
    settings.message_bytes_max = 0;
    ServerHost host(settings);
    host.run();
    host.take("EHLO x\r\nMAIL FROM:<> SIZE=99999999999\r\nRCPT TO:<b@host.example>\r\nDATA\r\n");
    host.take(repeated("x\r\n", 30'000) + ".\r\n");
    ASSERT_EQ(host.messages().size(), 1U);
    EXPECT_EQ(host.messages()[0].content.size(), 90'000U);
}

}  // namespace
}  // namespace turnaway::smtp
