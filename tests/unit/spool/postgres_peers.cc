// What nodes of one database know of each other: how many live, and what each learns of hosts.
#include <atomic>
#include <map>
#include <mutex>
#include <vector>

#include "unit/spool/postgres_case.h"

namespace turnaway {
namespace {

using namespace std::chrono_literals;

class PostgresPeers : public test::PostgresCase {
  protected:
    spool::postgres::PostgresSettings settings(const std::string& node) {
        auto made = PostgresCase::settings(node);
        made.now = std::chrono::system_clock::now;
        return made;
    }
    const std::chrono::sys_seconds now_ =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
};

// What a node has heard from the others. It outlives the node, whose thread calls it to its end.
class Ear {
  public:
    void follow(spool::Spool& store) {
        EXPECT_TRUE(store.refusing_hosts());
        store.follow_hosts([this](const spool::HostNews& news) {
            const std::lock_guard lock(mutex_);
            for (const auto& host : news.refusing) refusing_.insert_or_assign(host.address, host);
            for (const auto& address : news.forgotten) refusing_.erase(address);
            for (const auto& host : news.resting) resting_.insert_or_assign(host.address, host);
            for (const auto& address : news.awake) resting_.erase(address);
        });
    }
    spool::RefusingHost refusing(const std::string& address) { return wait(refusing_, address); }
    spool::RestingHost resting(const std::string& address) { return wait(resting_, address); }
    void wait_for_silence() {
        for (;;) {
            {
                const std::lock_guard lock(mutex_);
                if (refusing_.empty() && resting_.empty()) return;
            }
            std::this_thread::sleep_for(1ms);
        }
    }

  private:
    template <class Hosts>
    typename Hosts::mapped_type wait(const Hosts& hosts, const std::string& address) {
        for (;;) {
            {
                const std::lock_guard lock(mutex_);
                if (const auto at = hosts.find(address); at != hosts.end()) return at->second;
            }
            std::this_thread::sleep_for(1ms);
        }
    }

    std::mutex mutex_;
    std::map<std::string, spool::RefusingHost> refusing_;
    std::map<std::string, spool::RestingHost> resting_;
};

TEST_F(PostgresPeers, NodesHearWhatOthersLearnOfHosts) {
    migrate();
    Ear ear, late;
    const auto one = open(settings("one"));
    const auto two = open(settings("two"));
    ear.follow(*two);
    const spool::RefusingHost refusing{
        .host = "mx.example", .address = "192.0.2.1:25", .seen = now_ - 10s, .words = "521 no"};
    const spool::RestingHost resting{.address = "192.0.2.2", .until = now_ + 600s, .length = 600s};
    one->remember(refusing, [](const auto& done) { EXPECT_TRUE(done); });
    one->rest(resting);
    EXPECT_EQ(ear.refusing("192.0.2.1:25"), refusing);
    EXPECT_EQ(ear.resting("192.0.2.2"), resting);
    // One that comes later finds the refusing host at its start and hears of the other.
    const auto three = open(settings("three"));
    EXPECT_EQ(three->refusing_hosts().value(), std::vector{refusing});
    late.follow(*three);
    EXPECT_EQ(late.resting("192.0.2.2"), resting);
    // Older evidence does not replace newer, whoever has it.
    auto older = refusing;
    older.seen -= 5s;
    three->remember(older, [](const auto& done) { EXPECT_TRUE(done); });
    auto newer = refusing;
    newer.seen += 5s;
    newer.address = "192.0.2.9:25";
    three->remember(newer, [](const auto& done) { EXPECT_TRUE(done); });
    EXPECT_EQ(ear.refusing("192.0.2.9:25"), newer);
    EXPECT_EQ(ear.refusing("192.0.2.1:25"), refusing);
    // What is forgotten is forgotten everywhere.
    one->forget("192.0.2.1:25", [](const auto& done) { EXPECT_TRUE(done); });
    one->wake("192.0.2.2");
    three->forget("", [](const auto& done) { EXPECT_TRUE(done); });
    ear.wait_for_silence();
    three->rest(resting);
    EXPECT_EQ(ear.resting("192.0.2.2"), resting);
    one->wake("");
    ear.wait_for_silence();
}

// The clocks of two machines differ; what lies ten seconds back does so by either.
TEST_F(PostgresPeers, TimesOfHostsAreByTheClockOfTheDatabase) {
    migrate();
    Ear ear;
    const auto one = open(settings("one"));
    auto with_clock = settings("two");
    with_clock.now = [] { return std::chrono::system_clock::now() + 1h; };
    const auto two = open(with_clock);
    ear.follow(*two);
    one->remember(
        {.host = "mx.example", .address = "192.0.2.1:25", .seen = now_ - 10s, .words = ""},
        [](const auto& done) { EXPECT_TRUE(done); });
    one->rest({.address = "192.0.2.2", .until = now_ + 600s, .length = 600s});
    const auto refusing = ear.refusing("192.0.2.1:25").seen - (now_ - 10s + 1h);
    const auto resting = ear.resting("192.0.2.2").until - (now_ + 600s + 1h);
    EXPECT_LE(std::chrono::abs(refusing), 2s);
    EXPECT_LE(std::chrono::abs(resting), 2s);
}

TEST_F(PostgresPeers, NodesThatLiveAreCounted) {
    migrate();
    std::atomic<int> changes = 0;
    auto one = open(settings("one"));
    EXPECT_EQ(one->nodes(), 1U);
    one->follow_nodes([&changes] { ++changes; });
    auto two = open(settings("two"));
    EXPECT_EQ(two->nodes(), 2U) << "from its start on";
    while (changes == 0) std::this_thread::sleep_for(1ms);
    EXPECT_EQ(one->nodes(), 2U);
    // While the database is away nothing is known to have changed.
    server_->kill();
    for (const auto& each : {&one, &two}) {
        while ((*each)->has_room_for_outcomes()) std::this_thread::sleep_for(1ms);
    }
    EXPECT_EQ(one->nodes(), 2U);
    server_->start();
    // One that has the database back can say that it leaves.
    while (!two->has_room_for_outcomes()) std::this_thread::sleep_for(1ms);
    two.reset();
    while (one->nodes() != 1) std::this_thread::sleep_for(1ms);
    EXPECT_GE(changes, 2);
}

}  // namespace
}  // namespace turnaway
