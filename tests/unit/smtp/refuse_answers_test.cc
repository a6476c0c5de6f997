// The table of answers, command by command: each of them, well formed and not, in each state of a
// session and at each stage, against what the RFCs say; written down independently of the code.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dialogue/refuse_host.h"

namespace turnaway::smtp {
namespace {

using dialogue::RefuseHost;
using enum RefuseStage;

// How far a client has come before the line that is tried.
struct State {
    const char* name;
    std::string said;
};
const std::vector<State> states{{"connected", ""},
                                {"after HELO", "HELO a\r\n"},
                                {"after EHLO", "EHLO a\r\n"},
                                {"after MAIL", "EHLO a\r\nMAIL FROM:<a@b>\r\n"},
                                {"after RSET", "EHLO a\r\nMAIL FROM:<a@b>\r\nRSET\r\n"}};

const std::string long_line = "NOOP " + std::string(3000, 'x');

// Lines that get 521 after a 220, whatever came before: no mail and no inquiries (RFC 7504 section
// 1), and nothing that would name another reason.
const std::vector<std::string> refused{"RCPT TO:<a@b>",
                                       "RCPT TO:<Postmaster>",
                                       "RCPT TO:<>",
                                       "RCPT",
                                       "RCPT TO:<a@b> XFOO=1",
                                       "DATA",
                                       "DATA now",
                                       "BDAT 10",
                                       "BDAT 0 LAST",
                                       "BDAT",
                                       "VRFY a",
                                       "VRFY",
                                       "EXPN list",
                                       "HELP",
                                       "HELP MAIL",
                                       "STARTTLS",
                                       "STARTTLS now",
                                       "AUTH PLAIN AGEAYgBj",
                                       "AUTH",
                                       "ETRN example.org",
                                       "SEND FROM:<a@b>",
                                       "TURN",
                                       "XCLIENT NAME=a",
                                       "GET / HTTP/1.1",
                                       "nonsense",
                                       "",
                                       " ",
                                       " NOOP",
                                       "RSET now",
                                       "QUIT now",
                                       "NOOP\nNOOP",
                                       "NOOP\rNOOP",
                                       "QUIT\n",
                                       std::string("NO\0P", 4),
                                       "\x16\x03\x01\x02",
                                       "NOOP \x01",
                                       "MAIL",
                                       "MAIL FROM:a@b>",
                                       "MAIL FROM:<a@@b>",
                                       "MAIL TO:<a@b>",
                                       "MAIL FROM:<a@b> XA=1",
                                       "MAIL FROM:<a@b> SIZE=x",
                                       "MAIL FROM:<j\xc3\xbc@b>",
                                       long_line};
const std::vector<std::string> refused_hellos{"EHLO", "HELO", "EHLO \xff\xfe", "HELO a\x01",
                                              "EHLO a\nb"};

RefuseHost host_in(RefuseStage stage, const State& state) {
    RefuseHost host(stage);
    host.greet();
    host.take(state.said);
    return host;
}

const std::string refusal = "521 5.3.2 www.example.org Host does not accept mail\r\n";
const std::string refusal_to_hello = "521 www.example.org Host does not accept mail\r\n";

// The refusal is final, whatever caused it.
void expect_refused(RefuseStage stage, const State& state, const std::string& line,
                    const std::string& expected) {
    SCOPED_TRACE(std::string(name(stage)) + ", " + state.name + ": " + line.substr(0, 40));
    RefuseHost host = host_in(stage, state);
    EXPECT_EQ(host.take(line + "\r\n"), expected);
    EXPECT_TRUE(host.session().has_refused());
    EXPECT_EQ(host.take("NOOP\r\n"), refusal);
    EXPECT_EQ(host.take("EHLO a\r\n"), refusal_to_hello);
    EXPECT_EQ(host.take("QUIT\r\n"), "221 2.0.0 www.example.org closing\r\n");
    EXPECT_TRUE(host.is_over());
}

TEST(RefuseAnswers, EverythingThatLeadsNowhereGets521) {
    for (const RefuseStage stage : {helo, mail, rcpt}) {
        for (const State& state : states) {
            for (const auto& line : refused) expect_refused(stage, state, line, refusal);
            for (const auto& line : refused_hellos) {
                expect_refused(stage, state, line, refusal_to_hello);
            }
        }
    }
}

TEST(RefuseAnswers, TheGreetingOfRfc7504IsFinal) {
    const State connected = states.front();
    for (const auto& line : refused) expect_refused(greeting, connected, line, refusal);
    for (const char* line : {"NOOP", "RSET", "MAIL FROM:<a@b>"}) {
        expect_refused(greeting, connected, line, refusal);
    }
    for (const char* line : {"EHLO a", "HELO a", "EHLO"}) {
        expect_refused(greeting, connected, line, refusal_to_hello);
    }
}

TEST(RefuseAnswers, WhatBringsASenderToTheRefusalGets250) {
    for (const State& state : states) {
        SCOPED_TRACE(state.name);
        for (const char* line : {"NOOP", "noop anything", "RSET", "rset "}) {
            RefuseHost host = host_in(rcpt, state);
            EXPECT_EQ(host.take(line + std::string("\r\n")), "250 2.0.0 Ok\r\n") << line;
        }
        EXPECT_EQ(host_in(rcpt, state).take("HELO a\r\n"), "250 www.example.org\r\n");
        EXPECT_TRUE(host_in(rcpt, state).take("EHLO a\r\n").ends_with("\r\n250 SMTPUTF8\r\n"));
        EXPECT_EQ(host_in(rcpt, state).take("QUIT\r\n"), "221 2.0.0 www.example.org closing\r\n");
    }
    const std::vector<std::string> senders{"<a@b>", "<>", "<@relay:a@b>", "<\"a b\"@[192.0.2.1]>"};
    for (const auto& sender : senders) {
        for (const std::size_t state : {1U, 2U, 4U}) {
            RefuseHost host = host_in(rcpt, states[state]);
            EXPECT_EQ(host.take("MAIL FROM:" + sender + "\r\n"), "250 2.1.0 Sender ok\r\n");
            expect_refused(mail, states[state], "MAIL FROM:" + sender, refusal);
        }
        expect_refused(rcpt, states[0], "MAIL FROM:" + sender, refusal);
        expect_refused(rcpt, states[3], "MAIL FROM:" + sender, refusal);
    }
}

TEST(RefuseAnswers, StageHeloRefusesBoth) {
    for (const char* line : {"EHLO a", "HELO a", "EHLO [192.0.2.1]", "ehlo a"}) {
        expect_refused(helo, states.front(), line, refusal_to_hello);
    }
    EXPECT_EQ(host_in(helo, states.front()).take("NOOP\r\nRSET\r\n"),
              "250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n");
}

// RFC 5321 section 4.1.4: HELO takes away what EHLO offered, and a new EHLO the transaction.
TEST(RefuseAnswers, ExtensionsAreForEhlo) {
    const State after_helo{"HELO after EHLO", "EHLO a\r\nHELO a\r\n"};
    expect_refused(rcpt, after_helo, "MAIL FROM:<a@b> SIZE=10", refusal);
    EXPECT_EQ(host_in(rcpt, after_helo).take("MAIL FROM:<a@b>\r\n"), "250 2.1.0 Sender ok\r\n");
    const State again{"EHLO after HELO", "HELO a\r\nEHLO a\r\n"};
    EXPECT_EQ(
        host_in(rcpt, again).take("MAIL FROM:<j\xc3\xbc@b> SMTPUTF8 SIZE=9 BODY=8BITMIME\r\n"),
        "250 2.1.0 Sender ok\r\n");
}

}  // namespace
}  // namespace turnaway::smtp
