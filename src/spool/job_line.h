// JobLine: the jobs that wait for a spool's thread. Any thread puts them in, the spool's thread
// takes them all at once, so that they share a transaction.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
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
            must_wake = jobs_.empty();
            if (is_urgent) {
                ++urgent_;
                must_wake |= urgent_ == 1 || urgent_ == expected_;
            }
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
    // Waits at most `wait` for a job, then at most `gather` for others while none is urgent, then
    // at most `company` until there are as many urgent ones as were taken last and came meanwhile:
    // who asked for these is likely to ask again at once. Empty: there was none.
    Batch take(std::chrono::milliseconds wait, std::chrono::milliseconds gather,
               std::chrono::steady_clock::duration company = {}) {
        std::unique_lock lock(mutex_);
        expected_ = taken_ + urgent_;
        changed_.wait_for(lock, wait, [this] { return is_ended_ || !jobs_.empty(); });
        if (!jobs_.empty()) {
            changed_.wait_for(lock, gather, [this] { return is_ended_ || urgent_ > 0; });
        }
        if (urgent_ > 0) {
            changed_.wait_for(lock, company, [this] { return is_ended_ || urgent_ >= expected_; });
        }
        taken_ = std::exchange(urgent_, 0);
        return std::exchange(jobs_, {});
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    Batch jobs_;
    bool is_ended_ = false;
    std::size_t urgent_ = 0;    // of the jobs
    std::size_t taken_ = 0;     // urgent ones, the last time
    std::size_t expected_ = 0;  // urgent ones, this time
};

}  // namespace turnaway::spool
