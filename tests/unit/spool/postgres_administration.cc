// The spool in a database whose administrator changes rights and settings, or restarts it, and what
// a look at the server leaves behind.
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "fake/spooled.h"
#include "spool/postgres/refusal.h"
#include "spool/postgres/survey.h"
#include "unit/spool/ask.h"
#include "unit/spool/postgres_case.h"

namespace turnaway {
namespace {

using namespace std::chrono_literals;
using base::Fault;
using fake::stored_of;
using queue::QueueId;
using spool::postgres::PostgresSettings;
using spool::postgres::Refusal;

class PostgresAdministration : public test::PostgresCase {
  protected:
    void SetUp() override {
        PostgresCase::SetUp();
        if (IsSkipped()) return;
        migrate();
        ask("CREATE ROLE relay LOGIN");
        ask("GRANT USAGE ON SCHEMA turnaway TO relay");
        ask("GRANT ALL ON ALL TABLES IN SCHEMA turnaway TO relay");
        ask("GRANT ALL ON ALL SEQUENCES IN SCHEMA turnaway TO relay");
    }
    // As a user that owns nothing and is no superuser.
    PostgresSettings as_relay() {
        auto made = settings("one");
        made.url.replace(made.url.find("turnaway@"), 9, "relay@");
        return made;
    }
    template <class Condition>
    static void wait_for(Condition condition) {
        for (int i = 0; i < 6000 && !condition(); ++i) std::this_thread::sleep_for(10ms);
        ASSERT_TRUE(condition());
    }
    void set_up_standby(const std::string& name) {
        ask("ALTER SYSTEM SET synchronous_standby_names = '" + name + "'");
        ask("SELECT pg_reload_conf()");
        wait_until("SHOW synchronous_standby_names", name);
    }
};

// A result of a delivery waits until they are given back.
TEST_F(PostgresAdministration, RightsThatAreTakenCanBeGivenBack) {
    const auto one = open(as_relay());
    ASSERT_TRUE(test::apply(*one, {.add = {stored_of(1, 10)}}));
    ask("REVOKE ALL ON turnaway.message_0, turnaway.content_0 FROM relay");
    const auto refused = test::apply(*one, {.add = {stored_of(2, 10)}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::unavailable);
    EXPECT_TRUE(one->is_away());
    std::promise<base::Result<void>> done;
    one->apply({.remove = {QueueId(1)}}, [&](auto result) { done.set_value(result); });
    wait_for([&] { return !one->has_room_for_outcomes(); });
    ask("GRANT ALL ON turnaway.message_0, turnaway.content_0 TO relay");
    EXPECT_TRUE(done.get_future().get());
    EXPECT_FALSE(one->has_failed());
    EXPECT_EQ(ask("SELECT count(*) FROM turnaway.message"), "0");
}

// The relay has limits of its own for all that it does.
TEST_F(PostgresAdministration, LimitsForItsUserDoNotApply) {
    ask("ALTER ROLE relay SET statement_timeout = '1ms'");
    ask("ALTER ROLE relay SET idle_session_timeout = '300ms'");
    ask("ALTER ROLE relay SET default_transaction_isolation = 'serializable'");
    auto idle = as_relay();
    idle.beat = 2h;
    idle.look = 2h;
    idle.lease = 10h;
    const auto one = open(std::move(idle));
    wait_until(own_session("state_change < clock_timestamp() - interval '400 ms'"), "1");
    const auto holder = fake::PostgresServer::connect(url_);
    fake::PostgresServer::ask(holder, "BEGIN; LOCK TABLE turnaway.message_0 IN EXCLUSIVE MODE");
    std::promise<base::Result<void>> done;
    one->apply({.add = {stored_of(1, 10)}}, [&](auto result) { done.set_value(result); });
    wait_until(own_session("wait_event_type = 'Lock'"), "1");
    fake::PostgresServer::ask(holder, "ROLLBACK");
    EXPECT_TRUE(done.get_future().get());
    // It never lost its session, which raises the epoch.
    EXPECT_EQ(ask("SELECT epoch FROM turnaway.epoch"), "1");
}

// A primary that was left behind by a failover, or was made read-only by hand.
TEST_F(PostgresAdministration, AReadOnlyServerIsLeftForAnother) {
    const auto one = open(as_relay());
    ASSERT_TRUE(test::apply(*one, {.add = {stored_of(1, 10)}}));
    ask("ALTER SYSTEM SET default_transaction_read_only = on");
    ask("SELECT pg_reload_conf()");
    wait_until("SHOW default_transaction_read_only", "on");
    wait_for([&] { return !test::apply(*one, {.add = {stored_of(2, 10)}}); });
    std::promise<base::Result<void>> done;
    one->apply({.remove = {QueueId(1)}}, [&](auto result) { done.set_value(result); });
    ask("ALTER SYSTEM RESET default_transaction_read_only");
    ask("SELECT pg_reload_conf()");
    EXPECT_TRUE(done.get_future().get());
    EXPECT_FALSE(one->has_failed());
}

// All leases run out at once; who lives renews its own. A node is dead when nothing is heard of it.
TEST_F(PostgresAdministration, AClockThatJumpsEndsNobody) {
    const auto silent = open(sleeper("silent"));
    ASSERT_TRUE(test::apply(*silent, {.add = {stored_of(1, 10)}}));
    const auto patient = open(settings("patient"));
    patient->follow_gains([](const spool::Page&) {});
    ask("UPDATE turnaway.node SET lease = lease - interval '1 day'");
    const std::string renewals = "SELECT lease::text FROM turnaway.node WHERE name = 'patient'";
    for (int i = 0; i < 3; ++i) {
        const auto before = ask(renewals);
        wait_for([&] { return ask(renewals) != before; });
    }
    EXPECT_EQ(ask("SELECT count(*) FROM turnaway.node"), "2");
    EXPECT_TRUE(test::apply(*silent, {.add = {stored_of(2, 10)}}));
    auto hasty = settings("hasty");
    hasty.lease = 2s;
    std::promise<std::size_t> gained;
    const auto heir = open(std::move(hasty));
    heir->follow_gains([&](const spool::Page& page) { gained.set_value(page.messages.size()); });
    EXPECT_EQ(gained.get_future().get(), 2U);
}

TEST_F(PostgresAdministration, ALookAtTheServerDoesNotLeaveASessionThatWaits) {
    set_up_standby("nobody");
    const auto found = spool::postgres::survey_server(url_, 1s);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_FALSE(found->commit);
    EXPECT_EQ(found->commit_fault, "it did not answer within 1 seconds");
    wait_until("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'", "0");
    ask("ALTER SYSTEM RESET synchronous_standby_names");
    ask("SELECT pg_reload_conf()");
}

TEST(PostgresRefusal, IsByTheStateOfTheServer) {
    using spool::postgres::refusal_of;
    EXPECT_EQ(refusal_of("22012"), Refusal::fenced);
    EXPECT_EQ(refusal_of("25006"), Refusal::other_host);
    EXPECT_EQ(refusal_of("26000"), Refusal::other_session);
    EXPECT_EQ(refusal_of("42501"), Refusal::passing);
    EXPECT_EQ(refusal_of("42P01"), Refusal::permanent);
    EXPECT_EQ(refusal_of("23505"), Refusal::permanent);
    EXPECT_EQ(refusal_of("53100"), Refusal::passing);
    EXPECT_EQ(refusal_of("57P01"), Refusal::passing);
}

}  // namespace
}  // namespace turnaway
