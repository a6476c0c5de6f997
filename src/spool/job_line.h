// JobLine: the jobs that wait for a spool's thread. Any thread puts them in, the spool's thread
// takes them all at once, so that they share a transaction.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "spool/job.h"

namespace turnaway::spool {

class JobLine {
  public:
    using Batch = std::deque<Job>;

    void put(Job job) {
        const bool is_urgent = job.is_urgent();
        bool must_wake = false;
        {
            const std::lock_guard lock(mutex_);
            must_wake = jobs_.empty() || (is_urgent && !has_urgent_);
            has_urgent_ |= is_urgent;
            jobs_.push_back(std::move(job));
        }
        if (must_wake) changed_.notify_one();
    }
    // No job is put in any more.
    void end() {
        {
            const std::lock_guard lock(mutex_);
            is_ended_ = true;
        }
        changed_.notify_one();
    }
    // It has ended, and the last job is taken.
    bool is_over() {
        const std::lock_guard lock(mutex_);
        return is_ended_ && jobs_.empty();
    }
    bool is_ended() {
        const std::lock_guard lock(mutex_);
        return is_ended_;
    }
    // Waits at most `wait` for a job, then at most `gather` for others while none is urgent. Empty:
    // there was none.
    Batch take(std::chrono::milliseconds wait, std::chrono::milliseconds gather) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, wait, [this] { return is_ended_ || !jobs_.empty(); });
        if (!jobs_.empty()) {
            changed_.wait_for(lock, gather, [this] { return is_ended_ || has_urgent_; });
        }
        has_urgent_ = false;
        return std::exchange(jobs_, {});
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    Batch jobs_;
    bool is_ended_ = false;
    bool has_urgent_ = false;
};

}  // namespace turnaway::spool
