// The session that asks a host whether it takes mail: what it says, when it ends, what it
// concludes.
#include "check/host_probe.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace turnaway::check {
namespace {

using Action = HostProbe::Action;
constexpr Milliseconds now{5};

struct Heard {
    ProbeEnd end;
    codes::Stage stage;
    std::string said;  // by us, each command with a blank behind
};

// Each of `lines` answers what was said last; then the host closes.
Heard talk(const std::vector<std::string>& lines, HostProbe::Further further = {}) {
    HostProbe probe("client.example", further);
    Heard heard{};
    for (const std::string& line : lines) {
        if (probe.action() != Action::read) break;
        probe.received(line + "\r\n", now);
        if (probe.action() != Action::send) continue;
        heard.said += probe.bytes_to_send().substr(0, probe.bytes_to_send().size() - 2) + ' ';
        probe.sent();
    }
    probe.closed(now);
    EXPECT_EQ(probe.action(), Action::close);
    heard.end = probe.result().end;
    heard.stage = probe.result().stage;
    return heard;
}

TEST(HostProbe, SaysHelloAndLeaves) {
    const Heard heard = talk({"220 mx ESMTP", "250-mx\r\n250 SIZE", "221 bye"});
    EXPECT_EQ(heard.end, ProbeEnd::accepts);
    EXPECT_EQ(heard.said, "EHLO client.example QUIT ");
}

// What TLS comes to when each of `lines` answers what was said last, a handshake always working.
TlsFinding tls_after(const std::vector<std::string>& lines, std::string& said) {
    HostProbe probe("c.example", HostProbe::Further::tls);
    for (const std::string& line : lines) {
        if (probe.action() != Action::read) break;
        probe.received(line + "\r\n", now);
        if (probe.action() == Action::start_tls) probe.tls_up({.version = "TLSv1.3"});
        if (probe.action() != Action::send) continue;
        said += probe.bytes_to_send().substr(0, probe.bytes_to_send().size() - 2) + ' ';
        probe.sent();
    }
    probe.closed(now);
    EXPECT_EQ(probe.result().end, ProbeEnd::accepts);
    EXPECT_EQ(
        probe.result().stage == codes::Stage::ehlo || probe.result().stage == codes::Stage::helo,
        true);
    EXPECT_EQ(probe.result().last_word()->code.value(), 250);
    return probe.result().tls;
}

// RFC 3207: EHLO again after the handshake. The answer of the host stands before TLS begins.
TEST(HostProbe, LooksAtTlsWithoutChangingTheAnswer) {
    constexpr std::string_view offers = "250-mx\r\n250 STARTTLS";
    const std::string hello(offers);
    const struct {
        std::vector<std::string> lines;
        TlsState state;
        std::string_view problem, said;
    } cases[] = {
        {{"220 mx", hello, "220 go", "250 mx", "221 bye"},
         TlsState::works,
         "",
         "EHLO STARTTLS EHLO QUIT"},
        {{"220 mx", "250 mx", "221 bye"}, TlsState::not_offered, "", "EHLO QUIT"},
        {{"220 mx", "502 no", "250 mx", "221 bye"}, TlsState::not_offered, "", "EHLO HELO QUIT"},
        {{"220 mx", hello, "454 later", "221 bye"},
         TlsState::refused,
         "454 later",
         "EHLO STARTTLS QUIT"},
        {{"220 mx", hello, "521 no", "221 bye"}, TlsState::refused, "521 no", "EHLO STARTTLS QUIT"},
        {{"220 mx", hello, "220 go", "521 no", "221"},
         TlsState::failed,
         "521 no",
         "EHLO STARTTLS EHLO QUIT"},
        {{"220 mx", hello}, TlsState::failed, "the host closed the connection", "EHLO STARTTLS"},
        {{"220 mx", hello, "220 go"},
         TlsState::failed,
         "the host closed the connection",
         "EHLO STARTTLS EHLO"},
        {{"220 mx", hello, "220 go\r\n250 injected"},
         TlsState::failed,
         "the answer of the host is not SMTP",
         "EHLO STARTTLS"},
        {{"220 mx", hello, "SSH-2.0"},
         TlsState::failed,
         "the answer of the host is not SMTP",
         "EHLO STARTTLS"},
    };
    for (const auto& want : cases) {
        std::string said;
        const TlsFinding tls = tls_after(want.lines, said);
        EXPECT_EQ(tls.state, want.state) << want.lines.back();
        EXPECT_EQ(tls.problem, want.problem) << want.lines.back();
        for (auto at = said.find(" c.example"); at != std::string::npos;
             at = said.find(" c.example")) {
            said.erase(at, std::string_view(" c.example").size());
        }
        EXPECT_EQ(said, std::string(want.said) + ' ') << want.lines.back();
    }
}

TEST(HostProbe, AHandshakeThatFailsEndsIt) {
    HostProbe probe("c.example", HostProbe::Further::tls);
    for (const std::string_view line : {"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go\r\n"}) {
        probe.received(line, now);
        probe.sent();
    }
    ASSERT_EQ(probe.action(), Action::start_tls);
    ASSERT_FALSE(probe.is_decided());
    probe.tls_failed("wrong version number", now);
    EXPECT_EQ(probe.action(), Action::close);
    EXPECT_EQ(probe.result().end, ProbeEnd::accepts);
    EXPECT_EQ(probe.result().tls.problem, "wrong version number");
}

TEST(HostProbe, AsksNoRefusingHostForTls) {
    HostProbe probe("c.example", HostProbe::Further::tls);
    probe.received("521 mx\r\n", now);
    EXPECT_EQ(probe.result().end, ProbeEnd::refuses_521);
    EXPECT_EQ(probe.result().tls.state, TlsState::not_asked);
}

// RFC 5321 section 4.5.1: every host that takes mail takes it for its postmaster.
TEST(HostProbe, NamesThePostmasterWhereItIsWanted) {
    const auto names_recipient = HostProbe::Further::recipient;
    const Heard heard =
        talk({"220 mx", "250 mx", "250 sender ok", "250 recipient ok", "221 bye"}, names_recipient);
    EXPECT_EQ(heard.end, ProbeEnd::accepts);
    EXPECT_EQ(heard.said, "EHLO client.example MAIL FROM:<> RCPT TO:<postmaster> QUIT ");
    const struct {
        std::vector<std::string> lines;
        ProbeEnd end;
        codes::Stage stage;
    } cases[] = {
        {{"220 mx", "250 mx", "521 no"}, ProbeEnd::refuses_521, codes::Stage::mail},
        {{"220 mx", "250 mx", "250 ok", "521 no"}, ProbeEnd::refuses_521, codes::Stage::rcpt},
        {{"220 mx", "502 no", "250 mx", "250 ok", "550 no"}, ProbeEnd::refuses, codes::Stage::rcpt},
        {{"220 mx", "250 mx", "530 STARTTLS first"}, ProbeEnd::refuses, codes::Stage::mail},
        {{"220 mx", "250 mx", "250 ok", "450 later"}, ProbeEnd::temporary, codes::Stage::rcpt},
        {{"220 mx", "250 mx", "250 ok", "354 go on"}, ProbeEnd::garbage, codes::Stage::rcpt},
        {{"220 mx", "250 mx", "250 ok"}, ProbeEnd::closed, codes::Stage::rcpt},
    };
    for (const auto& want : cases) {
        SCOPED_TRACE(want.lines.back());
        const Heard said = talk(want.lines, names_recipient);
        EXPECT_EQ(name(said.end), name(want.end));
        EXPECT_EQ(name(said.stage), name(want.stage));
    }
}

TEST(HostProbe, TriesHeloWhereTheRelayDoes) {
    for (const auto* reply : {"500 what?", "502 no", "550 no", "554 no"}) {
        const Heard heard = talk({"220 mx", reply, "250 mx", "221 bye"});
        EXPECT_EQ(heard.end, ProbeEnd::accepts) << reply;
        EXPECT_EQ(heard.said, "EHLO client.example HELO client.example QUIT ") << reply;
    }
    EXPECT_EQ(talk({"220 mx", "502 no", "502 no"}).end, ProbeEnd::refuses);
    EXPECT_EQ(talk({"220 mx", "502 no", "521 no"}).end, ProbeEnd::refuses_521);
}

TEST(HostProbe, TellsTheKindsOfRefusalApart) {
    const struct {
        std::vector<std::string> lines;
        ProbeEnd end;
        codes::Stage stage;
    } cases[] = {
        {{"521 mx Host does not accept mail"}, ProbeEnd::refuses_521, codes::Stage::greeting},
        {{"521"}, ProbeEnd::refuses_521, codes::Stage::greeting},
        {{"521-mx\r\n521 no mail"}, ProbeEnd::refuses_521, codes::Stage::greeting},
        {{"220 mx", "521 no"}, ProbeEnd::refuses_521, codes::Stage::ehlo},
        {{"554 No SMTP service here"}, ProbeEnd::refuses, codes::Stage::greeting},
        {{"550 no"}, ProbeEnd::refuses, codes::Stage::greeting},
        {{"421 later"}, ProbeEnd::temporary, codes::Stage::greeting},
        {{"220 mx", "421 later"}, ProbeEnd::temporary, codes::Stage::ehlo},
        {{"354 go on"}, ProbeEnd::garbage, codes::Stage::greeting},
        {{"SSH-2.0-OpenSSH_9.2"}, ProbeEnd::garbage, codes::Stage::greeting},
        {{"220-mx\r\n521 no"}, ProbeEnd::refuses_521, codes::Stage::greeting},
        {{"220-mx\r\n550 5.7.1 no"}, ProbeEnd::refuses, codes::Stage::greeting},
        {{"220-mx\r\n421 busy"}, ProbeEnd::temporary, codes::Stage::greeting},
        {{"521-mx\r\n220 mx"}, ProbeEnd::garbage, codes::Stage::greeting},
        {{"220 mx", "250-mx\r\n521 no"}, ProbeEnd::refuses_521, codes::Stage::ehlo},
        {{"220 mx\r\n250 too early"}, ProbeEnd::garbage, codes::Stage::ehlo},
        {{}, ProbeEnd::closed, codes::Stage::greeting},
        {{"220 mx"}, ProbeEnd::closed, codes::Stage::ehlo},
    };
    for (const auto& want : cases) {
        SCOPED_TRACE(want.lines.empty() ? "nothing" : want.lines.back());
        const Heard heard = talk(want.lines);
        EXPECT_EQ(name(heard.end), name(want.end));
        EXPECT_EQ(name(heard.stage), name(want.stage));
    }
}

// A greeting of two codes speaks of this client (codes/host_refusal.h).
TEST(HostProbe, ARefusalBehindAGreetingSpeaksOfTheClient) {
    HostProbe probe("client.example");
    probe.received("220-mx.example ESMTP\r\n521 mx.example Host does not accept mail\r\n", now);
    ASSERT_TRUE(probe.is_decided());
    EXPECT_EQ(probe.result().end, ProbeEnd::refuses_521);
    EXPECT_EQ(probe.result().scope, codes::RefusalScope::other);
}

// Whatever it is told, mail is never begun.
TEST(HostProbe, NeverSaysMailOrRcpt) {
    for (const auto* reply : {"220 go", "250 go", "354 go", "500 no", "521 no", "421 no"}) {
        const Heard heard = talk({reply, reply, reply, reply, reply, reply});
        EXPECT_EQ(heard.said.find("MAIL"), std::string::npos) << reply;
        EXPECT_EQ(heard.said.find("RCPT"), std::string::npos) << reply;
        EXPECT_EQ(heard.said.find("DATA"), std::string::npos) << reply;
    }
}

TEST(HostProbe, IsDecidedBeforeTheGoodbye) {
    HostProbe probe("client.example");
    probe.received("521 ", now);
    EXPECT_FALSE(probe.is_decided());
    probe.received("no\r\n", now);
    ASSERT_TRUE(probe.is_decided());
    EXPECT_EQ(probe.bytes_to_send(), "QUIT\r\n");
    probe.sent();
    probe.timed_out(Milliseconds(99));
    EXPECT_EQ(probe.action(), Action::close);
    EXPECT_EQ(probe.result().end, ProbeEnd::refuses_521);
    EXPECT_EQ(probe.result().ended_after, now);
}

TEST(HostProbe, KeepsWhatWasSaidWithItsTime) {
    HostProbe probe("client.example");
    probe.received("220-one\r\n220 two\r\n", Milliseconds(3));
    probe.sent();
    probe.timed_out(Milliseconds(8));
    const ProbeResult& result = probe.result();
    EXPECT_EQ(result.end, ProbeEnd::timed_out);
    ASSERT_EQ(result.steps.size(), 1U);
    EXPECT_EQ(result.steps[0].words, "220 one two");
    EXPECT_EQ(result.steps[0].after, Milliseconds(3));
    EXPECT_EQ(result.last_word(), nullptr);
    EXPECT_TRUE(result.has_heard_smtp());
}

TEST(HostProbe, EndsAReplyWithoutEnd) {
    HostProbe probe("client.example");
    std::string lines;
    while (lines.size() < 65536) lines += "220-on\r\n";
    for (int i = 0; i < 1000 && !probe.is_decided(); ++i) probe.received(lines, now);
    ASSERT_TRUE(probe.is_decided());
    EXPECT_EQ(probe.result().end, ProbeEnd::garbage);
    EXPECT_EQ(probe.action(), Action::close);
}

}  // namespace
}  // namespace turnaway::check
