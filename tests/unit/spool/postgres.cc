// What only the spool in a database does: nodes with leases, takeover, fencing, slices, a server
// that goes away. A real server is started; without PostgreSQL the tests are skipped.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "fake/postgres_server.h"
#include "fake/spooled.h"
#include "spool/postgres/connection.h"
#include "spool/postgres/postgres_spool.h"
#include "spool/postgres/schema.h"
#include "spool/postgres/slices.h"
#include "unit/spool/ask.h"
#include "unit/spool/postgres_case.h"

namespace turnaway {
namespace {

using namespace std::chrono_literals;
using base::Fault;
using fake::message_of;
using fake::stored_of;
using queue::QueueId;
using spool::postgres::Connection;
using spool::postgres::PostgresSpool;
using spool::postgres::schema_version;

class PostgresSpoolTest : public test::PostgresCase {};

TEST_F(PostgresSpoolTest, NeedsTablesOfItsOwnVersion) {
    const auto none = PostgresSpool::open(settings("one"));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().fault, Fault::config);
    EXPECT_EQ(none.error().message,
              "the database has no tables of a spool; run turnaway-relay --migrate-spool");
    migrate();
    const std::string own = std::to_string(schema_version);
    EXPECT_EQ(Connection::migrate(url_).value(), "the spool already has version " + own);
    const std::string newer = std::to_string(schema_version + 1);
    ask("UPDATE turnaway.schema_version SET version = " + newer);
    const auto refused = PostgresSpool::open(settings("one"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::config);
    EXPECT_EQ(refused.error().message, "the spool in the database has version " + newer +
                                           ", and this program needs version " + own +
                                           ": install the newer turnaway");
    EXPECT_EQ(Connection::migrate(url_).error().fault, Fault::config);
    EXPECT_EQ(ask("SELECT version FROM turnaway.schema_version"), newer);
}

// Tables of version 1 had nothing that version 2 added.
TEST_F(PostgresSpoolTest, OlderTablesAreBroughtToItsVersion) {
    migrate();
    ASSERT_TRUE(test::apply(*open(settings("one")), {.add = {stored_of(1, 10)}}));
    ask("DROP TABLE turnaway.request, turnaway.answer, turnaway.moved, turnaway.resting_host, "
        "turnaway.epoch; "
        "ALTER TABLE turnaway.node DROP version, DROP since, DROP deliveries, DROP drains, DROP "
        "news, ADD epoch bigint NOT NULL DEFAULT 7; "
        "UPDATE turnaway.schema_version SET version = 1");
    const auto older = PostgresSpool::open(settings("one"));
    ASSERT_FALSE(older);
    EXPECT_EQ(older.error().fault, Fault::config);
    const std::string own = std::to_string(schema_version);
    EXPECT_EQ(older.error().message,
              "the spool in the database has version 1, and this program needs version " + own +
                  ": stop all relays that use it, and run turnaway-relay --migrate-spool");
    // Nobody may be using it meanwhile.
    ask("UPDATE turnaway.node SET lease = clock_timestamp() + interval '1 hour'");
    EXPECT_EQ(Connection::migrate(url_).error().message,
              "the relay one uses the spool: stop all relays first");
    ask("UPDATE turnaway.node SET lease = '-infinity'");
    EXPECT_EQ(Connection::migrate(url_).value(),
              "the tables of the spool were brought from version 1 to version " + own);
    const auto again = open(settings("one"));
    EXPECT_EQ(ask("SELECT epoch FROM turnaway.epoch"), "8");
    EXPECT_EQ(test::list(*again, QueueId(), 10).value().messages, std::vector{message_of(1, 10)});
}

TEST_F(PostgresSpoolTest, AnUnreachableServerIsSaidToBe) {
    server_->kill();
    const auto away = PostgresSpool::open(settings("one"));
    server_->start();
    ASSERT_FALSE(away);
    EXPECT_EQ(away.error().fault, Fault::unavailable);
}

TEST_F(PostgresSpoolTest, ANameBelongsToOneRelay) {
    migrate();
    const auto first = open(settings("one"));
    const auto same = PostgresSpool::open(settings("one"));
    ASSERT_FALSE(same);
    EXPECT_EQ(same.error().fault, Fault::unavailable);
    const auto other = open(settings("two"));
    EXPECT_NE(first->slot(), other->slot());
}

TEST_F(PostgresSpoolTest, EachNodeHasItsOwn) {
    migrate();
    const auto one = open(settings("one"));
    const auto two = open(settings("two"));
    ASSERT_TRUE(test::apply(*one, {.add = {stored_of(1, 10)}}));
    ASSERT_TRUE(test::apply(*two, {.add = {stored_of(2, 10)}}));
    std::vector<QueueId> own;
    ASSERT_TRUE(two->scan([&own](const queue::Message& message) {
        own.push_back(message.id);
        return true;
    }));
    EXPECT_EQ(own, std::vector{QueueId(2)});
    EXPECT_EQ(test::list(*two, QueueId(), 10).value().messages, std::vector{message_of(2, 10)});
    EXPECT_EQ(test::load(*two, QueueId(1)).error().fault, Fault::no_input);
    // Only the owner changes a message.
    ASSERT_TRUE(test::apply(*two, {.remove = {QueueId(1)}}));
    EXPECT_EQ(ask("SELECT count(*) FROM turnaway.message"), "2");
}

TEST_F(PostgresSpoolTest, SurvivorsTakeOverAndTheDeadNodeIsFenced) {
    migrate();
    std::promise<std::string> failure;
    auto dead_settings = sleeper("dead");
    dead_settings.on_failure = [&](const base::Error& error) { failure.set_value(error.message); };
    const auto dead = open(std::move(dead_settings));
    for (std::uint64_t id = 1; id <= 1200; ++id) {
        dead->apply({.add = {stored_of(id, 10)}}, [](const auto& done) { ASSERT_TRUE(done); });
    }
    ASSERT_TRUE(test::apply(*dead, {.add = {stored_of(1201, 300'000)}}));
    EXPECT_TRUE(dead->has_room_for_outcomes());

    const auto heir = open(settings("heir"));
    std::mutex mutex;
    std::set<QueueId> gained;
    std::promise<void> all;
    heir->follow_gains([&](const spool::Page& page) {
        const std::lock_guard lock(mutex);
        for (const auto& message : page.messages) EXPECT_TRUE(gained.insert(message.id).second);
        if (gained.size() == 1201) all.set_value();
    });
    ask("UPDATE turnaway.node SET lease = '-infinity' WHERE name = 'dead'");
    all.get_future().wait();
    EXPECT_EQ(test::load(*heir, QueueId(1201)).value().content->size(), 300'000U);

    EXPECT_FALSE(test::apply(*dead, {.remove = {QueueId(1)}}));
    EXPECT_TRUE(dead->has_failed());
    EXPECT_FALSE(dead->has_room_for_outcomes());
    EXPECT_NE(failure.get_future().get().find("taken over"), std::string::npos);
    EXPECT_EQ(ask("SELECT count(*) FROM turnaway.message"), "1201");
    // Nothing is left of it, so its row goes too.
    wait_until("SELECT count(*) FROM turnaway.node", "1");
}

// What it asked for while entering is done later, when it no longer waits: it enters again as
// itself.
TEST_F(PostgresSpoolTest, EntersThoughTheFirstAnswerIsLate) {
    migrate();
    open(settings("late")).reset();
    const auto holder = fake::PostgresServer::connect(url_);
    fake::PostgresServer::ask(holder, "BEGIN; SELECT 1 FROM turnaway.node FOR UPDATE");
    auto impatient = settings("late");
    impatient.lease = 4s;  // half of it is how long it waits for an answer
    impatient.enter_wait = 5min;
    auto opened = std::async(std::launch::async, [&] {
        const auto got = PostgresSpool::open(impatient);
        return got ? std::string() : got.error().message;
    });
    const std::string waiting =
        " FROM pg_stat_activity WHERE application_name = 'turnaway-relay' "
        "AND wait_event_type = 'Lock'";
    wait_until("SELECT count(*) > 0" + waiting, "t");
    const std::string first = ask("SELECT min(pid)" + waiting);
    wait_until("SELECT count(*) > 0" + waiting + " AND pid <> " + first, "t");
    fake::PostgresServer::ask(holder, "ROLLBACK");
    EXPECT_EQ(opened.get(), "");
}

TEST_F(PostgresSpoolTest, WhatANodeLeavesIsTakenAtOnce) {
    migrate();
    auto leaving = open(sleeper("leaving"));
    ASSERT_TRUE(test::apply(*leaving, {.add = {stored_of(1, 10)}}));
    leaving.reset();
    const auto heir = open(settings("heir"));
    std::promise<std::size_t> gained;
    heir->follow_gains([&](const spool::Page& page) { gained.set_value(page.messages.size()); });
    EXPECT_EQ(gained.get_future().get(), 1U);
}

// The session ends inside the transaction, which is then done again.
TEST_F(PostgresSpoolTest, ALostTransactionIsRepeated) {
    migrate();
    const auto one = open(settings("one"));
    const auto holder = fake::PostgresServer::connect(url_);
    fake::PostgresServer::ask(holder, "BEGIN; LOCK TABLE turnaway.message_0 IN EXCLUSIVE MODE");
    std::promise<base::Result<void>> done;
    one->apply({.add = {stored_of(1, 10)}}, [&](auto result) { done.set_value(result); });
    wait_until(own_session("wait_event_type = 'Lock'"), "1");
    ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'turnaway-relay'");
    wait_until(own_session("wait_event_type = 'Lock'"), "1");  // again, in a new session
    fake::PostgresServer::ask(holder, "ROLLBACK");
    EXPECT_TRUE(done.get_future().get());
    EXPECT_EQ(ask("SELECT count(*) FROM turnaway.message"), "1");
    EXPECT_EQ(ask("SELECT epoch FROM turnaway.epoch"), "2");
}

// The server commits on its own disk, and says so, when the wait for its standby is cancelled.
TEST_F(PostgresSpoolTest, ACancelledWaitForTheStandbyIsNoCommit) {
    migrate();
    const auto one = open(settings("one"));
    ask("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    ask("SELECT pg_reload_conf()");
    wait_until("SHOW synchronous_standby_names", "nobody");
    std::promise<base::Result<void>> done;
    auto answer = done.get_future();
    one->apply({.add = {stored_of(1, 10)}}, [&](auto result) { done.set_value(result); });
    wait_until(own_session("wait_event = 'SyncRep' AND query = 'COMMIT'"), "1");
    const auto first = ask("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
    ask("SELECT pg_cancel_backend(" + first + ")");
    // The next session waits for the standby too, with the new epoch.
    wait_until(own_session("wait_event = 'SyncRep' AND pid <> " + first), "1");
    EXPECT_EQ(answer.wait_for(0s), std::future_status::timeout);
    ask("ALTER SYSTEM RESET synchronous_standby_names");
    ask("SELECT pg_reload_conf()");
    EXPECT_TRUE(answer.get());
    EXPECT_EQ(ask("SELECT count(*) FROM turnaway.message"), "1");
}

TEST_F(PostgresSpoolTest, WhileTheServerIsAwayNewMailIsRefusedAndResultsWait) {
    migrate();
    const auto one = open(settings("one"));
    ASSERT_TRUE(test::apply(*one, {.add = {stored_of(1, 10), stored_of(2, 10)}}));
    server_->kill();
    std::promise<base::Result<void>> removed;
    auto answer = removed.get_future();
    one->apply({.remove = {QueueId(1)}}, [&](auto result) { removed.set_value(result); });
    while (one->has_room_for_outcomes()) std::this_thread::sleep_for(10ms);
    EXPECT_EQ(test::apply(*one, {.add = {stored_of(3, 10)}}).error().fault, Fault::unavailable);
    EXPECT_EQ(test::load(*one, QueueId(2)).error().fault, Fault::unavailable);
    EXPECT_FALSE(one->has_failed());
    EXPECT_EQ(answer.wait_for(0s), std::future_status::timeout);
    server_->start();
    EXPECT_TRUE(answer.get());
    EXPECT_EQ(ask("SELECT id FROM turnaway.message"), "2");
    while (!one->has_room_for_outcomes()) std::this_thread::sleep_for(10ms);
    EXPECT_TRUE(test::apply(*one, {.add = {stored_of(3, 10)}}));
}

// Whatever was acknowledged is there once, whatever was refused is not.
TEST_F(PostgresSpoolTest, KillsOfTheServerUnderLoadLoseNothing) {
    migrate();
    constexpr std::uint64_t last = 3000;
    std::mutex mutex;
    std::set<std::uint64_t> stored;
    std::promise<void> all;
    std::atomic<std::uint64_t> left = last;
    {
        const auto one = open(settings("one"));
        for (std::uint64_t id = 1; id <= last; ++id) {
            one->apply({.add = {stored_of(id, 1000)}}, [&, id](const auto& result) {
                if (result) {
                    const std::lock_guard lock(mutex);
                    stored.insert(id);
                }
                if (--left == 0) all.set_value();
            });
            if (id == 400) wait_until("SELECT count(*) > 100 FROM turnaway.message", "t");
            if (id % 1000 == 500) {
                server_->kill();
                server_->start();
            }
            if (id % 20 == 0) std::this_thread::sleep_for(1ms);
        }
        all.get_future().wait();
        EXPECT_FALSE(one->has_failed());
    }
    EXPECT_GT(stored.size(), 100U);
    EXPECT_EQ(ask("SELECT count(*) FROM turnaway.message"), std::to_string(stored.size()));
    // It could not give its lease back if the server was still away.
    wait_until("SELECT lease < clock_timestamp() FROM turnaway.node", "t");
    const auto again = open(settings("one"));
    std::set<std::uint64_t> found;
    ASSERT_TRUE(again->scan([&](const queue::Message& message) {
        found.insert(message.id.value());
        return true;
    }));
    EXPECT_EQ(found, stored);
}

// Each transaction reads it, past all the versions that an old snapshot keeps.
TEST_F(PostgresSpoolTest, ABeatDoesNotRewriteTheRowOfTheFence) {
    migrate();
    const auto one = open(settings("one"));
    const auto place = ask("SELECT ctid FROM turnaway.epoch");
    const auto first = ask("SELECT lease FROM turnaway.node");
    wait_until("SELECT lease > '" + first + "' FROM turnaway.node", "t");
    ASSERT_TRUE(test::apply(*one, {.add = {stored_of(1, 10)}}));
    EXPECT_EQ(ask("SELECT ctid FROM turnaway.epoch"), place);
}

// A slice out of use is emptied; what still waits is moved before, and is found, changed and
// removed as ever.
TEST_F(PostgresSpoolTest, SlicesAreEmptiedAndWhatLivesIsMoved) {
    migrate();
    std::atomic<std::uint64_t> turn = 0;
    auto with_clock = settings("one");
    with_clock.now = [&turn] {
        return std::chrono::system_clock::time_point(
            std::chrono::microseconds(turn << spool::postgres::slice_bits));
    };
    const auto one = open(std::move(with_clock));
    constexpr std::size_t big = base::limits::content_in_row_bytes_max + 1000;
    ASSERT_TRUE(
        test::apply(*one, {.add = {stored_of(1, 10), stored_of(2, big), stored_of(3, 10)}}));
    ASSERT_TRUE(test::apply(*one, {.remove = {QueueId(3)}}));
    const auto reader = fake::PostgresServer::connect(url_);
    fake::PostgresServer::ask(reader, "BEGIN; SELECT count(*) FROM turnaway.content_0");
    turn = 5;
    wait_until("SELECT count(*) FROM turnaway.message_old", "2");
    // A backup that holds the slice is not waited for.
    ASSERT_TRUE(test::apply(*one, {.add = {stored_of(4, 10)}, .remove = {QueueId(1)}}));
    constexpr auto pieces = big / spool::postgres::piece_bytes_max + 1;
    EXPECT_EQ(ask("SELECT count(*) FROM turnaway.content_0"), std::to_string(pieces + 3));
    fake::PostgresServer::ask(reader, "COMMIT");
    ASSERT_TRUE(test::apply(*one, {.remove = {QueueId(4)}}));
    wait_until("SELECT count(*) FROM turnaway.content_0", "0");
    EXPECT_EQ(test::load(*one, QueueId(2)).value().content->size(), big);
    auto held = message_of(2, big);
    held.is_held = true;
    ASSERT_TRUE(test::apply(*one, {.update = {held}}));
    EXPECT_EQ(test::load(*one, QueueId(2)).value().message, held);
    ASSERT_TRUE(test::apply(*one, {.remove = {QueueId(2)}}));
    EXPECT_EQ(ask("SELECT count(*) FROM turnaway.message"), "0");
    EXPECT_EQ(ask("SELECT count(*) FROM turnaway.content_old"), "0");
}

TEST_F(PostgresSpoolTest, ADamagedRowIsSetAside) {
    migrate();
    const auto one = open(settings("one"));
    ASSERT_TRUE(test::apply(*one, {.add = {stored_of(1, 10), stored_of(2, 10), stored_of(3, 10)}}));
    ask("UPDATE turnaway.message_0 SET states = '\\x00' WHERE id = 1");
    ask("UPDATE turnaway.content_0 SET bytes = '\\x00' WHERE id = 2");
    ask("DELETE FROM turnaway.content_0 WHERE id = 3");
    EXPECT_EQ(test::load(*one, QueueId(1)).error().fault, Fault::data);
    EXPECT_EQ(test::load(*one, QueueId(2)).value().content->trouble()->fault, Fault::data);
    EXPECT_EQ(test::load(*one, QueueId(3)).value().content->trouble()->fault, Fault::data);
    EXPECT_EQ(test::load_unchecked(*one, QueueId(1)).value().content->in_memory(),
              fake::content_of(1, 10));
    const auto page = test::list(*one, QueueId(), 10).value();
    EXPECT_EQ(page.messages.size(), 2U);
    ASSERT_EQ(page.damaged.size(), 1U);
    EXPECT_EQ(page.damaged[0].id, QueueId(1));
}

}  // namespace
}  // namespace turnaway
