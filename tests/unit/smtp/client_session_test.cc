// What the dialogue files cannot show: words out of turn, loss while sending, bounds, deadlines,
// and what the driver can ask.
#include "smtp/client_session.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/limits.h"
#include "dialogue/client_script.h"

namespace turnaway::smtp {
namespace {

using Kind = ClientSession::Action::Kind;

ClientMessage message_for(std::size_t recipients) {
    ClientMessage message;
    for (std::size_t i = 0; i < recipients; ++i) {
        const std::string text = "user" + std::to_string(i) + "@host.example";
        message.envelope.recipients.push_back({mail::Address::parse(text).value()});
    }
    return message;
}

ClientSession connected(std::size_t recipients = 1) {
    ClientSession session({"relay.example", TlsPolicy::opportunistic, message_for(recipients)});
    session.connected();
    return session;
}

// A session that has sent its EHLO, answered so, and waits behind what it sent next.
ClientSession greeted(std::string_view ehlo_reply, std::size_t recipients = 1) {
    ClientSession session = connected(recipients);
    session.received("220 host.example\r\n");
    session.sent();
    session.received(ehlo_reply);
    return session;
}

ClientSession in_content() {
    ClientSession session = greeted("250-host.example\r\n250 PIPELINING\r\n");
    session.sent();
    session.received("250 Ok\r\n250 Ok\r\n354 Go\r\n");
    EXPECT_EQ(session.action().kind, Kind::send_content);
    return session;
}

std::string outcome_of_first(const ClientSession& session) {
    const auto& outcome = session.transaction().outcomes().front();
    return outcome ? dialogue::describe(*outcome) : "none";
}

TEST(ClientSession, NamesEachWait) {
    ClientSession session({"relay.example", TlsPolicy::opportunistic, message_for(1)});
    std::vector<ClientWait> waits;
    const auto note = [&] { waits.push_back(session.action().wait); };
    note();
    session.connected();
    note();
    session.received("220 host.example\r\n");
    note();
    for (const std::string_view reply : {"250-host.example\r\n250 STARTTLS\r\n", "454 No\r\n",
                                         "250 Ok\r\n", "250 Ok\r\n", "354 Go\r\n"}) {
        session.sent();
        note();
        session.received(reply);
    }
    note();
    session.content_sent();
    note();
    session.received("250 Ok\r\n");
    EXPECT_EQ(session.action().kind, Kind::ready);
    session.quit();
    session.sent();
    note();
    using enum ClientWait;
    EXPECT_EQ(waits, (std::vector{connect, greeting, block, ehlo, starttls, mail, rcpt, data, block,
                                  final_dot, quit}));
}

TEST(ClientSession, TakesARefusalBeforeTheEndOfTheContent) {
    ClientSession session = in_content();
    session.received("552 5.3.4 Too big\r\n");
    EXPECT_EQ(session.action().kind, Kind::close);
    EXPECT_EQ(outcome_of_first(session), "permanent replied content 5.3.4 552");
    EXPECT_FALSE(session.host_outcome()) << "it is about this message";

    ClientSession closing = in_content();
    closing.received("421 Bye\r\n");
    EXPECT_EQ(outcome_of_first(closing), "temporary replied content 4.3.2 421");
    EXPECT_TRUE(closing.host_outcome());
}

// The driver may see the reply before it sees that its last write is done; but until then it serves
// nobody.
TEST(ClientSession, KeepsA250UntilTheContentIsSent) {
    ClientSession session = in_content();
    session.received("250 Ok\r\n");
    EXPECT_EQ(session.action().kind, Kind::send_content);
    EXPECT_FALSE(session.transaction().is_decided());
    ClientSession broken = session;
    session.content_sent();
    EXPECT_EQ(outcome_of_first(session), "delivered replied final_dot 2.0.0 250");
    EXPECT_EQ(session.action().kind, Kind::ready);
    broken.closed();
    EXPECT_EQ(outcome_of_first(broken), "temporary lost content 4.4.2 -");
}

TEST(ClientSession, TakesAReplyThatArrivesAroundTheEndOfTheContent) {
    ClientSession session = in_content();
    session.received("250 O");
    session.content_sent();
    EXPECT_FALSE(session.transaction().is_decided());
    session.received("k\r\n");
    EXPECT_EQ(outcome_of_first(session), "delivered replied final_dot 2.0.0 250");
}

TEST(ClientSession, BelievesNoWordsOutOfTurn) {
    ClientSession hello = connected();
    hello.received("220 host.example\r\n250 host.example\r\n");
    EXPECT_EQ(outcome_of_first(hello), "temporary out_of_step ehlo 4.5.0 -");

    ClientSession content = greeted("250-host.example\r\n250 PIPELINING\r\n");
    content.sent();
    content.received("250 Ok\r\n250 Ok\r\n354 Go\r\n250 Delivered\r\n");
    EXPECT_EQ(outcome_of_first(content), "temporary out_of_step content 4.5.0 -");
    EXPECT_EQ(content.action().kind, Kind::close);

    ClientSession closing = connected();
    closing.received("220 host.example\r\n421 4.3.2 Closing\r\n");
    EXPECT_EQ(outcome_of_first(closing), "temporary replied ehlo 4.3.2 421");
}

TEST(ClientSession, HearsWhatTheHostSaidBeforeItClosed) {
    ClientSession session = greeted("250 host.example\r\n");
    ASSERT_EQ(session.action().kind, Kind::send);
    session.received("421 4.7.0 Go away\r\n");
    ClientSession timed_out = session;
    session.closed();
    timed_out.timed_out();
    EXPECT_EQ(outcome_of_first(session), "temporary replied mail 4.7.0 421");
    EXPECT_EQ(outcome_of_first(timed_out), "temporary replied mail 4.7.0 421");
    session.closed();
    EXPECT_EQ(session.action().kind, Kind::close);
}

// Requirement 53.
TEST(ClientSession, KnowsNothingFromBeforeTls) {
    ClientSession session = greeted("250-host.example\r\n250-DSN\r\n250 STARTTLS\r\n");
    session.sent();
    session.received("220 Go\r\n250-half a ");
    session.received("reply\r\n");
    ASSERT_EQ(session.action().kind, Kind::start_tls);
    EXPECT_FALSE(session.is_encrypted());
    session.tls_up();
    EXPECT_TRUE(session.is_encrypted());
    EXPECT_EQ(session.extensions(), ClientExtensions{});
    EXPECT_EQ(session.action().bytes, "EHLO relay.example\r\n");
    session.sent();
    session.received("250 host.example\r\n");
    EXPECT_EQ(session.action().bytes, "MAIL FROM:<>\r\n");
}

TEST(ClientSession, NeverConnectedIsNoAnswer) {
    ClientSession session({"relay.example", TlsPolicy::never, message_for(2)});
    session.timed_out();
    EXPECT_EQ(outcome_of_first(session), "temporary timed_out connect 4.4.1 -");
    EXPECT_TRUE(session.transaction().is_decided());
    EXPECT_EQ(session.action().kind, Kind::close);
}

TEST(ClientSession, ClosedBetweenTransactionsCostsNobody) {
    ClientSession session = in_content();
    session.content_sent();
    session.received("250 Ok\r\n");
    session.received("421 Idle too long\r\n");
    EXPECT_EQ(session.action().kind, Kind::close);
    EXPECT_EQ(outcome_of_first(session), "delivered replied final_dot 2.0.0 250");
    EXPECT_FALSE(session.host_outcome());
}

// RFC 2920 section 3.1: batches a send buffer can take, each read before the next is sent.
TEST(ClientSession, SendsManyRecipientsInBoundedBatches) {
    constexpr std::size_t recipients = 2000;
    ClientSession session = greeted("250-host.example\r\n250 PIPELINING\r\n", recipients);
    std::string said;
    std::size_t batches = 0;
    while (session.action().kind == Kind::send) {
        const std::string batch(session.action().bytes);
        ASSERT_LE(batch.size(), base::limits::client_batch_bytes_max);
        ++batches;
        said += batch;
        session.sent();
        EXPECT_EQ(session.action().kind, Kind::read);
        std::string replies;
        for (const char c : batch) {
            if (c == '\n') replies += "250 Ok\r\n";
        }
        if (batch.ends_with("DATA\r\n")) replies.replace(replies.size() - 8, 3, "354");
        session.received(replies);
    }
    EXPECT_EQ(session.action().kind, Kind::send_content);
    EXPECT_GT(batches, 5U);
    EXPECT_LT(batches, 15U);
    for (std::size_t i = 0; i < recipients; ++i) {
        ASSERT_NE(said.find("RCPT TO:<user" + std::to_string(i) + "@host.example>\r\n"),
                  std::string::npos);
    }
    session.content_sent();
    session.received("250 Ok\r\n");
    for (const auto& outcome : session.transaction().outcomes()) {
        ASSERT_EQ(outcome->verdict, ClientVerdict::delivered);
    }
}

// Requirement 35: those over the limit can go at once in a transaction of their own.
TEST(ClientSession, MarksRecipientsOverTheLimit) {
    ClientSession session = greeted("250-host.example\r\n250 PIPELINING\r\n", 4);
    session.sent();
    session.received("250 Ok\r\n452 Full\r\n250 Ok\r\n452 4.5.3 Too many\r\n552 Too many\r\n");
    const auto& outcomes = session.transaction().outcomes();
    EXPECT_FALSE(outcomes[0]->over_recipient_limit) << "nobody was accepted before";
    EXPECT_FALSE(outcomes[1]);
    EXPECT_TRUE(outcomes[2]->over_recipient_limit);
    EXPECT_TRUE(outcomes[3]->over_recipient_limit);
}

TEST(ClientSession, BoundsWhatAHostCanSay) {
    const std::string flood(base::limits::reply_bytes_max + 1, '2');
    ClientSession reading = connected();
    reading.received(flood);
    EXPECT_EQ(outcome_of_first(reading), "temporary not_a_reply greeting 4.5.0 -");
    ClientSession sending = greeted("250 host.example\r\n");
    sending.received(flood);
    EXPECT_EQ(outcome_of_first(sending), "temporary not_a_reply mail 4.5.0 -");
    ClientSession content = in_content();
    content.received("250 Ok\r\n");
    content.received(flood);
    EXPECT_EQ(outcome_of_first(content), "temporary not_a_reply content 4.5.0 -");
}

TEST(ClientSession, TellsWhatTheHostOffers) {
    ClientSession session = greeted(
        "250-host.example SIZE\r\n250-size\r\n250-Pipelining x\r\n250-CHUNKING\r\n"
        "250-ENHANCEDSTATUSCODES\r\n250-DSN\r\n250-XSTARTTLS\r\n250 SMTPUTF8\r\n");
    EXPECT_EQ(session.greeting()->code.value(), 220);
    EXPECT_EQ(session.extensions(), (ClientExtensions{.pipelining = true,
                                                      .size = true,
                                                      .smtputf8 = true,
                                                      .dsn = true,
                                                      .enhanced_status_codes = true,
                                                      .chunking = true}));
    EXPECT_EQ(greeted("250-a\r\n250 SIZE 10\r\n").extensions().content_bytes_max, 10U);
    EXPECT_EQ(greeted("250-a\r\n250 SIZE 0\r\n").extensions().content_bytes_max, std::nullopt);
    EXPECT_EQ(greeted("250-a\r\n250 SIZE many\r\n").extensions().content_bytes_max, std::nullopt);
}

}  // namespace
}  // namespace turnaway::smtp
