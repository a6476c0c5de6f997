#include "refuse/connection.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "refuse/connection_log.h"
#include "unit/refuse/clients.h"

namespace turnaway::refuse {
namespace {

using Told = smtp::RefuseSession::Reached;

void tell(ConnectionNotes* notes, Told told, std::string_view detail) {
    notes->take({.consumed = 0, .says = {}, .told = told, .detail = detail});
}

std::vector<std::string> recipients_of(const ConnectionNotes& notes) {
    std::vector<std::string> all;
    std::size_t at = 0;
    for (auto text = notes.next_recipient(&at); !text.empty(); text = notes.next_recipient(&at)) {
        all.emplace_back(text);
    }
    return all;
}

TEST(ConnectionNotes, KeepWhatTheClientSaid) {
    ConnectionNotes notes;
    tell(&notes, Told::connect, "");
    tell(&notes, Told::helo, "client.example");
    tell(&notes, Told::mail, "s@a.example");
    tell(&notes, Told::rcpt, "r@b.example");
    tell(&notes, Told::rcpt, "t@b.example");
    EXPECT_EQ(notes.hello(), "client.example");
    EXPECT_EQ(notes.reverse_path(), "s@a.example");
    EXPECT_EQ(recipients_of(notes), (std::vector<std::string>{"r@b.example", "t@b.example"}));
    EXPECT_EQ(notes.recipients(), 2U);
    EXPECT_TRUE(notes.has_sender());
    EXPECT_FALSE(notes.is_cut());
}

TEST(ConnectionNotes, TheFirstNameAndSenderStay) {
    ConnectionNotes notes;
    tell(&notes, Told::helo, "first");
    tell(&notes, Told::helo, "second");
    tell(&notes, Told::mail, "<>");
    tell(&notes, Told::mail, "a@b");
    EXPECT_EQ(notes.hello(), "first");
    EXPECT_EQ(notes.reverse_path(), "<>");
    EXPECT_FALSE(notes.is_cut());
}

// Long ones are cut so that each of the three has its place.
TEST(ConnectionNotes, EveryKindHasRoomWhateverTheOthersTake) {
    const std::string longest(255, 'x');
    ConnectionNotes notes;
    tell(&notes, Told::helo, longest);
    EXPECT_TRUE(notes.is_cut());
    tell(&notes, Told::mail, longest);
    tell(&notes, Told::rcpt, "somebody@www.example.org");
    EXPECT_EQ(notes.hello().size(), 64U);
    EXPECT_GE(notes.reverse_path().size(), 40U);
    EXPECT_EQ(recipients_of(notes), (std::vector<std::string>{"somebody@www.example.org"}));
    tell(&notes, Told::rcpt, longest);
    EXPECT_EQ(recipients_of(notes).size(), 1U);
    EXPECT_EQ(notes.recipients(), 2U);

    ConnectionNotes cut_recipient;
    tell(&cut_recipient, Told::helo, longest);
    tell(&cut_recipient, Told::mail, longest);
    tell(&cut_recipient, Told::rcpt, longest);
    ASSERT_EQ(recipients_of(cut_recipient).size(), 1U);
    EXPECT_GE(recipients_of(cut_recipient).front().size(), 30U);
}

TEST(ConnectionNotes, CountRecipientsWithoutRoom) {
    ConnectionNotes notes;
    for (int i = 0; i < 1000; ++i)
        tell(&notes, Told::rcpt, "user" + std::to_string(i) + "@b.example");
    EXPECT_EQ(notes.recipients(), 1000U);
    EXPECT_TRUE(notes.is_cut());
    const auto kept = recipients_of(notes);
    EXPECT_GE(kept.size(), 5U);
    EXPECT_EQ(kept.front(), "user0@b.example");
    // A name and a sender after that have no place, and do no harm.
    tell(&notes, Told::helo, "late.example");
    tell(&notes, Told::mail, "late@a.example");
    EXPECT_EQ(recipients_of(notes), kept);
    EXPECT_EQ(notes.hello(), "");
    EXPECT_FALSE(notes.has_sender());
}

// Whatever comes in whatever order: nothing is mixed up, each text is the beginning of a text told.
TEST(ConnectionNotes, NeverMixTexts) {
    std::mt19937 random(9);
    for (int round = 0; round < 20000; ++round) {
        ConnectionNotes notes;
        std::string first_hello;
        std::size_t recipients = 0;
        for (auto left = random() % 12; left > 0; --left) {
            const auto told = static_cast<Told>(random() % 4);
            const std::size_t bytes = random() % 4 == 0 ? 1 + random() % 320 : 1 + random() % 30;
            const char letter = told == Told::helo ? 'h' : told == Told::mail ? 'm' : 'r';
            tell(&notes, told, std::string(bytes, letter));
            if (told == Told::rcpt) ++recipients;
        }
        ASSERT_EQ(notes.hello().find_first_not_of('h'), std::string_view::npos);
        ASSERT_EQ(notes.reverse_path().find_first_not_of('m'), std::string_view::npos);
        for (const auto& text : recipients_of(notes)) {
            ASSERT_EQ(text.find_first_not_of('r'), std::string::npos);
        }
        ASSERT_EQ(notes.recipients(), recipients);
        ASSERT_LE(recipients_of(notes).size(), recipients);
        ASSERT_EQ(recipients > 0, !recipients_of(notes).empty());
    }
}

TEST(ConnectionLog, FitsWhenEveryByteIsEscaped) {
    Connection connection;
    connection.client = ipv6_client("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535);
    connection.session = smtp::RefuseSession(smtp::RefuseStage::greeting);
    connection.ending = Ending::session_timeout;
    const std::string rubbish(255, '\x01');
    tell(&connection.notes, Told::helo, rubbish);
    tell(&connection.notes, Told::mail, rubbish);
    for (int i = 0; i < 1000; ++i) tell(&connection.notes, Told::rcpt, std::string(1, '\x02'));
    std::array<char, connection_log_bytes_max> buffer;
    const auto line = connection_log_line(connection, base::LogFormat::json, 0xffffffff, buffer);
    const auto fields = nlohmann::json::parse(line);
    EXPECT_FALSE(fields.contains("cut"));
    EXPECT_TRUE(fields["shortened"]);
    EXPECT_EQ(fields["recipients"], 1000);
    EXPECT_EQ(fields["helo"], std::string(64, '\x01'));
    const auto text = connection_log_line(connection, base::LogFormat::text, 0, buffer);
    EXPECT_EQ(text.find("cut="), std::string_view::npos);
}

TEST(ConnectionLog, SaysHowItWent) {
    Connection connection;
    connection.client = ipv4_client("192.0.2.1", 2525);
    connection.session = smtp::RefuseSession(smtp::RefuseStage::rcpt);
    connection.started_milliseconds = 0xffffff00;  // the clock wraps
    connection.ending = Ending::quit;
    connection.session.greet();
    std::string_view bytes = "HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@c>\r\nQUIT\r\n";
    while (!bytes.empty()) {
        const auto step = connection.session.next(bytes);
        connection.notes.take(step);
        bytes.remove_prefix(step.consumed);
    }
    std::array<char, connection_log_bytes_max> buffer;
    auto fields = nlohmann::json::parse(
        connection_log_line(connection, base::LogFormat::json, 0x00000100, buffer));
    fields.erase("time");
    EXPECT_EQ(fields, nlohmann::json({{"event", "connection"},
                                      {"client", "192.0.2.1"},
                                      {"client_port", 2525},
                                      {"stage", "rcpt"},
                                      {"refused", true},
                                      {"reached", "rcpt"},
                                      {"ended", "quit"},
                                      {"milliseconds", 512},
                                      {"commands", 4},
                                      {"helo", "a"},
                                      {"mail_from", "<>"},
                                      {"rcpt_to", {"b@c"}},
                                      {"recipients", 1}}));
}

TEST(ConnectionTable, GivesEveryRowOnceAndThenNone) {
    ConnectionTable table(100);
    std::set<std::uint32_t> rows;
    for (int i = 0; i < 100; ++i) rows.insert(table.take());
    EXPECT_EQ(rows.size(), 100U);
    EXPECT_EQ(*rows.rbegin(), 99U);
    EXPECT_EQ(table.take(), Connection::none);
    EXPECT_EQ(table.taken(), 100U);
    table.release(17);
    table.release(42);
    const std::uint32_t generation = table[42].generation;
    EXPECT_EQ(table.take(), 42U) << "most recently used first";
    EXPECT_EQ(table[42].generation, generation + 1) << "old events must not reach the new use";
    EXPECT_EQ(table[42].fd, -1);
    EXPECT_EQ(table.take(), 17U);
    EXPECT_EQ(table.take(), Connection::none);
    EXPECT_EQ(table.ever_used(), 100U);
}

TEST(Ending, EachHasItsName) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < endings; ++i) names.insert(name(static_cast<Ending>(i)));
    EXPECT_EQ(names.size(), endings);
    EXPECT_FALSE(names.contains(""));
}

}  // namespace
}  // namespace turnaway::refuse
