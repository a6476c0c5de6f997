#include "cli/demo/cluster/demo_cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/common/fitted_text.h"
#include "cli/common/stop_signals.h"
#include "cli/demo/cluster/demo_cluster_environment.h"
#include "cli/demo/demo_screen.h"

namespace turnaway::cli {
namespace {

using namespace std::chrono_literals;

constexpr int exit_lost = 1;
constexpr int exit_signal = 128;  // plus its number
constexpr auto flow_time = 2s;
constexpr auto outage_time = 2s;
constexpr auto message_pause = 50ms;
constexpr auto look_pause = 50ms;
constexpr auto reply_wait_max = 40s;
constexpr auto phase_wait_max = 60s;
constexpr std::size_t waiting_messages = 60;
constexpr std::size_t victim = 1;  // of the relays

// Hands over one message after the other, to the relays in turn, as a mail server does: one that is
// put off is tried again at the next relay.
class Senders {
  public:
    Senders(ClusterEnvironment& environment, std::stop_token stop)
        : environment_(environment), stop_(std::move(stop)) {}

    void send_one() {
        const std::string recipient = fmt::format("m{}@healthy.example", ++number_);
        for (std::size_t relay = number_; !stop_.stop_requested(); ++relay) {
            const auto handed =
                hand_over({.sender = std::string(demo_sender),
                           .recipient = recipient,
                           .subject = fmt::format("Message {}", number_),
                           .text = "Hello"},
                          environment_.server(relay % ClusterEnvironment::relays),
                          environment_.journal(), Steady::now() + reply_wait_max, stop_);
            if (handed && handed->is_accepted) {
                accepted_.push_back(recipient);
                ++accepted_count_;
                return;
            }
            ++put_off_;
            std::this_thread::sleep_for(message_pause);
        }
    }
    void start() {
        thread_ = std::jthread([this](const std::stop_token& end) {
            while (!end.stop_requested() && !stop_.stop_requested()) {
                send_one();
                std::this_thread::sleep_for(message_pause);
            }
        });
    }
    void finish() {
        thread_.request_stop();
        if (thread_.joinable()) thread_.join();
    }

    std::size_t accepted_count() const { return accepted_count_; }
    std::size_t put_off() const { return put_off_; }
    // Only while the thread does not run.
    const std::vector<std::string>& accepted() const { return accepted_; }

  private:
    ClusterEnvironment& environment_;
    const std::stop_token stop_;
    std::size_t number_ = 0;
    std::vector<std::string> accepted_;
    std::atomic<std::size_t> accepted_count_ = 0, put_off_ = 0;
    std::jthread thread_;  // last: it uses all of the above
};

class ClusterDemo {
  public:
    ClusterDemo(const std::string& keep, const Colours& colours) : keep_(keep), colours_(colours) {}

    int run() {
        screen_.print(wrapped("Three relays share one queue, in PostgreSQL: a primary, and a "
                              "standby that has every commit before it counts. Everything runs "
                              "here, on loopback.",
                              "", DemoScreen::columns()) +
                      "\n");
        auto opened = ClusterEnvironment::open(keep_);
        if (!opened) return give_up(opened.error());
        environment_ = *std::move(opened);
        senders_ = std::make_unique<Senders>(*environment_, signals_.token());
        say("started", "primary db1, standby db2, relay-1, relay-2, relay-3");
        for (const auto step :
             {&ClusterDemo::let_mail_flow, &ClusterDemo::fail_over, &ClusterDemo::lose_a_relay}) {
            if (auto done = (this->*step)(); !done) return give_up(done.error());
            if (signals_.token().stop_requested()) return exit_signal + signals_.signal();
        }
        return finish();
    }

  private:
    // Whether it became true in time.
    bool await(const std::function<bool()>& condition) {
        const auto until = Steady::now() + phase_wait_max;
        while (!condition()) {
            if (signals_.token().stop_requested() || Steady::now() > until) return false;
            std::this_thread::sleep_for(look_pause);
        }
        return true;
    }

    base::Result<void> let_mail_flow() {
        senders_->start();
        const auto until = Steady::now() + flow_time;
        await([&] { return Steady::now() > until; });
        say("mail flows", fmt::format("{} messages answered with 250, {} delivered already",
                                      senders_->accepted_count(), environment_->arrivals().size()));
        return {};
    }

