// The configuration of the gate: defaults, every kind of value, conflicts.
#include "gate/config/config.h"

#include <gtest/gtest.h>

namespace turnaway::gate {
namespace {

std::vector<std::string> faults_of(std::string_view text) {
    const auto config = schema().parse(text, "gate.conf");
    return config ? std::vector<std::string>() : config.error();
}

TEST(GateConfig, HasSafeDefaults) {
    const auto config = schema().parse("hostname = \"gate.example\"\n", "gate.conf").value();
    ASSERT_EQ(config.listen.policy.size(), 1U);
    EXPECT_EQ(config.listen.policy.front().text(), "127.0.0.1:10040");
    EXPECT_TRUE(config.listen.milter.empty());
    EXPECT_EQ(config.gate.mode, Mode::enforce);
    EXPECT_EQ(config.answer.deadline, std::chrono::seconds(2));
    EXPECT_EQ(config.answer.dns_trouble, DnsTroubleAction::pass);
    EXPECT_EQ(config.verdict.no_such_domain, Action::reject);
    EXPECT_FALSE(has_tags(config.verdict));
    EXPECT_FALSE(config.evidence.probe_greeting);
    EXPECT_EQ(config.control.socket, standard_control_socket);
}

TEST(GateConfig, TakesEveryKindOfPlace) {
    const auto config = schema()
                            .parse(
                                "hostname = \"gate.example\"\nmode = \"observe\"\n[listen]\n"
                                "policy = [\"[::1]:10040\", \"/run/policy.sock\"]\n"
                                "milter = [\"127.0.0.1:0\"]\nline = [\"127.0.0.1:0\"]\n"
                                "socket_mode = \"0666\"\n[verdict]\nmailless = \"tag\"\n"
                                "[memory]\nage = \"1h\"\nrecheck = \"0s\"\n",
                                "gate.conf")
                            .value();
    EXPECT_EQ(config.gate.mode, Mode::observe);
    EXPECT_EQ(*config.listen.policy.at(1).path(), "/run/policy.sock");
    EXPECT_EQ(config.listen.policy.at(0).endpoint()->port, 10040);
    EXPECT_EQ(config.listen.socket_mode, SocketMode::everyone);
    EXPECT_TRUE(has_tags(config.verdict));
    EXPECT_EQ(config.evidence.memory_age, std::chrono::hours(1));
}

TEST(GateConfig, SaysWhatIsWrong) {
    EXPECT_EQ(
        faults_of("[listen]\npolicy = [\"localhost\"]\n"),
        (std::vector<std::string>{
            "gate.conf:2: [listen] policy: \"localhost\" is not an IP address with a port, "
            "nor an absolute path; must be a list of IP addresses with a port and of absolute "
            "paths, such as \"127.0.0.1:10040\", \"[::1]:10040\" or "
            "\"/run/turnaway/policy.sock\""}));
    EXPECT_EQ(faults_of("[listen]\npolicy = [\"/run/a\"]\nmilter = [\"/run/a\"]\n"),
              (std::vector<std::string>{"gate.conf:3: [listen] milter: /run/a is used for another "
                                        "protocol too; choose another"}));
    EXPECT_EQ(faults_of("[verdict]\nnull_mx = \"refuse\"\n").size(), 1U);
    EXPECT_EQ(faults_of("[memory]\nlook = true\n").size(), 1U);  // an old name of the relay alone
}

}  // namespace
}  // namespace turnaway::gate
