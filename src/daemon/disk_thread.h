// DiskThread: does what may wait for a disk, one thing after the other, so that no event loop does.
//
// A coroutine goes on where it was, with what the work returned. The thread begins with the first
// work, since a daemon may have no threads while it gives up its rights; the destructor waits for
// the work under way. It goes before the event loops of the coroutines that wait for it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "io/awaiting.h"

namespace turnaway::daemon {

class DiskThread {
  public:
    // Any thread. `work` owns what it uses.
    void post(std::function<void()> work);

    template <class T>
    boost::asio::awaitable<T> run(std::function<T()> work) {
        co_return co_await io::answer_of<T>([this, &work](auto answer) {
            post(
                [work = std::move(work), answer = std::move(answer)]() mutable { answer(work()); });
        });
    }

  private:
    std::mutex mutex_;  // of the beginning
    std::optional<boost::asio::thread_pool> thread_;
};

}  // namespace turnaway::daemon