    base::Result<void> fail_over() {
        environment_->primary().kill();
        say("KILLED", "the primary db1, while mail comes in");
        const auto until = Steady::now() + outage_time;
        await([&] { return Steady::now() > until; });
        const auto asked = Steady::now();
        if (auto done = environment_->standby().promote(); !done) return done;
        say("promoted", "the standby db2, as Patroni or you would");
        const auto before = senders_->accepted_count();
        if (!await([&] { return senders_->accepted_count() > before; })) {
            return base::fail(base::Fault::unavailable, "mail is not accepted again");
        }
        say("mail flows", fmt::format("{:.1f} s later; attempts that were put off: {}",
                                      std::chrono::duration<double>(Steady::now() - asked).count(),
                                      senders_->put_off()));
        senders_->finish();
        return {};
    }

    base::Result<void> lose_a_relay() {
        if (!await(
                [this] { return environment_->arrivals().size() == senders_->accepted_count(); })) {
            return {};  // the end says what is lost
        }
        environment_->switch_host(false);
        for (std::size_t i = 0; i < waiting_messages; ++i) senders_->send_one();
        const auto owned = environment_->standby().ask(
            "SELECT string_agg(name || ' has ' || count, ', ' ORDER BY name) FROM (SELECT name, "
            "count(*) FROM turnaway.message JOIN turnaway.node ON node.id = owner GROUP BY 1) AS "
            "n");
        if (!owned) return std::unexpected(owned.error());
        say("mail waits", fmt::format("the destination is off; {}", *owned));
        environment_->kill_relay(victim);
        const auto killed = Steady::now();
        say("KILLED", ClusterEnvironment::name_of(victim));
        environment_->switch_host(true);
        await([this] { return environment_->arrivals().size() == senders_->accepted_count(); });
        say("delivered",
            fmt::format("all, with the destination on again: its messages after {:.0f} s",
                        std::chrono::duration<double>(Steady::now() - killed).count()));
        return {};
    }

    int finish() {
        const auto fault = environment_->end_programs();
        const auto& arrivals = environment_->arrivals();
        const auto lost = static_cast<std::size_t>(std::ranges::count_if(
            senders_->accepted(), [&](const auto& each) { return !arrivals.contains(each); }));
        const auto twice = static_cast<std::size_t>(
            std::ranges::count_if(arrivals, [](const auto& each) { return each.second > 1; }));
        screen_.print(fmt::format(
            "\n{}{} messages were answered with 250: {} delivered, {} lost, {} delivered twice.{}\n"
            "\nNext: /usr/share/doc/turnaway/docs/cluster.md     man turnaway-relay.conf\n",
            lost == 0 ? colours_.good : colours_.bad, senders_->accepted().size(),
            senders_->accepted().size() - lost, lost, twice, colours_.off));
        if (fault) tell(*fault);
        if (screen_.fault()) {
            tell(*screen_.fault());
            return base::exit_code(base::Fault::io);
        }
        return lost == 0 && !fault ? 0 : exit_lost;
    }

    void say(std::string_view what, const std::string& words) {
        const double seconds = std::chrono::duration<double>(Steady::now() - begun_).count();
        const std::string margin(24, ' ');
        std::string text = wrapped(words, margin, DemoScreen::columns());
        text.erase(0, margin.size());
        screen_.print(fmt::format("{}{:6.1f} s{}  {}{:<12}{}  {}", colours_.comment, seconds,
                                  colours_.off, what == "KILLED" ? colours_.bad : colours_.label,
                                  what, colours_.off, text));
    }

    static void tell(const std::string& words) {
        std::fprintf(stderr, "turnaway demo: %s\n", words.c_str());
    }
    static int give_up(const base::Error& error) {
        tell(error.message);
        return base::exit_code(error.fault);
    }

    const std::string keep_;
    const StopSignals signals_;  // before any thread
    const Colours& colours_;
    const Steady::time_point begun_ = Steady::now();
    DemoScreen screen_;
    std::unique_ptr<ClusterEnvironment> environment_;
    std::unique_ptr<Senders> senders_;
};

}  // namespace

int run_cluster_demo(const std::string& keep, const Colours& colours) {
    return ClusterDemo(keep, colours).run();
}

}  // namespace turnaway::cli
