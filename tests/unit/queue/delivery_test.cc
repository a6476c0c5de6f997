// The walk over a route: which address when, for whom, and what is never dialled again.
#include "queue/delivery.h"

#include <gtest/gtest.h>

#include <random>

#include "fuzz/delivery_rounds.h"
#include "unit/queue/round.h"

namespace turnaway::queue {
namespace {

using namespace testing;
using Kind = Disposition::Kind;
using route::RouteKind;
using Dialled = std::vector<std::string>;
using Outcomes = std::vector<std::optional<smtp::ClientOutcome>>;

route::Route hosts_of(std::vector<route::MailHost> hosts) {
    return {.kind = RouteKind::hosts, .hosts = std::move(hosts)};
}

route::Route two_by_two() {
    return hosts_of({host("a.example", 10, {"192.0.2.1", "2001:db8::1"}),
                     host("b.example", 20, {"192.0.2.2", "2001:db8::2"})});
}

Acts all(std::string_view act) {
    Acts acts;
    for (const std::string_view address :
         {"192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2"}) {
        acts.emplace(address, act);
    }
    return acts;
}

TEST(Delivery, GoesByPreferenceAndThroughAllAddressesOfAHostThatIsNotThere) {
    EXPECT_EQ(run_round(two_by_two(), all("connect")).dialled,
              (Dialled{"192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2"}));
}

TEST(Delivery, AHostThatSpokeOfTheRecipientIsNotAskedAtItsOtherAddress) {
    EXPECT_EQ(run_round(two_by_two(), all("rcpt 450 4.2.1 x")).dialled,
              (Dialled{"192.0.2.1", "192.0.2.2"}));
}

// RFC 5321 section 5.1: another machine may answer there.
TEST(Delivery, AHostRefusesOnlyWhenEachOfItsAddressesDoes) {
    for (const std::string_view act :
         {"greeting 521 mx.example", "ehlo 521 mx.example", "greeting 554 no", "content_too_big"}) {
        Acts acts = all(act);
        const Round refused = run_round(two_by_two(), acts);
        EXPECT_EQ(refused.dialled,
                  (Dialled{"192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2"}))
            << act;
        EXPECT_EQ(refused.dispositions[0].kind, Kind::failed) << act;
        EXPECT_EQ(refused.dispositions[0].decided_by, 0U) << act;
        acts["2001:db8::1"] = "final_dot 250 ok";
        const Round taken = run_round(two_by_two(), acts);
        EXPECT_EQ(taken.dialled, (Dialled{"192.0.2.1", "2001:db8::1"})) << act;
        EXPECT_EQ(taken.dispositions[0].kind, Kind::delivered) << act;
    }
}

TEST(Delivery, AnAddressThatDidNotAnswerIsTheOneToTryAgain) {
    Acts acts = all("greeting 521 mx.example");
    acts["2001:db8::1"] = "timeout";
    const Round first = run_round(two_by_two(), acts);
    EXPECT_EQ(first.dispositions[0].kind, Kind::later);
    acts["2001:db8::1"] = "greeting 521 mx.example";
    const Round second = run_round(two_by_two(), acts, first.states, 1h);
    EXPECT_EQ(second.dialled, Dialled{"2001:db8::1"});
    EXPECT_EQ(second.dispositions[0].kind, Kind::failed);
    EXPECT_EQ(second.dispositions[0].status.text(), "5.3.2");
}

// A machine without IPv6 learns nothing there.
TEST(Delivery, AnAddressWithoutAWayDoesNotKeepARefusingHostOpen) {
    Acts acts = all("greeting 521 mx.example");
    acts["2001:db8::1"] = acts["2001:db8::2"] = "no_way";
    const Round refused = run_round(two_by_two(), acts);
    EXPECT_EQ(refused.dialled.size(), 4U);
    EXPECT_EQ(refused.dispositions[0].kind, Kind::failed);
    EXPECT_EQ(refused.dispositions[0].status.text(), "5.3.2");
    const Round unreached = run_round(two_by_two(), all("no_way"));
    EXPECT_EQ(unreached.dispositions[0].kind, Kind::later);
    EXPECT_EQ(unreached.dispositions[0].status.text(), "4.4.4");
}

TEST(Delivery, ARefusalIsNotBelievedOfAHostWithAddressesThatWereLeftOut) {
    route::Route route = two_by_two();
    route.notes = {{route::NoteKind::too_many_addresses, "b.example"}};
    EXPECT_EQ(run_round(route, all("greeting 521 mx.example")).dispositions[0].kind, Kind::later);
}

TEST(Delivery, DialsNoMoreHostsThanAllowedAndCallsTheRestUntried) {
    std::vector<route::MailHost> hosts;
    Acts acts;
    for (int i = 1; i <= 8; ++i) {
        const std::string address = "192.0.2." + std::to_string(i);
        hosts.push_back(host("h" + std::to_string(i) + ".example", 10, {address}));
        acts.emplace(address, "greeting 521 mx.example");
    }
    const route::Route route = hosts_of(hosts);
    const Round first = run_round(route, acts);
    EXPECT_EQ(first.dialled.size(), base::limits::round_hosts_max);
    EXPECT_EQ(first.dispositions[0].kind, Kind::later);
    EXPECT_EQ(first.dispositions[0].cause, "not_tried");
    const Round second = run_round(route, acts, first.states, 1h);
    EXPECT_EQ(second.dialled, (Dialled{"192.0.2.6", "192.0.2.7", "192.0.2.8"}));
    EXPECT_EQ(second.dispositions[0].kind, Kind::failed);
    EXPECT_EQ(second.dispositions[0].status.text(), "5.3.2");
}

TEST(Delivery, ManyAddressesOfOneHostAreTakenInTurns) {
    std::vector<std::string> texts;
    Acts acts;
    route::MailHost many = host("a.example", 10, {});
    for (int i = 1; i <= 6; ++i) {
        many.addresses.push_back(*route::IpAddress::parse("192.0.2." + std::to_string(i)));
        acts.emplace("192.0.2." + std::to_string(i), "timeout");
    }
    const route::Route route = hosts_of({many});
    const Round first = run_round(route, acts);
    EXPECT_EQ(first.dialled, (Dialled{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}));
    EXPECT_EQ(run_round(route, acts, first.states, 1h).dialled,
              (Dialled{"192.0.2.5", "192.0.2.6", "192.0.2.1", "192.0.2.2"}));
}

TEST(Delivery, AddressesThatRestComeLastAndOnlyWhereNeeded) {
    const auto rests = [](std::vector<std::string> texts) {
        return DeliverySettings{.is_resting = [texts](const route::IpAddress& address) {
            return std::ranges::find(texts, address.text()) != texts.end();
        }};
    };
    const auto dialled = [&](const DeliverySettings& settings, const Acts& acts) {
        return run_round(two_by_two(), acts, std::vector<RecipientState>(1), settings, arrival)
            .dialled;
    };
    EXPECT_EQ(dialled(rests({"192.0.2.1", "2001:db8::1"}), all("connect")),
              (Dialled{"192.0.2.2", "2001:db8::2"}));
    EXPECT_EQ(dialled(rests({"192.0.2.1", "2001:db8::1", "192.0.2.2"}), all("connect")),
              (Dialled{"2001:db8::2", "192.0.2.1"}));
    EXPECT_EQ(
        dialled(rests({"192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2"}), all("connect")),
        (Dialled{"192.0.2.1", "2001:db8::1"}));
    // The healthy one refuses for good: nothing is concluded about the one that rests.
    Acts acts = all("connect");
    acts["192.0.2.2"] = "greeting 521 mx.example";
    const auto settings = rests({"192.0.2.1", "2001:db8::1"});
    const Round round =
        run_round(two_by_two(), acts, std::vector<RecipientState>(1), settings, arrival);
    EXPECT_EQ(round.dialled, (Dialled{"192.0.2.2", "2001:db8::2"}));
    EXPECT_EQ(round.dispositions[0].kind, Kind::later);
}

TEST(Delivery, EachRecipientGoesItsOwnWay) {
    const route::Route route = two_by_two();
    Delivery delivery(route, std::vector<RecipientState>(3), {}, arrival, arrival);
    const auto first = delivery.next().value();
    EXPECT_EQ(first.recipients, (std::vector<std::size_t>{0, 1, 2}));
    const Outcomes outcomes{outcome_from("final_dot 250 ok"), outcome_from("rcpt 450 4.2.1 later"),
                            outcome_from("rcpt 550 5.1.1 no")};
    delivery.took(first, outcomes, arrival, true);
    const auto second = delivery.next().value();
    EXPECT_EQ(second.host, 1U);
    EXPECT_EQ(second.recipients, std::vector<std::size_t>{1});
    delivery.took(second, Outcomes{outcome_from("final_dot 250 ok")}, arrival);
    EXPECT_FALSE(delivery.next());
    const auto dispositions = delivery.judge(arrival, 0);
    EXPECT_EQ(dispositions[0].kind, Kind::delivered);
    EXPECT_FALSE(dispositions[0].lacks_dsn);
    EXPECT_EQ(dispositions[1].kind, Kind::delivered);
    EXPECT_TRUE(dispositions[1].lacks_dsn);
    EXPECT_EQ(dispositions[1].decided_by, 1U);
    EXPECT_EQ(dispositions[2].kind, Kind::failed);
    const auto states = delivery.take_states();
    EXPECT_EQ(states[0].progress, Progress::done);
    EXPECT_EQ(states[2].progress, Progress::waiting);  // until its report is queued
    EXPECT_EQ(states[2].attempts.at(0).host, "a.example");
    EXPECT_EQ(states[2].attempts[0].address, "192.0.2.1");
    EXPECT_EQ(states[2].attempts[0].remote->code, codes::ReplyCode(550));
}

TEST(Delivery, OffersWhatWasOverTheLimitToTheSameHostAtOnce) {
    const route::Route route = two_by_two();
    Delivery delivery(route, std::vector<RecipientState>(3), {}, arrival, arrival);
    smtp::ClientOutcome over = outcome_from("rcpt 452 4.5.3 too many");
    over.over_recipient_limit = true;
    const auto first = delivery.next().value();
    delivery.took(first, Outcomes{outcome_from("final_dot 250 ok"), over, over}, arrival);
    const auto again = delivery.next().value();
    EXPECT_EQ(again.host, first.host);
    EXPECT_EQ(again.address, first.address);
    EXPECT_EQ(again.recipients, (std::vector<std::size_t>{1, 2}));
    // Nothing is settled any more: it is an ordinary "later", and the next host's turn.
    delivery.took(again, Outcomes{over, over}, arrival);
    EXPECT_EQ(delivery.next()->host, 1U);
}

TEST(Delivery, WithoutAWordTheRecipientGoesOnToTheNextAddress) {
    const route::Route route = two_by_two();
    Delivery delivery(route, std::vector<RecipientState>(2), {}, arrival, arrival);
    const auto first = delivery.next().value();
    delivery.took(first, Outcomes{outcome_from("final_dot 250 ok"), std::nullopt}, arrival);
    delivery.host_failed(first, outcome_from("greeting lost"), "the line went dead", arrival);
    const auto second = delivery.next().value();
    EXPECT_EQ(second.address, 1U);
    EXPECT_EQ(second.recipients, std::vector<std::size_t>{1});
    const auto dispositions = delivery.judge(arrival, 0);
    EXPECT_EQ(dispositions[0].kind, Kind::delivered);
    EXPECT_EQ(dispositions[1].kind, Kind::later);
    EXPECT_EQ(delivery.take_states()[1].attempts.at(0).words, "the line went dead");
}

TEST(Delivery, KnowsAnAddressLiteralByItsAddress) {
    route::Route literal = hosts_of({host("a.example", 0, {"192.0.2.1"})});
    literal.hosts[0].name.reset();
    const Round round = run_round(literal, {{"192.0.2.1", "greeting 521 mx.example"}});
    EXPECT_EQ(round.dispositions[0].kind, Kind::failed);
    EXPECT_EQ(round.states[0].attempts.at(0).host, "");
}

TEST(Delivery, KeepsItsPromisesForRandomRoutesAndOutcomes) {
    std::mt19937 random(20261125);
    for (int i = 0; i < 3000; ++i) {
        std::vector<std::uint8_t> bytes(random() % 900);
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
        turnaway::fuzz::Input input(bytes.data(), bytes.size());
        fuzz::Rounds(&input).run();
    }
}

TEST(Delivery, ContentThatCannotBeReadWaitsAndExpiresLikeAnyOther) {
    const route::Route nowhere{.kind = RouteKind::hosts};
    std::vector<RecipientState> states(2);
    const auto round_at = [&](std::chrono::sys_seconds now) {
        Delivery delivery(nowhere, std::move(states), {}, arrival, now);
        delivery.give_up("the stored content cannot be read", now);
        EXPECT_FALSE(delivery.next());
        const auto dispositions = delivery.judge(now, 0);
        states = delivery.take_states();
        return dispositions;
    };
    for (const auto& disposition : round_at(arrival + 1h)) {
        EXPECT_EQ(disposition.kind, Kind::later);
        EXPECT_EQ(disposition.status.text(), "4.3.0");
        EXPECT_LE(disposition.due, arrival + 1h + Lifetimes().retry_max);
    }
    EXPECT_TRUE(round_at(arrival + 5h).front().is_delay_notice_due);
    for (const auto& disposition : round_at(arrival + 121h))
        EXPECT_EQ(disposition.kind, Kind::failed);
    EXPECT_EQ(states[0].attempts.back().words, "the stored content cannot be read");
    EXPECT_EQ(states[1].attempts.size(), 3U);
}

}  // namespace
}  // namespace turnaway::queue
