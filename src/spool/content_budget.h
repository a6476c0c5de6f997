// ContentBudget: how much of the disk may be used by messages that are still arriving.
//
// Consulted before each step of a content file is written, so that clients that stop before the
// final dot cannot fill the disk. Of the free space above the administrator's minimum, all
// unfinished content together gets three quarters, and that of one client address one half. Any
// thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/result.h"

namespace turnaway::spool {

class ContentBudget {
  public:
    // `folder` is on the disk to be measured.
    ContentBudget(std::string folder, std::uint64_t free_bytes_min)
        : folder_(std::move(folder)), free_bytes_min_(free_bytes_min) {}

    void change_free_bytes_min(std::uint64_t bytes) { free_bytes_min_ = bytes; }
    std::uint64_t free_bytes_min() const { return free_bytes_min_; }

    // Fails with Fault::unavailable and the reason. `client` is an address as text; empty: the
    // relay.
    [[nodiscard]] base::Result<void> take(const std::string& client, std::uint64_t bytes);
    void give_back(const std::string& client, std::uint64_t bytes);

  private:
    const std::string folder_;
    std::atomic<std::uint64_t> free_bytes_min_;
    std::mutex mutex_;
    std::uint64_t taken_ = 0;
    std::unordered_map<std::string, std::uint64_t> taken_by_;  // each above 0
};

}  // namespace turnaway::spool
