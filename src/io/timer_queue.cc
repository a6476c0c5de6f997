#include "io/timer_queue.h"

#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace turnaway::io {

struct TimerQueue::State : std::enable_shared_from_this<State> {
    explicit State(asio::io_context& loop) : timer(loop) {}

    void set_for(Clock::time_point time) {
        set = time;
        timer.expires_at(time);  // ends an earlier wait
        timer.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
            const auto self = weak.lock();
            if (!cancelled && self) self->ring();
        });
    }
    void ring() {
        const auto now = Clock::now();
        while (!due.empty() && due.begin()->first <= now) {
            const auto first = due.extract(due.begin());
            first.mapped()();
        }
        set = Clock::time_point::max();
        if (!due.empty()) set_for(due.begin()->first);
    }

    asio::steady_timer timer;
    Clock::time_point set = Clock::time_point::max();  // when the loop's timer fires
    Due due;
};

TimerQueue::TimerQueue(asio::io_context& loop) : state_(std::make_shared<State>(loop)) {}

TimerQueue::~TimerQueue() {
    state_->due.clear();
}

TimerQueue::Entry TimerQueue::add(Clock::time_point time, std::function<void()> ring) {
    const Entry entry = state_->due.emplace(time, std::move(ring));
    if (time < state_->set) state_->set_for(time);
    return entry;
}

void TimerQueue::cancel(Entry entry) {
    state_->due.erase(entry);
}

}  // namespace turnaway::io
