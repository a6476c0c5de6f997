// The memory of refusing hosts and its rows in the spool: all changes in one order, whoever makes
// them and whichever thread is slow.
#include "relay/relay_state.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "fake/memory_spool.h"
#include "process/descriptor.h"

namespace turnaway::relay {
namespace {

using namespace std::chrono_literals;

const route::HostPort place = *route::HostPort::parse("192.0.2.1:25", 25);

// Holds one change back before it is in the line, until another one is there or clearly waits.
class SlowSpool final : public spool::Spool {
  public:
    enum class Held { remember, forget };
    explicit SlowSpool(Held held) : held_(held) {}

    void remember(spool::RefusingHost host, Done done) override {
        take(Held::remember, [&] { rows_.remember(std::move(host), std::move(done)); });
    }
    void forget(std::string_view address, Done done) override {
        take(Held::forget, [&] { rows_.forget(address, std::move(done)); });
    }
    // From now on one change is held back.
    void hold() {
        const std::lock_guard lock(mutex_);
        is_held_ = true;
    }
    void await_held() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !is_held_; });
    }
    std::size_t rows() {
        rows_.sync();
        return rows_.refusing_hosts()->size();
    }

    std::unique_ptr<spool::ContentSink> new_content(std::string_view) override { return nullptr; }
    void apply(spool::Change, Done) override {}
    void load(queue::QueueId, Found) override {}
    void load_unchecked(queue::QueueId, Found) override {}
    void list(queue::QueueId, std::size_t, Listed) override {}
    base::Result<void> scan(const std::function<bool(queue::Message)>&, const Damaged&) override {
        return {};
    }
    bool has_room_for_outcomes() const override { return true; }
    base::Result<std::vector<spool::RefusingHost>> refusing_hosts() override {
        return rows_.refusing_hosts();
    }
    bool has_failed() const override { return false; }

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
    fake::MemorySpool rows_;
};

std::shared_ptr<const Rules> rules() {
    auto rules = std::make_shared<Rules>();
    rules->config.verdict.memory_age = 24h;
    rules->config.delivery.port = 25;
    return rules;
}

struct Scene {
    SlowSpool spool;
    process::OwnedFd null{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
    Log log{LogStyle{}, LogLevel::warning, null.get()};
    Counters counters;
    io::TlsClient tls = io::TlsClient::opportunistic().value();
    RelayState relay{{.rules = rules(),
                      .spool = spool,
                      .log = log,
                      .counters = counters,
                      .tls_client = tls,
                      .on_spool_failure = [] {}}};

    explicit Scene(SlowSpool::Held held) : spool(held) {}

    // The change of `first` is on its way to the spool while `second` happens.
    void race(const std::function<void()>& first, const std::function<void()>& second) {
        spool.hold();
        std::thread slow(first);
        spool.await_held();
        second();
        slow.join();
    }
};

TEST(RelayState, ARememberDoesNotOvertakeAForgetOnTheDisk) {
    for (const bool is_by_hand : {false, true}) {
        Scene scene(SlowSpool::Held::forget);
        scene.relay.remember_refusal("a.example", place, "521");
        scene.race(
            [&] {
                if (is_by_hand) {
                    scene.relay.forget_by_hand(place, [](const auto&) {});
                } else {
                    scene.relay.forget_refusal(place);
                }
            },
            [&] { scene.relay.remember_refusal("a.example", place, "521 again"); });
        EXPECT_EQ(scene.relay.refusals_known(), 1U);
        EXPECT_EQ(scene.spool.rows(), 1U);
    }
}

TEST(RelayState, AForgetDoesNotOvertakeARememberOnTheDisk) {
    for (const bool is_everything : {false, true}) {
        Scene scene(SlowSpool::Held::remember);
        scene.race([&] { scene.relay.remember_refusal("a.example", place, "521"); },
                   [&] {
                       scene.relay.forget_by_hand(
                           is_everything ? std::nullopt : std::optional(place), [](const auto&) {});
                   });
        EXPECT_EQ(scene.relay.refusals_known(), 0U);
        EXPECT_EQ(scene.spool.rows(), 0U);
    }
}

TEST(RelayState, ARenewalOfAForgottenHostStaysForgotten) {
    Scene scene(SlowSpool::Held::forget);
    scene.relay.remember_refusal("a.example", place, "521");
    scene.race([&] { scene.relay.forget_by_hand(place, [](const auto&) {}); },
               [&] { scene.relay.renew_refusal(place, "521 still"); });
    EXPECT_EQ(scene.relay.refusals_known(), 0U);
    EXPECT_EQ(scene.spool.rows(), 0U);
}

// Version 1 wrote the address alone.
TEST(RelayState, ReadsARowWithoutAPort) {
    Scene scene(SlowSpool::Held::forget);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    scene.relay.load_refusals({{"a.example", "192.0.2.1", now - 1h, "521 a"},
                               {"b.example", "[2001:db8::1]:2525", now - 1h, "521 b"},
                               {"c.example", "192.0.2.3", now - 25h, "521 old"},
                               {"d.example", "no address", now - 1h, "521 d"}});
    EXPECT_EQ(scene.relay.refusals_known(), 2U);
    EXPECT_TRUE(scene.relay.is_refusing(place));
    EXPECT_FALSE(scene.relay.is_refusing(*route::HostPort::parse("192.0.2.1:2525", 25)));
    EXPECT_TRUE(scene.relay.is_refusing(*route::HostPort::parse("[2001:db8::1]:2525", 25)));
    EXPECT_EQ(scene.spool.rows(), 1U) << "the row of the first is written anew";
}

}  // namespace
}  // namespace turnaway::relay
