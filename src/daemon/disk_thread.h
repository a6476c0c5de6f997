// DiskThread: performs work that may wait for a disk, in order, so that no event loop blocks.
//
// A coroutine resumes on its own executor with the result of the work. The thread starts with the
// first work, since a daemon may have no threads while it gives up its rights; the destructor waits
// for the work in progress. It must be destroyed before the event loops of the waiting coroutines.
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
    std::mutex mutex_;  // guards the start of the thread
    std::optional<boost::asio::thread_pool> thread_;
};

}  // namespace turnaway::daemon
