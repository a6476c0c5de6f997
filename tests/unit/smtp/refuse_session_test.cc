// What the dialogue files cannot show: bounds, giving up, what is told to the log, and that the
// answers depend on the bytes alone and not on how they arrive.
#include "smtp/refuse_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "dialogue/refuse_host.h"

namespace turnaway::smtp {
namespace {

using dialogue::RefuseHost;
using enum RefuseStage;
using Reached = RefuseSession::Reached;

constexpr std::array all_stages{greeting, helo, mail, rcpt};

std::string text(RefuseSays says) {
    return std::string(RefuseHost::replies()[says]);
}
const std::string refusal = text(RefuseSays::refusal);

RefuseHost greeted(RefuseStage stage) {
    RefuseHost host(stage);
    host.greet();
    return host;
}

std::string repeat(std::string_view piece, std::size_t count) {
    std::string all;
    for (; count > 0; --count) all += piece;
    return all;
}

std::size_t lines_of(const std::string& said) {
    return static_cast<std::size_t>(std::ranges::count(said, '\n'));
}

TEST(RefuseSession, GivesUpWithTheRefusalUnlessItWasSaid) {
    for (const RefuseStage stage : all_stages) {
        RefuseSession fresh(stage);
        EXPECT_EQ(fresh.give_up(), RefuseSays::refusal);
        EXPECT_TRUE(fresh.is_over() && !fresh.is_out_of_bounds());
        EXPECT_EQ(fresh.give_up(), std::nullopt);
    }
    const std::vector<std::string> lines{"EHLO a\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<a@b>\r\n",
                                         "QUIT\r\n"};
    for (std::size_t count = 0; count <= lines.size(); ++count) {
        RefuseHost host = greeted(rcpt);
        for (std::size_t i = 0; i < count; ++i) host.take(lines[i]);
        EXPECT_EQ(host.session().give_up().has_value(), count < 3) << count;
        EXPECT_TRUE(host.is_over());
    }
    RefuseHost inside_line = greeted(mail);
    inside_line.take("EHLO a\r\nMAIL FR");
    EXPECT_EQ(inside_line.session().give_up(), RefuseSays::refusal);
    EXPECT_EQ(greeted(greeting).session().give_up(), std::nullopt);
}

// The log and the memory of clients ask: QUIT alone is no refusal.
TEST(RefuseSession, KnowsWhetherItHasRefused) {
    for (const RefuseStage stage : {helo, mail, rcpt}) {
        RefuseHost host = greeted(stage);
        host.take("NOOP\r\nRSET\r\nQUIT\r\n");
        EXPECT_TRUE(host.is_over());
        EXPECT_FALSE(host.session().has_refused());
        EXPECT_EQ(host.session().give_up(), std::nullopt) << "nothing may follow the 221";
        RefuseHost refused = greeted(stage);
        refused.take("EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nQUIT\r\n");
        EXPECT_TRUE(refused.is_over() && refused.session().has_refused());
        RefuseHost given_up = greeted(stage);
        given_up.session().give_up();
        EXPECT_TRUE(given_up.session().has_refused());
        RefuseHost bounded = greeted(stage);
        bounded.take(repeat("NOOP\r\n", RefuseSession::commands_max + 1));
        EXPECT_TRUE(bounded.is_over() && bounded.session().has_refused());
    }
    EXPECT_TRUE(greeted(greeting).session().has_refused());
}

// Requirement 55.
TEST(RefuseSession, EndsAfterTooManyCommands) {
    for (const RefuseStage stage : all_stages) {
        RefuseHost host = greeted(stage);
        host.take("HELO a\r\n");
        const std::string said = host.take(repeat("NOOP\r\n", RefuseSession::commands_max - 1));
        EXPECT_EQ(lines_of(said), RefuseSession::commands_max - 1);
        EXPECT_FALSE(host.is_over());
        EXPECT_EQ(host.take("NOOP\r\n"), refusal);
        EXPECT_TRUE(host.is_over() && host.session().is_out_of_bounds());
    }
}

TEST(RefuseSession, QuitIsAnsweredAsTheLastCommandToo) {
    RefuseHost host = greeted(greeting);
    host.take(repeat("NOOP\r\n", RefuseSession::commands_max));
    EXPECT_EQ(host.take("QUIT\r\n"), text(RefuseSays::bye));
    EXPECT_FALSE(host.session().is_out_of_bounds());
}

TEST(RefuseSession, EndsAfterTooManyBytes) {
    for (const RefuseStage stage : all_stages) {
        const std::size_t most =
            stage == greeting ? RefuseSession::bytes_max : RefuseSession::bytes_before_refusal_max;
        for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, most}) {
            RefuseHost host = greeted(stage);
            EXPECT_EQ(host.take_in_pieces(std::string(most, 'x'), piece), "");
            EXPECT_FALSE(host.is_over());
            EXPECT_EQ(host.take("x"), refusal);
            EXPECT_TRUE(host.is_over() && host.session().is_out_of_bounds());
        }
    }
}

