// The memory of refusing hosts and its store: all changes in one order, whoever makes them and
// whichever thread is slow.
#include "judge/refusing_hosts.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace turnaway::judge {
namespace {

using namespace std::chrono_literals;

const route::HostPort place = *route::HostPort::parse("192.0.2.1:25", 25);

// Holds one change back before it is stored, until another one is there or clearly waits.
class SlowStore final : public RefusingHostStore {
  public:
    enum class Held { remember, forget };
    explicit SlowStore(Held held) : held_(held) {}

    void remember(StoredHost host) override {
        take(Held::remember, [&] { rows_[host.address] = host; });
    }
    void forget(const std::string& address, Done done) override {
        take(Held::forget, [&] {
            if (address.empty()) {
                rows_.clear();
            } else {
                rows_.erase(address);
            }
        });
        if (done) done({});
    }
    void log_refuses(const verdict::HostMemory::Entry&) override { ++refusals_logged; }
    void log_forgotten(const route::HostPort&) override { ++endings_logged; }

    // From now on one change is held back.
    void hold() {
        const std::lock_guard lock(mutex_);
        is_held_ = true;
    }
    void await_held() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !is_held_; });
    }
    std::size_t rows() const { return rows_.size(); }

    int refusals_logged = 0;
    int endings_logged = 0;

  private:
    void take(Held kind, const std::function<void()>& change) {
        std::unique_lock lock(mutex_);
        if (is_held_ && kind == held_) {
            is_held_ = false;
            changed_.notify_all();
            const auto before = changes_;
            changed_.wait_for(lock, 50ms, [&] { return changes_ != before; });
        }
        change();
        ++changes_;
        changed_.notify_all();
    }

    const Held held_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_held_ = false;
    std::size_t changes_ = 0;
    std::map<std::string, StoredHost> rows_;
};

struct Scene {
    SlowStore store;
    RefusingHosts hosts{{.age_max = 24h}, store};

    explicit Scene(SlowStore::Held held) : store(held) {}

    // The change of `first` is on its way to the store while `second` happens.
    void race(const std::function<void()>& first, const std::function<void()>& second) {
        store.hold();
        std::thread slow(first);
        store.await_held();
        second();
        slow.join();
    }
};

TEST(RefusingHosts, ARefusalIsEvidenceForAsLongAsItsAgeAllows) {
    SlowStore store(SlowStore::Held::forget);
    base::Clock::Time now{std::chrono::seconds(1'000'000)};
    RefusingHosts hosts{{.age_max = 24h}, store, base::Clock([&now] { return now; })};
    hosts.remember("mx.example", place, "521 no mail");
    EXPECT_EQ(hosts.list().front().seen, std::chrono::sys_seconds(1'000'000s));
    now += 24h - 1s;
    EXPECT_TRUE(hosts.is_refusing(place));
    now += 2s;
    EXPECT_FALSE(hosts.is_refusing(place));
    EXPECT_EQ(hosts.count(), 0U);
}

// They have stored and logged it themselves.
TEST(RefusingHosts, WhatOthersLearnIsKnownAndNotStoredAgain) {
    SlowStore store(SlowStore::Held::forget);
    base::Clock::Time now{std::chrono::seconds(1'000'000)};
    RefusingHosts hosts{{.age_max = 24h}, store, base::Clock([&now] { return now; })};
    const StoredHost host{.host = "mx.example",
                          .address = place.text(),
                          .seen = std::chrono::sys_seconds(999'990s),
                          .words = "521 no mail"};
    hosts.hear({host, {.host = "odd.example", .address = "odd", .seen = {}, .words = ""}}, {}, 25);
    EXPECT_TRUE(hosts.is_refusing(place));
    EXPECT_EQ(hosts.count(), 1U);
    hosts.hear({}, {place.text(), "odd"}, 25);
    EXPECT_FALSE(hosts.is_refusing(place));
    EXPECT_EQ(store.rows(), 0U);
    EXPECT_EQ(store.refusals_logged + store.endings_logged, 0);
}

TEST(RefusingHosts, ARememberDoesNotOvertakeAForgetOnTheDisk) {
    for (const bool is_by_hand : {false, true}) {
        Scene scene(SlowStore::Held::forget);
        scene.hosts.remember("a.example", place, "521");
        scene.race(
            [&] {
                if (is_by_hand) {
                    scene.hosts.forget_by_hand(place, [](const auto&) {});
                } else {
                    scene.hosts.forget(place);
                }
            },
            [&] { scene.hosts.remember("a.example", place, "521 again"); });
        EXPECT_EQ(scene.hosts.count(), 1U);
        EXPECT_EQ(scene.store.rows(), 1U);
    }
}

TEST(RefusingHosts, AForgetDoesNotOvertakeARememberOnTheDisk) {
    for (const bool is_everything : {false, true}) {
        Scene scene(SlowStore::Held::remember);
        scene.race([&] { scene.hosts.remember("a.example", place, "521"); },
                   [&] {
                       scene.hosts.forget_by_hand(
                           is_everything ? std::nullopt : std::optional(place), [](const auto&) {});
                   });
        EXPECT_EQ(scene.hosts.count(), 0U);
        EXPECT_EQ(scene.store.rows(), 0U);
    }
}

TEST(RefusingHosts, ARenewalOfAForgottenHostStaysForgotten) {
    Scene scene(SlowStore::Held::forget);
    scene.hosts.remember("a.example", place, "521");
    scene.race([&] { scene.hosts.forget_by_hand(place, [](const auto&) {}); },
               [&] { scene.hosts.renew(place, "521 still"); });
    EXPECT_EQ(scene.hosts.count(), 0U);
    EXPECT_EQ(scene.store.rows(), 0U);
}

// Version 1 wrote the address alone.
TEST(RefusingHosts, ReadsARowWithoutAPort) {
    Scene scene(SlowStore::Held::forget);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    scene.hosts.load({{"a.example", "192.0.2.1", now - 1h, "521 a"},
                      {"b.example", "[2001:db8::1]:2525", now - 1h, "521 b"},
                      {"c.example", "192.0.2.3", now - 25h, "521 old"},
                      {"d.example", "no address", now - 1h, "521 d"}},
                     25);
    EXPECT_EQ(scene.hosts.count(), 2U);
    EXPECT_TRUE(scene.hosts.is_refusing(place));
    EXPECT_FALSE(scene.hosts.is_refusing(*route::HostPort::parse("192.0.2.1:2525", 25)));
    EXPECT_TRUE(scene.hosts.is_refusing(*route::HostPort::parse("[2001:db8::1]:2525", 25)));
    EXPECT_EQ(scene.store.rows(), 1U) << "the row of the first is written anew";
}

TEST(RefusingHosts, LogsWhatIsNewsOnly) {
    Scene scene(SlowStore::Held::forget);
    scene.hosts.remember("a.example", place, "521");
    scene.hosts.remember("a.example", place, "521 again");
    EXPECT_EQ(scene.store.refusals_logged, 1);
    scene.hosts.forget(place);
    scene.hosts.forget(place);
    EXPECT_EQ(scene.store.endings_logged, 1);
}

}  // namespace
}  // namespace turnaway::judge
