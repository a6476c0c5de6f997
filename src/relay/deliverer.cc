#include "relay/deliverer.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "relay/delivery_job.h"
#include "relay/next_host.h"
#include "relay/shard.h"

namespace turnaway::relay {
namespace {

// Messages over one connection; a host that closes earlier is no harm.
constexpr unsigned connection_messages_max = 100;

std::chrono::sys_seconds now_seconds() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

Deliverer::Deliverer(Shard& shard)
    : shard_(shard), schedule_(schedule_settings(shard.rules()->config)), timer_(shard.io()) {}

void Deliverer::add(queue::QueueId id, std::string_view destination, std::chrono::sys_seconds due) {
    schedule_.add(id, destination, due);
    pump();
}

void Deliverer::load(queue::QueueId id, std::string_view destination,
                     std::chrono::sys_seconds due) {
    schedule_.add(id, destination, due);
}

void Deliverer::stop() {
    is_stopping_ = true;
    timer_.cancel();
}

void Deliverer::pump() {
    if (is_stopping_) return;
    const auto now = now_seconds();
    while (auto job = schedule_.next(now)) {
        ++active_;
        asio::co_spawn(shard_.io(), work(std::move(job->destination), job->id), asio::detached);
    }
    if (const auto due = schedule_.next_due()) wake_at(*due);
}

void Deliverer::wake_at(std::chrono::sys_seconds due) {
    // Not sooner than a second from now: what is due and has no place is started when a place is
    // given back.
    const auto now = now_seconds();
    const auto at = std::max(due, now + std::chrono::seconds(1));
    if (wakes_at_ && *wakes_at_ <= at) return;  // early is no harm, the timer set each time is
    wakes_at_ = at;
    timer_.expires_after(at - now);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        wakes_at_.reset();
        pump();
    });
}

asio::awaitable<void> Deliverer::work(std::string destination, queue::QueueId first) {
    NextHost kept(shard_);
    auto feedback = queue::Feedback::neutral;
    std::optional<queue::QueueId> id = first;
    for (unsigned messages = 0; id; ++messages) {
        feedback = co_await deliver_job(shard_, health_, destination, *id, kept);
        id.reset();
        if (kept.is_ready() && messages < connection_messages_max && !is_stopping_) {
            id = schedule_.next_for(destination, now_seconds());
        }
    }
    schedule_.finished(destination, feedback);
    --active_;
    pump();
    co_await kept.leave();
}

}  // namespace turnaway::relay