// RFC 2034 section 4: no enhanced code in a reply to EHLO, not even in the last one.
TEST(RefuseSession, TheLastReplyToEhloHasNoEnhancedCode) {
    RefuseHost host = greeted(greeting);
    host.take(repeat("NOOP\r\n", RefuseSession::commands_max));
    EXPECT_EQ(host.take("EHLO a\r\n"), text(RefuseSays::refusal_to_hello));
    RefuseHost greeted_first = greeted(rcpt);
    greeted_first.take(repeat("NOOP\r\n", RefuseSession::commands_max));
    EXPECT_EQ(greeted_first.take("HELO a\r\n"), text(RefuseSays::refusal_to_hello));
    EXPECT_TRUE(greeted_first.session().is_out_of_bounds());
}

TEST(RefuseSession, TellsTheLogWhatTheClientSaid) {
    for (const RefuseStage stage : all_stages) {
        RefuseSession session(stage);
        session.greet();
        const auto tell = [&](std::string_view line, Reached told, std::string_view detail) {
            const auto step = session.next(line);
            EXPECT_EQ(step.told, told) << line;
            EXPECT_EQ(step.detail, detail) << line;
            EXPECT_EQ(step.consumed, line.size());
        };
        tell("NOOP x\r\n", Reached::connect, "");
        tell("EHLO  client.example \r\n", Reached::helo, "client.example");
        tell("MAIL FROM:<@relay:s@a.example> SIZE=1\r\n", Reached::mail, "s@a.example");
        tell("RCPT TO:<\"a b\"@[192.0.2.1]>\r\n", Reached::rcpt, "\"a b\"@[192.0.2.1]");
        tell("RCPT TO:<Postmaster>\r\n", Reached::rcpt, "Postmaster");
        tell("MAIL FROM:<>\r\n", Reached::mail, "<>");
        tell("RCPT TO:<no\r\n", Reached::connect, "");
        tell("QUIT\r\n", Reached::connect, "");
        EXPECT_EQ(session.reached(), Reached::rcpt);
    }
    RefuseHost misplaced = greeted(rcpt);
    misplaced.take("MAIL FROM:<a@b>\r\n");
    EXPECT_EQ(misplaced.session().reached(), Reached::mail);
    EXPECT_TRUE(misplaced.session().has_refused());
}

TEST(RefuseSession, CountsTheCommands) {
    RefuseHost host = greeted(rcpt);
    host.take("HELO a\r\nRUBBISH\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nNOO");
    EXPECT_EQ(host.session().commands(), 4U);
    host.take_in_pieces("P\r\nQUIT\r\n", 1);
    EXPECT_EQ(host.session().commands(), 6U);
    // Who counts commands sees the last word to half a line too.
    RefuseHost endless = greeted(rcpt);
    endless.take(std::string(RefuseSession::bytes_before_refusal_max + 1, 'x'));
    EXPECT_EQ(endless.session().commands(), 1U);
}

// Pieces a random client says, in forms that are hard to cut up.
const std::vector<std::string> pieces{"EHLO client.example\r\n",
                                      "HELO a\r\n",
                                      "MAIL FROM:<a@b.example>\r\n",
                                      "MAIL FROM:<>\r\n",
                                      "RCPT TO:<c@d.example>\r\n",
                                      "RCPT TO:<x@y> NOTIFY=NEVER\r\n",
                                      "DATA\r\n",
                                      "RSET\r\n",
                                      "NOOP\r\n",
                                      "VRFY a\r\n",
                                      "HELP\r\n",
                                      "STARTTLS\r\n",
                                      "NOOP\r\nRSET\r\n",
                                      "QUIT\r\n",
                                      "QUIT  \t      \r\n",
                                      "QUIT x        \r\n",
                                      "quitquitquit\r\n",
                                      "\r\n",
                                      "\r",
                                      "\n",
                                      "\r\r\n",
                                      "\n\r\n",
                                      "x",
                                      " ",
                                      std::string(3000, 'y'),
                                      std::string("a\0b\r\n", 5),
                                      "\xff\r\n",
                                      "EHLO\r\n",
                                      "EHLO a\nb\r\n",
                                      "EHLO         \r\n",
                                      "HELO " + std::string(2100, 'h') + "\r\n"};

std::string random_input(std::mt19937& random) {
    std::string input;
    for (auto left = random() % 40; left > 0; --left) {
        // QUIT ends a session early: mostly others.
        const std::string& piece = pieces[random() % pieces.size()];
        if (piece.starts_with("QUIT") && random() % 3 != 0) continue;
        input += piece;
    }
    return input;
}

