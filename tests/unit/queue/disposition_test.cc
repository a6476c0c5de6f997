// Every row of the disposition table (DESIGN section 6), through whole rounds.
#include "queue/disposition.h"

#include <gtest/gtest.h>

#include "codes/constants.h"
#include "unit/queue/round.h"

namespace turnaway::queue {
namespace {

using namespace testing;
using Kind = Disposition::Kind;
using route::RouteKind;

route::Route two_hosts() {
    return {.kind = RouteKind::hosts,
            .hosts = {host("a.example", 10, {"192.0.2.1"}), host("b.example", 20, {"192.0.2.2"})}};
}

struct RouteCase {
    RouteKind route;
    Kind kind;
    std::string_view status;
    std::string_view cause;
};

TEST(Disposition, ARouteWithoutHostsIsJudgedAtOnce) {
    for (const auto& [kind, want, status, cause] : {
             RouteCase{RouteKind::null_mx, Kind::failed, "5.1.10", "null-mx"},
             RouteCase{RouteKind::no_such_domain, Kind::failed, "5.1.2", "no-such-domain"},
             RouteCase{RouteKind::no_mail_host, Kind::failed, "5.4.4", "no-mail-host"},
             RouteCase{RouteKind::loopback_only, Kind::failed, "5.1.2", "loopback-mx"},
             RouteCase{RouteKind::ourselves, Kind::failed, "5.4.6", "ourselves"},
             RouteCase{RouteKind::unusable_mx, Kind::failed, "5.4.4", "dangling-mx"},
             RouteCase{RouteKind::later, Kind::later, "4.4.3", "dns-failure"},
         }) {
        const Round round = run_round({.kind = kind}, {});
        EXPECT_TRUE(round.dialled.empty());
        const Disposition& disposition = round.dispositions.at(0);
        EXPECT_EQ(disposition.kind, want) << cause;
        EXPECT_EQ(disposition.status.text(), status) << cause;
        EXPECT_EQ(disposition.cause, cause);
        ASSERT_EQ(round.states.at(0).attempts.size(), 1U);
        EXPECT_EQ(disposition.decided_by, 0U);
        EXPECT_FALSE(round.states[0].attempts[0].stage);
        EXPECT_FALSE(round.states[0].attempts[0].words.empty());
        EXPECT_EQ(round.states[0].tries, 1U);
    }
}

TEST(Disposition, AnAnswerThatWasNotValidatedIsAskedForOnceMore) {
    const route::Route doubtful{.kind = RouteKind::no_such_domain, .is_worth_asking_again = true};
    const Round first = run_round(doubtful, {});
    EXPECT_EQ(first.dispositions[0].kind, Kind::later);
    EXPECT_EQ(first.dispositions[0].status.text(), "4.1.2");
    const Round second = run_round(doubtful, {}, first.states, 30min);
    EXPECT_EQ(second.dispositions[0].kind, Kind::failed);
    EXPECT_EQ(second.dispositions[0].status.text(), "5.1.2");
    // Something else came between: the next NXDOMAIN is a first one again.
    const Round between = run_round({.kind = RouteKind::later}, {}, first.states, 30min);
    const Round third = run_round(doubtful, {}, between.states, 1h);
    EXPECT_EQ(third.dispositions[0].kind, Kind::later);
}

struct HostsCase {
    std::string_view first;
    std::string_view second;
    std::size_t dialled;
    Kind kind;
    std::string_view status;
    std::size_t decided_by;
    std::string_view cause;
};

TEST(Disposition, OfTwoHosts) {
    constexpr std::string_view good = "final_dot 250 ok";
    for (const auto& [first, second, dialled, kind, status, decided_by, cause] : {
             HostsCase{good, "connect", 1, Kind::delivered, "2.0.0", 0, "delivered"},
             // 521 before MAIL: the next MX, and the end when none is left.
             HostsCase{"greeting 521 mx.example", good, 2, Kind::delivered, "2.0.0", 1,
                       "delivered"},
             HostsCase{"ehlo 521 mx.example", good, 2, Kind::delivered, "2.0.0", 1, "delivered"},
             HostsCase{"greeting 521 mx.example", "ehlo 521 mx.example", 2, Kind::failed, "5.3.2",
                       0, "host_takes_no_mail"},
             HostsCase{"greeting 521 mx.example", "connect", 2, Kind::later, "4.4.1", 1, "lost"},
             HostsCase{"timeout", "greeting 521 mx.example", 2, Kind::later, "4.4.1", 0,
                       "timed_out"},
             HostsCase{"greeting 521 mx.example", "rcpt 450 4.2.1 x", 2, Kind::later, "4.2.1", 1,
                       "deferred"},
             // Other 5yz greetings.
             HostsCase{"greeting 554 no", good, 2, Kind::delivered, "2.0.0", 1, "delivered"},
             HostsCase{"greeting 554 no", "ehlo 550 5.7.1 no", 2, Kind::failed, "5.3.2", 0,
                       "greeting_refused"},
             HostsCase{"greeting 554 no", "greeting 521 mx.example", 2, Kind::failed, "5.3.2", 0,
                       "greeting_refused"},
             HostsCase{"greeting 554 no", "connect", 2, Kind::later, "4.4.1", 1, "lost"},
             // 5yz to MAIL, RCPT or the message: no other host is asked.
             HostsCase{"mail 521 mx.example", good, 1, Kind::failed, "5.3.2", 0, "refused"},
             HostsCase{"rcpt 521 mx.example", good, 1, Kind::failed, "5.3.2", 0, "refused"},
             HostsCase{"data 521 x", good, 1, Kind::failed, "5.3.0", 0, "refused"},
             HostsCase{"final_dot 521 x", good, 1, Kind::failed, "5.3.0", 0, "refused"},
             HostsCase{"rcpt 556 h", good, 1, Kind::failed, "5.1.10", 0, "refused"},
             HostsCase{"rcpt 550 5.1.1 no", good, 1, Kind::failed, "5.1.1", 0, "refused"},
             HostsCase{"final_dot 554 5.7.1 no", good, 1, Kind::failed, "5.7.1", 0, "refused"},
             HostsCase{"connect", "rcpt 550 5.1.1 no", 2, Kind::failed, "5.1.1", 1, "refused"},
             // Temporary ones go to the next.
             HostsCase{"greeting 421 busy", good, 2, Kind::delivered, "2.0.0", 1, "delivered"},
             HostsCase{"rcpt 451 4.7.1 x", good, 2, Kind::delivered, "2.0.0", 1, "delivered"},
             HostsCase{"content lost", good, 2, Kind::delivered, "2.0.0", 1, "delivered"},
             HostsCase{"tls_not_offered", good, 2, Kind::delivered, "2.0.0", 1, "delivered"},
             HostsCase{"connect", "timeout", 2, Kind::later, "4.4.1", 0, "lost"},
             // A host that spoke says more than one that was not there, whoever came last.
             HostsCase{"rcpt 452 4.2.2 full", "connect", 2, Kind::later, "4.2.2", 0, "deferred"},
             HostsCase{"connect", "rcpt 452 4.2.2 full", 2, Kind::later, "4.2.2", 1, "deferred"},
             // What one host cannot take, another may.
             HostsCase{"content_too_big", good, 2, Kind::delivered, "2.0.0", 1, "delivered"},
             HostsCase{"content_too_big", "content_too_big", 2, Kind::failed, "5.3.4", 0,
                       "content_too_big"},
             HostsCase{"smtputf8_missing", "connect", 2, Kind::later, "4.4.1", 1, "lost"},
         }) {
        const Acts acts{{"192.0.2.1", std::string(first)}, {"192.0.2.2", std::string(second)}};
        const Round round = run_round(two_hosts(), acts);
        const std::string about = std::string(first) + " / " + std::string(second);
        EXPECT_EQ(round.dialled.size(), dialled) << about;
        const Disposition& disposition = round.dispositions.at(0);
        EXPECT_EQ(disposition.kind, kind) << about;
        EXPECT_EQ(disposition.status.text(), status) << about;
        EXPECT_EQ(disposition.decided_by, decided_by) << about;
        EXPECT_EQ(disposition.cause, cause) << about;
        EXPECT_EQ(round.states.at(0).attempts.size(), dialled) << about;
    }
}

TEST(Disposition, ARefusedGreetingMayBeDeferredInstead) {
    const DeliverySettings defer{.greeting_5xx = Greeting5yz::defer};
    const Acts both{{"192.0.2.1", "greeting 554 no"}, {"192.0.2.2", "ehlo 550 5.7.1 no"}};
    const Round round =
        run_round(two_hosts(), both, std::vector<RecipientState>(1), defer, arrival);
    EXPECT_EQ(round.dispositions[0].kind, Kind::later);
    EXPECT_EQ(round.dispositions[0].status.text(), "4.3.2");
    // It may have changed its mind: it is asked again. 521 is final whatever the setting.
    EXPECT_EQ(run_round(two_hosts(), both, round.states, defer, arrival + 1h).dialled.size(), 2U);
    const Acts none{{"192.0.2.1", "greeting 521 mx.example"}, {"192.0.2.2", "ehlo 521 mx.example"}};
    EXPECT_EQ(run_round(two_hosts(), none, std::vector<RecipientState>(1), defer, arrival)
                  .dispositions[0]
                  .kind,
              Kind::failed);
}

TEST(Disposition, ARefusingAndAnUnreachableHostRetryTheUnreachableOneAlone) {
    const Round first = run_round(
        two_hosts(), {{"192.0.2.1", "greeting 521 mx.example"}, {"192.0.2.2", "connect"}});
    EXPECT_EQ(first.dispositions[0].kind, Kind::later);
    const Acts later{{"192.0.2.1", "final_dot 250 ok"}, {"192.0.2.2", "connect"}};
    const Round second = run_round(two_hosts(), later, first.states, 1h);
    EXPECT_EQ(second.dialled, std::vector<std::string>{"192.0.2.2"});
    EXPECT_EQ(second.dispositions[0].kind, Kind::later);
    const Round third =
        run_round(two_hosts(), {{"192.0.2.2", "greeting 521 mx.example"}}, second.states, 2h);
    EXPECT_EQ(third.dialled, std::vector<std::string>{"192.0.2.2"});
    EXPECT_EQ(third.dispositions[0].kind, Kind::failed);
    EXPECT_EQ(third.dispositions[0].status.text(), "5.3.2");
    EXPECT_EQ(third.states[0].attempts.size(), 4U);
}

TEST(Disposition, AHostDnsHidesMayStillAccept) {
    route::Route route = two_hosts();
    route.has_failed_exchange = true;
    route.notes = {{route::NoteKind::failed_exchange, "c.example"}};
    const Acts none{{"192.0.2.1", "greeting 521 mx.example"}, {"192.0.2.2", "ehlo 521 mx.example"}};
    const Round round = run_round(route, none);
    EXPECT_EQ(round.dispositions[0].kind, Kind::later);
    EXPECT_EQ(round.dispositions[0].status.text(), "4.4.3");
    EXPECT_EQ(round.states[0].attempts.at(2).host, "c.example");
    route.has_failed_exchange = false;
    const Round next = run_round(route, none, round.states, 1h);
    EXPECT_TRUE(next.dialled.empty());  // all that is left has refused
    EXPECT_EQ(next.dispositions[0].kind, Kind::failed);
    EXPECT_EQ(next.dispositions[0].decided_by, 0U);
}

TEST(Disposition, AnImplicitMxThatTakesNoConnectionIsGivenUpAfterHours) {
    route::Route route{.kind = RouteKind::hosts,
                       .hosts = {host("a.example", 0, {"192.0.2.1", "2001:db8::1"})},
                       .notes = {{route::NoteKind::implicit_mx, "a.example"}}};
    const Acts dead{{"192.0.2.1", "connect"}, {"2001:db8::1", "timeout"}};
    const Acts busy{{"192.0.2.1", "connect"}, {"2001:db8::1", "greeting 421 busy"}};
    const Round first = run_round(route, dead, std::vector<RecipientState>(1), 5h);
    EXPECT_EQ(first.dispositions[0].kind, Kind::later);  // never after one round
    EXPECT_EQ(run_round(route, dead, first.states, 3h).dispositions[0].kind, Kind::later);
    const Round last = run_round(route, dead, first.states, 5h);
    EXPECT_EQ(last.dispositions[0].kind, Kind::failed);
    EXPECT_EQ(last.dispositions[0].cause, "expired");
    EXPECT_EQ(last.dispositions[0].status.text(), "4.4.1");
    EXPECT_EQ(run_round(route, busy, first.states, 5h).dispositions[0].kind, Kind::later);
    route.notes.clear();
    EXPECT_EQ(run_round(route, dead, first.states, 5h).dispositions[0].kind, Kind::later);
}

// RFC 3464 section 2.3.4: failed, by a cause that is temporary all the same.
TEST(Disposition, TheLifetimeEndsWithTheStatusOfItsCause) {
    const struct {
        std::string_view act;
        std::string_view status;
    } cases[] = {{"connect", "4.4.1"},           {"rcpt 452 4.2.2 full", "4.2.2"},
                 {"rcpt 499 wait", "4.4.7"},  // X.0.0 says nothing
                 {"rcpt 450 wait", "4.2.0"},     {"rcpt 450 4.99.99 x", "4.4.7"},  // unknown
                 {"rcpt 450 4.7.12 x", "4.7.12"}};
    for (const auto& [act, status] : cases) {
        const Acts acts{{"192.0.2.1", std::string(act)}, {"192.0.2.2", "connect"}};
        const Round before =
            run_round(two_hosts(), acts, std::vector<RecipientState>(1), 120h - 1s);
        EXPECT_EQ(before.dispositions[0].kind, Kind::later) << act;
        EXPECT_EQ(before.dispositions[0].due, arrival + 120h);  // one last try at the end
        const Round after = run_round(two_hosts(), acts, before.states, 120h);
        EXPECT_EQ(after.dispositions[0].kind, Kind::failed) << act;
        EXPECT_EQ(after.dispositions[0].cause, "expired");
        EXPECT_EQ(after.dispositions[0].status.text(), status) << act;
    }
    DeliverySettings report{.is_null_sender = true};
    const Acts dead{{"192.0.2.1", "connect"}, {"192.0.2.2", "connect"}};
    const Round bounce =
        run_round(two_hosts(), dead, std::vector<RecipientState>(1), report, arrival + 48h);
    EXPECT_EQ(bounce.dispositions[0].kind, Kind::failed);
}

TEST(Disposition, AsksForOneDelayNotice) {
    const Acts dead{{"192.0.2.1", "connect"}, {"192.0.2.2", "connect"}};
    std::vector<RecipientState> states(1);
    EXPECT_FALSE(run_round(two_hosts(), dead, states, 4h - 1s).dispositions[0].is_delay_notice_due);
    EXPECT_TRUE(run_round(two_hosts(), dead, states, 4h).dispositions[0].is_delay_notice_due);
    const DeliverySettings report{.is_null_sender = true};
    EXPECT_FALSE(run_round(two_hosts(), dead, states, report, arrival + 4h)
                     .dispositions[0]
                     .is_delay_notice_due);
    DeliverySettings silent;
    silent.lifetimes.delay_notice = 0s;  // never
    EXPECT_FALSE(run_round(two_hosts(), dead, states, silent, arrival + 100h)
                     .dispositions[0]
                     .is_delay_notice_due);
    states[0].is_delay_reported = true;
    EXPECT_FALSE(run_round(two_hosts(), dead, states, 4h).dispositions[0].is_delay_notice_due);
}

}  // namespace
}  // namespace turnaway::queue
