// TimerQueue: many due times on one timer of the event loop.
//
// For work that sets a time for each of thousands of questions and almost always cancels it: add
// and cancel do not touch the loop's timer, which is set only for the earliest time ever added and
// then checks which entries are due. One thread, the loop's. When the queue is destroyed, its
// entries are dropped.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>

namespace turnaway::io {

namespace asio = boost::asio;

class TimerQueue {
  public:
    using Clock = std::chrono::steady_clock;
    using Due = std::multimap<Clock::time_point, std::function<void()>>;
    using Entry = Due::iterator;

    explicit TimerQueue(asio::io_context& loop);
    ~TimerQueue();
    TimerQueue(const TimerQueue&) = delete;
    TimerQueue& operator=(const TimerQueue&) = delete;

    // `ring` is called once at that time or later, unless cancelled; it may add, cancel and destroy
    // the queue. The entry is removed before `ring` is called.
    Entry add(Clock::time_point time, std::function<void()> ring);
    void cancel(Entry entry);

  private:
    struct State;
    std::shared_ptr<State> state_;  // its handler in the event loop holds it weakly
};

}  // namespace turnaway::io