TEST(RefuseSession, AnswersDependOnTheBytesAlone) {
    std::mt19937 random(42);
    for (int round = 0; round < 1000; ++round) {
        const RefuseStage stage = all_stages[random() % all_stages.size()];
        const std::string input = random_input(random);
        RefuseHost at_once = greeted(stage), by_byte = greeted(stage), by_piece = greeted(stage);
        const std::string said = at_once.take(input);
        ASSERT_EQ(by_byte.take_in_pieces(input, 1), said) << input;
        ASSERT_EQ(by_byte.is_over(), at_once.is_over()) << input;
        std::string said_by_piece;
        std::string_view rest = input;
        while (!rest.empty() && !by_piece.is_over()) {
            const std::size_t bytes = std::min<std::size_t>(rest.size(), 1 + random() % 12);
            said_by_piece += by_piece.take(rest.substr(0, bytes));
            rest.remove_prefix(bytes);
        }
        ASSERT_EQ(said_by_piece, said) << input;
    }
}

// A full socket makes the server go back to a copy and read again, perhaps more than before: what
// it said the first time must be how it begins the second time.
TEST(RefuseSession, ACopyRepeatsAndGoesOn) {
    std::mt19937 random(43);
    for (int round = 0; round < 1000; ++round) {
        const RefuseStage stage = all_stages[random() % all_stages.size()];
        const std::string input = random_input(random);
        const std::size_t first = input.empty() ? 0 : random() % input.size();
        const std::size_t second = first + random() % (input.size() - first + 1);
        RefuseHost host = greeted(stage);
        host.take(std::string_view(input).substr(0, first));
        RefuseHost copy = host;
        const std::string said = host.take(std::string_view(input).substr(first, second - first));
        const std::string said_again = copy.take(std::string_view(input).substr(first));
        ASSERT_TRUE(said_again.starts_with(said)) << input;
    }
}

TEST(RefuseSession, TheByteBoundIsTheSameHoweverBytesArrive) {
    for (const char* last : {"QUIT\r\n", "EHLO a\r\n", "NOOP\r\n"}) {
        for (std::size_t short_by = 0; short_by < 10; ++short_by) {
            const std::string filler(RefuseSession::bytes_max - short_by - 2, 'x');
            const std::string input = filler + "\r\n" + last;
            RefuseHost at_once = greeted(greeting), by_byte = greeted(greeting);
            EXPECT_EQ(at_once.take(input), by_byte.take_in_pieces(input, 1)) << last << short_by;
            EXPECT_EQ(at_once.is_over(), by_byte.is_over()) << last << short_by;
        }
    }
}

// RFC 5321 section 4.1.1: blanks at the end of a line are tolerated.
TEST(RefuseSession, QuitWithBlanksIsQuitHoweverItArrives) {
    for (const char* line : {"QUIT \r\n", "QUIT         \r\n", "quit\t\t\t\t\t\t\r\n"}) {
        for (const std::size_t piece : {1U, 3U, 5U, 100U}) {
            RefuseHost host = greeted(greeting);
            EXPECT_EQ(host.take_in_pieces(line, piece), text(RefuseSays::bye)) << line << piece;
        }
    }
}

TEST(RefuseSession, ALineFeedAfterAnEmptyLineIsNoLineEnd) {
    RefuseHost host = greeted(greeting);
    EXPECT_EQ(host.take("\r"), "");
    EXPECT_EQ(host.take("\n"), refusal);
    EXPECT_EQ(host.take("\n"), "");
    EXPECT_EQ(host.take("\r\n"), refusal);
    EXPECT_EQ(host.take("QUIT\r\n"), text(RefuseSays::bye));
}

// RFC 1846 section 4.1: the name or the address is the first word behind 521.
TEST(RefuseReplies, ARefusalBeginsWithTheNameOrTheAddress) {
    for (const std::string host : {"www.example.org", "[192.0.2.1]", "[IPv6:2001:db8::1]"}) {
        const RefuseReplies replies(host);
        const std::string words = host + " Host does not accept mail\r\n";
        EXPECT_EQ(replies[RefuseSays::refusal_greeting], "521 " + words);
        EXPECT_EQ(replies[RefuseSays::refusal_to_hello], "521 " + words);
        EXPECT_EQ(replies[RefuseSays::refusal], "521 5.3.2 " + words);
    }
}

TEST(RefuseReplies, EveryLineFitsWithTheLongestName) {
    const RefuseReplies replies(std::string(255, 'n'));
    for (auto says = RefuseSays::refusal_greeting; says <= RefuseSays::bye;
         says = static_cast<RefuseSays>(static_cast<int>(says) + 1)) {
        const std::string_view all = replies[says];
        EXPECT_TRUE(all.ends_with("\r\n"));
        for (std::size_t at = 0; at < all.size();) {
            const std::size_t end = all.find("\r\n", at);
            EXPECT_LE(end + 2 - at, 512U);
            at = end + 2;
        }
    }
    EXPECT_NE(replies[RefuseSays::refusal].find(" Host does not accept mail\r\n"),
              std::string_view::npos);
}

}  // namespace
}  // namespace turnaway::smtp
