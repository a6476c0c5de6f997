// The look at a greeting: what each greeting proves, in any pieces, and how the session ends.
#include "verdict/greeting_probe.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace turnaway::verdict {
namespace {

using enum GreetingFinding;
using Action = GreetingProbe::Action;

struct Case {
    std::string_view greeting;
    GreetingFinding finding;
    std::string_view words;
};

const std::vector<Case> cases{
    {"220 mx.example.org ESMTP\r\n", takes_mail, "220 mx.example.org ESMTP"},
    {"220-mx.example.org\r\n220 ready\r\n", takes_mail, "220 mx.example.org ready"},
    {"521 www.example.org Host does not accept mail\r\n", refuses_521,
     "521 www.example.org Host does not accept mail"},
    {"521-www.example.org\r\n521 no mail\r\n", refuses_521, "521 www.example.org no mail"},
    {"521\r\n", refuses_521, "521"},
    {"521 takes no mail\n", refuses_521, "521 takes no mail"},  // a bare newline
    // A 521 that does not speak of the host (ADR 10).
    {"521 5.3.2 Service currently unavailable\r\n", unclear,
     "521 5.3.2 Service currently unavailable"},
    {"521 5.7.1 Service unavailable; client [192.0.2.9] blocked using bl.example\r\n", unclear,
     "521 5.7.1 Service unavailable; client [192.0.2.9] blocked using bl.example"},
    {"521 5.5.1 Protocol error\r\n", unclear, "521 5.5.1 Protocol error"},
    {"521 Your IP address is not allowed\r\n", unclear, "521 Your IP address is not allowed"},
    {"521 Zut alors\r\n", unclear, "521 Zut alors"},
    // Requirement 2: these are about this client, or about now.
    {"554 no service for you\r\n", unclear, "554 no service for you"},
    {"550 no\r\n", unclear, "550 no"},
    {"556 no\r\n", unclear, "556 no"},
    {"421 busy\r\n", unclear, "421 busy"},
    {"250 strange\r\n", unclear, "250 strange"},
    {"354 strange\r\n", unclear, "354 strange"},
    {"220-mx.example.org\r\n521 no\r\n", unclear, "521 mx.example.org no"},
    {"554-mx.example.org\r\n521 no\r\n", unclear, "521 mx.example.org no"},
};

// Requirements 1 and 20.
TEST(GreetingProbe, KnowsEveryGreeting) {
    for (const Case& want : cases) {
        SCOPED_TRACE(want.greeting);
        GreetingProbe look;
        EXPECT_EQ(look.action(), Action::read);
        look.received(want.greeting);
        ASSERT_TRUE(look.is_decided());
        EXPECT_EQ(name(look.finding()), name(want.finding));
        EXPECT_EQ(look.words(), want.words);
        EXPECT_EQ(look.action(), Action::send);
        EXPECT_EQ(look.bytes_to_send(), "QUIT\r\n");
    }
}

TEST(GreetingProbe, ReadsAGreetingInAnyPieces) {
    for (const Case& want : cases) {
        SCOPED_TRACE(want.greeting);
        GreetingProbe look;
        for (const char c : want.greeting) {
            EXPECT_FALSE(look.is_decided());
            EXPECT_EQ(look.action(), Action::read);
            look.received(std::string_view(&c, 1));
        }
        ASSERT_TRUE(look.is_decided());
        EXPECT_EQ(name(look.finding()), name(want.finding));
        EXPECT_EQ(look.words(), want.words);
    }
}

TEST(GreetingProbe, SaysQuitAndWaitsForTheGoodbye) {
    GreetingProbe look;
    look.received("521 www.example.org no mail\r\n");
    look.sent();
    EXPECT_EQ(look.action(), Action::read);
    EXPECT_EQ(look.bytes_to_send(), "");
    look.received("221 bye\r\n");
    EXPECT_EQ(look.action(), Action::close);
    EXPECT_EQ(name(look.finding()), "refuses_521");
    EXPECT_EQ(look.words(), "521 www.example.org no mail");
}

TEST(GreetingProbe, KeepsItsFindingWhateverComesAfter) {
    for (const auto& end : {&GreetingProbe::closed, &GreetingProbe::timed_out}) {
        GreetingProbe look;
        look.received("220 mx.example.org\r\n521 and now this\r\n");
        look.received("521 early\r\n");
        EXPECT_EQ(look.action(), Action::send);
        (look.*end)();
        EXPECT_EQ(look.action(), Action::close);
        EXPECT_EQ(name(look.finding()), "takes_mail");
        EXPECT_EQ(look.words(), "220 mx.example.org");
        look.sent();
        EXPECT_EQ(look.action(), Action::close);
    }
}

// Silence and noise prove nothing.
TEST(GreetingProbe, ConcludesNothingWithoutAGreeting) {
    for (const std::string_view start : {"", "521", "521 www.example.org", "521-www\r\n521"}) {
        for (const auto& end : {&GreetingProbe::closed, &GreetingProbe::timed_out}) {
            GreetingProbe look;
            look.received(start);
            (look.*end)();
            ASSERT_TRUE(look.is_decided());
            EXPECT_EQ(name(look.finding()), "unclear");
            EXPECT_EQ(look.words(), "");
            EXPECT_EQ(look.action(), Action::close);
        }
    }
    for (const std::string& noise :
         {std::string("SSH-2.0-x\r\n"), std::string(100'000, '5'), std::string("\x16\x03\x01\n")}) {
        GreetingProbe look;
        look.received(noise);
        ASSERT_TRUE(look.is_decided());
        EXPECT_EQ(name(look.finding()), "unclear");
        EXPECT_EQ(look.action(), Action::close);
    }
}

}  // namespace
}  // namespace turnaway::verdict
