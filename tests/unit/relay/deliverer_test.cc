// The deliverer: jobs of one destination over one connection, what is due when, and an end that
// takes nothing new.
#include "relay/deliver/deliverer.h"

#include "unit/relay/scene.h"

namespace turnaway::relay {
namespace {

TEST(Deliverer, DeliversAMessageAndRemovesIt) {
    MailHost host;
    RelayScene scene(all_to(host), &host);
    scene.queue("bob@one.example");
    scene.run_until([&] { return scene.queued().empty(); });
    EXPECT_EQ(host.count("MAIL FROM:<sender@client.example>"), 1U);
    EXPECT_EQ(host.count("RCPT TO:<bob@one.example>"), 1U);
    EXPECT_EQ(scene.counted(Counter::delivered), 1U);
}

// What another relay owned is in the spool already, and may be due long ago.
TEST(Deliverer, DeliversWhatItTookOver) {
    MailHost host;
    RelayScene scene(all_to(host), &host);
    auto stored = fake::stored_of(1, 100);
    stored.message.envelope.recipients = {{.address = fake::address_of("bob@one.example")}};
    stored.message.states = {{.due = scene.now() - std::chrono::hours(1)}};
    scene.spool().apply({.add = {stored}, .update = {}, .remove = {}}, [](const auto&) {});
    scene.spool().sync();
    scene.relay().take_over({.messages = {stored.message}});
    EXPECT_EQ(scene.relay().queue_totals().sum().messages, 1U);
    scene.run_until([&] { return scene.queued().empty(); });
    EXPECT_EQ(host.count("RCPT TO:<bob@one.example>"), 1U);
    EXPECT_EQ(scene.relay().queue_totals().sum().messages, 0U);
}

TEST(Deliverer, KeepsAConnectionForTheNextMessageToTheSameDomain) {
    MailHost host;
    RelayScene scene(all_to(host), &host);
    for (int i = 0; i < 5; ++i) scene.queue("bob@one.example");
    scene.run_until([&] { return scene.queued().empty(); });
    EXPECT_EQ(host.count("MAIL"), 5U);
    EXPECT_EQ(host.connections(), 1U);
}

TEST(Deliverer, OpensAConnectionForEachDomain) {
    MailHost host;
    RelayScene scene(all_to(host), &host);
    scene.queue("bob@one.example");
    scene.queue("bob@two.example");
    scene.run_until([&] { return scene.queued().empty(); });
    EXPECT_EQ(host.connections(), 2U);
}

TEST(Deliverer, OpensItsShareOfTheConnectionsToADomain) {
    MailHost host;
    RelayScene scene("[delivery]\nconcurrency = 4\n[route]\n\"*\" = \"127.0.0.1:" +
                         std::to_string(host.port()) + "\"\n",
                     &host);
    scene.spool().set_nodes(4);
    scene.relay().share_limits();
    auto& deliverer = scene.shard().deliverer();
    const auto connections_to = [&](const std::string& recipient) {
        for (int i = 0; i < 5; ++i) scene.queue(recipient);
        scene.run_until([&] { return deliverer.active() + deliverer.schedule().jobs() == 5; });
        const auto connections = deliverer.active();
        scene.run_until([&] { return scene.queued().empty() && deliverer.active() == 0; });
        return connections;
    };
    EXPECT_EQ(connections_to("bob@one.example"), 1U);
    scene.spool().set_nodes(1);
    scene.relay().share_limits();
    EXPECT_EQ(connections_to("bob@two.example"), 2U);
}

TEST(Deliverer, TriesATemporaryRefusalAgainWhenItIsDue) {
    MailHost host({{"RCPT", "450 4.2.1 later"}});
    RelayScene scene(all_to(host), &host);
    scene.queue("bob@one.example");
    scene.run_until([&] { return scene.counted(Counter::deferred) == 1; });
    scene.run_until([&] { return scene.shard().deliverer().active() == 0; });
    const auto queued = scene.queued();
    ASSERT_EQ(queued.size(), 1U);
    EXPECT_EQ(queued.front().states.front().progress, queue::Progress::waiting);
    const auto due = queued.front().states.front().due;
    EXPECT_GT(due, scene.now());

    host.answer("RCPT", "250 ok");
    scene.shard().deliverer().pump();
    EXPECT_EQ(scene.shard().deliverer().active(), 0U) << "it is not due yet";
    scene.pass(due - scene.now());
    scene.shard().deliverer().pump();
    scene.run_until([&] { return scene.queued().empty(); });
    EXPECT_EQ(host.count("RCPT"), 2U);
}

TEST(Deliverer, FlushMakesWhatWaitsDueNow) {
    MailHost host({{"RCPT", "450 4.2.1 later"}});
    RelayScene scene(all_to(host), &host);
    scene.queue("bob@one.example");
    scene.run_until([&] { return scene.counted(Counter::deferred) == 1; });
    scene.run_until([&] { return scene.shard().deliverer().active() == 0; });
    host.answer("RCPT", "250 ok");
    EXPECT_EQ(scene.shard().deliverer().flush("two.example"), 0U);
    EXPECT_EQ(scene.shard().deliverer().flush("one.example"), 1U);
    scene.run_until([&] { return scene.queued().empty(); });
}

TEST(Deliverer, BeginsNothingWithoutRoomForOutcomes) {
    MailHost host;
    RelayScene scene(all_to(host), &host);
    scene.spool().set_disk_full(true);
    scene.queue("bob@one.example");
    scene.run_until([&] { return scene.shard().deliverer().schedule().next_due().has_value(); });
    scene.shard().deliverer().pump();
    EXPECT_EQ(scene.shard().deliverer().active(), 0U);
    EXPECT_EQ(host.connections(), 0U);
    scene.spool().set_disk_full(false);
    scene.shard().deliverer().pump();
    scene.run_until([&] { return scene.queued().empty(); });
}

TEST(Deliverer, TakesNothingNewOnceItIsStopped) {
    MailHost host;
    RelayScene scene(all_to(host), &host);
    scene.queue("bob@one.example");
    scene.run_until([&] { return host.count("MAIL") == 1; });
    scene.shard().deliverer().stop();
    scene.queue("ann@one.example");
    // What was under way ends.
    scene.run_until([&] { return scene.shard().deliverer().active() == 0; });
    EXPECT_EQ(scene.queued().size(), 1U);
    EXPECT_EQ(host.count("MAIL"), 1U);
}

TEST(Deliverer, DoesNotWaitForLongAfterTheClockWasSetBack) {
    MailHost host({{"RCPT", "450 4.2.1 later"}});
    RelayScene scene(all_to(host), &host);
    scene.queue("bob@one.example");
    scene.run_until([&] { return scene.counted(Counter::deferred) == 1; });
    scene.run_until([&] { return scene.shard().deliverer().active() == 0; });
    scene.pass(-24h);
    scene.shard().deliverer().pump();
    const auto due = scene.shard().deliverer().schedule().next_due();
    ASSERT_TRUE(due);
    EXPECT_LE(*due, scene.now() + scene.shard().rules()->config.lifetime.retry_max);
}

}  // namespace
}  // namespace turnaway::relay
