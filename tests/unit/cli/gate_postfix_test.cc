// What the doctor says of the settings of Postfix, as `postconf` prints them.
#include "cli/doctor/gate_postfix.h"

#include <gtest/gtest.h>

#include <string>

namespace turnaway::cli {
namespace {

using namespace std::chrono_literals;

// Debian's, as `postconf -nx` prints it.
const std::string debian =
    "compatibility_level = 3.6\n"
    "mynetworks = 127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128\n"
    "smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated "
    "defer_unauth_destination\n"
    "smtp/inet/chroot = y\n";
const std::string client =
    "check_policy_service { inet:127.0.0.1:10040, timeout=4s, default_action=DUNNO }";
const GatePlaces gate{.policy = {"127.0.0.1:10040", "/var/spool/postfix/turnaway/policy.sock"},
                      .milter = {"127.0.0.1:10041"},
                      .deadline = 2s};

using Judge = void (*)(const PostfixSettings&, const GatePlaces&, DoctorFindings&);

// Each finding as a line, for a human who compares them.
std::string all(Judge judge, const std::string& settings) {
    DoctorFindings findings("postfix");
    judge(PostfixSettings(debian + settings), gate, findings);
    std::string text;
    for (const auto& each : findings.all()) {
        EXPECT_EQ(each.fix.empty(), each.health == Health::ok);
        text.append(name(each.health)).append(": ").append(each.words) += '\n';
    }
    return text;
}
std::string order(const std::string& settings) {
    return all(judge_gate_order, settings);
}
std::string absence(const std::string& settings) {
    return all(judge_gate_absence, settings);
}

TEST(GatePostfix, InOrder) {
    EXPECT_EQ(order("smtpd_recipient_restrictions = " + client + "\n"),
              "ok: Postfix asks the gate in smtpd_recipient_restrictions.\n");
    EXPECT_EQ(order("smtpd_recipient_restrictions = reject_unknown_sender_domain, "
                    "check_policy_service unix:turnaway/policy.sock, permit_mynetworks\n"),
              "ok: Postfix asks the gate in smtpd_recipient_restrictions.\n");
    EXPECT_EQ(order("smtpd_milters = inet:localhost:8891, { inet:127.0.0.1:10041, "
                    "default_action=accept }\n"),
              "ok: Postfix asks the gate as a milter.\n");
}

TEST(GatePostfix, NotAsked) {
    const std::string not_asked =
        "problem: Postfix does not ask the gate: there is no check_policy_service and no milter "
        "for it.\n";
    EXPECT_EQ(order(""), not_asked);
    EXPECT_EQ(order("smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:10023\n"),
              not_asked);
    EXPECT_EQ(order("smtpd_data_restrictions = " + client + "\n"),
              "problem: Postfix asks the gate in smtpd_data_restrictions, where a message with "
              "several recipients has none.\n");
}

TEST(GatePostfix, BehindThePermits) {
    EXPECT_EQ(order("smtpd_recipient_restrictions = permit_mynetworks, " + client + "\n"),
              "warning: Postfix does not ask the gate about mail of your own users: "
              "permit_mynetworks comes before it in smtpd_recipient_restrictions.\n");
    EXPECT_EQ(order("smtpd_recipient_restrictions = permit_sasl_authenticated " + client + "\n"),
              "warning: Postfix does not ask the gate about mail of your own users: "
              "permit_sasl_authenticated comes before it in smtpd_recipient_restrictions.\n");
}

TEST(GatePostfix, BeforeStrangersAreRefused) {
    const std::string open =
        "warning: Postfix asks the gate about recipients of strangers who may not relay: nothing "
        "refuses them before it.\n";
    EXPECT_EQ(order("smtpd_relay_restrictions = \nsmtpd_recipient_restrictions = " + client +
                    ", permit_mynetworks, reject_unauth_destination\n"),
              open);
    EXPECT_EQ(order("compatibility_level = 2\nsmtpd_recipient_restrictions = " + client + "\n"),
              open);
    EXPECT_EQ(order("smtpd_relay_before_recipient_restrictions = no\nsmtpd_recipient_restrictions "
                    "= " +
                    client + "\n"),
              open);
    EXPECT_EQ(order("smtpd_sender_restrictions = " + client + "\n"), open);
    EXPECT_EQ(order("smtpd_relay_restrictions = \nsmtpd_recipient_restrictions = "
                    "reject_unauth_destination, " +
                    client + "\n"),
              "ok: Postfix asks the gate in smtpd_recipient_restrictions.\n");
}

TEST(GatePostfix, AServiceWithItsOwnRestrictions) {
    EXPECT_EQ(order("smtpd_recipient_restrictions = " + client +
                    "\nsubmission/inet/smtpd_recipient_restrictions = "
                    "permit_sasl_authenticated,reject\n"),
              "ok: Postfix asks the gate in smtpd_recipient_restrictions.\n"
              "warning: The service submission/inet of Postfix does not ask the gate: master.cf "
              "gives it a smtpd_recipient_restrictions of its own.\n");
    EXPECT_EQ(
        order("smtpd_recipient_restrictions = " + client +
              "\nsubmission/inet/smtpd_recipient_restrictions = " + client +
              " permit_sasl_authenticated reject\n"
              "submission/inet/smtpd_relay_restrictions = permit_sasl_authenticated,reject\n"),
        "ok: Postfix asks the gate in smtpd_recipient_restrictions.\n"
        "ok: The service submission/inet of Postfix asks the gate in "
        "smtpd_recipient_restrictions.\n");
}

TEST(GatePostfix, SoftBounce) {
    EXPECT_EQ(order("soft_bounce = yes\nsmtpd_recipient_restrictions = " + client + "\n"),
              "ok: Postfix asks the gate in smtpd_recipient_restrictions.\n"
              "warning: soft_bounce = yes makes every refusal temporary, the gate's too.\n");
}

TEST(GatePostfix, WhileThePolicyServiceIsAway) {
    EXPECT_EQ(absence("smtpd_recipient_restrictions = " + client + "\n"),
              "ok: While inet:127.0.0.1:10040 is away, mail passes.\n");
    EXPECT_EQ(absence("smtpd_policy_service_default_action = dunno\n"
                      "smtpd_policy_service_timeout = 4s\n"
                      "smtpd_recipient_restrictions = check_policy_service "
                      "unix:turnaway/policy.sock\n"),
              "ok: While unix:turnaway/policy.sock is away, mail passes.\n");
    EXPECT_EQ(absence("smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:10040\n"),
              "problem: While inet:127.0.0.1:10040 is away, Postfix answers every recipient: 451 "
              "4.3.5 Server configuration problem.\n"
              "warning: Postfix waits 100s for inet:127.0.0.1:10040, twice, before it goes on "
              "without an answer.\n");
    EXPECT_EQ(absence("smtpd_recipient_restrictions = check_policy_service { "
                      "inet:127.0.0.1:10040, timeout=2s, default_action=DUNNO }\n"),
              "ok: While inet:127.0.0.1:10040 is away, mail passes.\n"
              "warning: Postfix waits 2s for inet:127.0.0.1:10040, and the gate may take 2s "
              "([answer] deadline).\n");
}

TEST(GatePostfix, WhileTheMilterIsAway) {
    EXPECT_EQ(absence("smtpd_milters = { inet:127.0.0.1:10041, default_action=accept }\n"),
              "ok: While the milter inet:127.0.0.1:10041 is away, mail passes.\n");
    EXPECT_EQ(absence("smtpd_milters = inet:127.0.0.1:10041\nmilter_default_action = accept\n"),
              "ok: While the milter inet:127.0.0.1:10041 is away, mail passes.\n");
    EXPECT_EQ(absence("smtpd_milters = inet:127.0.0.1:10041\n"),
              "problem: While the milter inet:127.0.0.1:10041 is away, Postfix does not accept "
              "mail: the default "
              "action is tempfail.\n");
}

TEST(GatePostfix, PlacesInAndOutsideTheChroot) {
    const PostfixSettings postfix("queue_directory = /var/spool/pf\n");
    EXPECT_EQ(place_for(postfix, "unix:turnaway/policy.sock", true),
              "/var/spool/pf/turnaway/policy.sock");
    EXPECT_EQ(place_for(postfix, "unix:/run/turnaway/policy.sock", true),
              "/var/spool/pf/run/turnaway/policy.sock");
    EXPECT_EQ(place_for(postfix, "unix:/run/turnaway/policy.sock", false),
              "/run/turnaway/policy.sock");
    EXPECT_EQ(place_for(postfix, "inet:localhost:10040", true), "127.0.0.1:10040");
}

TEST(GatePostfix, OddSettings) {
    for (const std::string text :
         {"", "=", "{", "smtpd_recipient_restrictions = {", "smtpd_recipient_restrictions = }",
          "smtpd_recipient_restrictions = check_policy_service",
          "smtpd_recipient_restrictions = check_policy_service { turnaway", "smtpd_milters = { }",
          "smtpd_milters = {turnaway, =, x=}"}) {
        EXPECT_FALSE(order(text).empty()) << text;
        absence(text);
    }
}

}  // namespace
}  // namespace turnaway::cli
