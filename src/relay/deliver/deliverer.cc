#include "relay/deliver/deliverer.h"

#include <algorithm>
#include <utility>

#include "io/start.h"
#include "relay/deliver/delivery_job.h"
#include "relay/deliver/outbound_connection.h"
#include "relay/shard.h"

namespace turnaway::relay {
namespace {

// Messages over one connection; a host may close earlier without harm.
constexpr unsigned connection_messages_max = 100;
// A clock that goes back by less is only being adjusted.
constexpr std::chrono::seconds clock_step_min{60};
// The schedule is checked at least this often, whatever the clock did.
constexpr std::chrono::seconds sleep_max{60};

}  // namespace

Deliverer::Deliverer(Shard& shard)
    : shard_(shard),
      schedule_(shard.relay().schedule_settings()),
      timer_(shard.io()),
      clock_checked_at_(shard.now_seconds()),
      clock_checked_(std::chrono::steady_clock::now()) {}

void Deliverer::add(queue::QueueId id, std::string_view destination, std::chrono::sys_seconds due) {
    const auto at = under_way_.find({id, std::string(destination)});
    if (at != under_way_.end()) {
        at->second = due;
        return;
    }
    schedule_.add(id, destination, due);
    pump();
}

void Deliverer::limits_changed() {
    schedule_.change(shard_.relay().schedule_settings());
    pump();
}

void Deliverer::load(queue::QueueId id, std::string_view destination,
                     std::chrono::sys_seconds due) {
    schedule_.add(id, destination, due);
}

void Deliverer::replace(queue::QueueId id, const std::vector<PendingJob>& jobs) {
    schedule_.remove(id);
    for (const auto& job : jobs) {
        if (under_way_.contains({id, job.destination})) continue;
        schedule_.add(id, job.destination, job.due);
    }
    pump();
}

std::size_t Deliverer::flush(std::string_view destination) {
    const std::size_t jobs = schedule_.flush(destination, shard_.now_seconds());
    // Hosts that did not answer recently may answer now: the administrator may know that they do.
    shard_.relay().resting_hosts().wake_all();
    pump();
    return jobs;
}

void Deliverer::stop() {
    is_stopping_ = true;
    timer_.cancel();
}

// If the clock was set back, every due time would be later by the same amount.
void Deliverer::check_clock(std::chrono::sys_seconds now) {
    const auto steady = std::chrono::steady_clock::now();
    const auto passed = std::chrono::floor<std::chrono::seconds>(steady - clock_checked_);
    const bool was_set_back = now + clock_step_min < clock_checked_at_ + passed;
    clock_checked_at_ = now;
    clock_checked_ = steady;
    if (!was_set_back) return;
    schedule_.bring_forward(now + shard_.rules()->config.lifetime.retry_max, now);
}

void Deliverer::pump() {
    if (is_stopping_) return;
    const auto now = shard_.now_seconds();
    check_clock(now);
    if (!shard_.relay().spool().has_room_for_outcomes()) return wake_at(now);
    while (auto job = schedule_.next(now)) {
        ++active_;
        io::start(shard_.io(), "a delivery", work(std::move(job->destination), job->id));
    }
    if (const auto due = schedule_.next_due()) wake_at(*due);
}

void Deliverer::wake_at(std::chrono::sys_seconds due) {
    // Not sooner than in a second: a job that is due but waits for a free connection is started
    // when one is given back.
    const auto now = shard_.now_seconds();
    const auto at = std::clamp(due, now + std::chrono::seconds(1), now + sleep_max);
    if (wakes_at_ && *wakes_at_ <= at)
        return;  // waking early is harmless, setting the timer each time is not
    wakes_at_ = at;
    timer_.expires_after(at - now);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        wakes_at_.reset();
        pump();
    });
}

asio::awaitable<void> Deliverer::work(std::string destination, queue::QueueId first) {
    OutboundConnection kept(shard_);
    auto feedback = queue::Feedback::neutral;
    std::optional<queue::QueueId> id = first;
    for (unsigned messages = 0; id; ++messages) {
        // A job is scheduled twice if an administrator changed the message after it was stored but
        // before it was scheduled: run it only once.
        const auto [at, is_new] = under_way_.try_emplace({*id, destination});
        if (is_new) {
            feedback = co_await deliver_job(shard_, destination, *id, kept);
            const auto due = at->second;
            under_way_.erase(at);
            if (due) add(*id, destination, *due);
        }
        id.reset();
        if (kept.is_ready() && messages < connection_messages_max && !is_stopping_ &&
            shard_.relay().spool().has_room_for_outcomes()) {
            id = schedule_.next_for(destination, shard_.now_seconds());
        }
        if (id) {
            schedule_.learn(destination, std::exchange(feedback, queue::Feedback::neutral));
            pump();
        }
    }
    // The connection counts until it is closed: otherwise a host that is slow to answer QUIT would
    // have any number of them.
    co_await kept.leave();
    schedule_.finished(destination, feedback);
    --active_;
    pump();
}

}  // namespace turnaway::relay
