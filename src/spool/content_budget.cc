#include "spool/content_budget.h"

#include <optional>
#include <utility>

#include "spool/free_space.h"

namespace turnaway::spool {

base::Result<void> ContentBudget::take(const std::string& client, std::uint64_t bytes) {
    const auto refuse = [this](const std::string& words) {
        return base::fail(base::Fault::unavailable, words + " (spool " + folder_ + ')');
    };
    // The relay's own reports are never refused: the disposition they belong to would recur again
    // and again. If the disk cannot be queried, the later write returns its own error.
    const auto free = client.empty() ? std::nullopt : free_bytes_of(folder_);
    const std::uint64_t least = free_bytes_min_;
    const std::lock_guard lock(mutex_);
    const auto by = taken_by_.find(client);
    const std::uint64_t own = by == taken_by_.end() ? 0 : by->second;
    if (free) {
        if (*free < least || *free - least < bytes) return refuse("the disk is nearly full");
        // Space that was reserved and is already written is no longer free.
        const std::uint64_t room = *free - least + taken_;
        if (taken_ + bytes > room / 4 * 3) {
            return refuse("the messages being received use up their share of the disk");
        }
        if (own + bytes > room / 2) {
            return refuse("the messages being received from " + client +
                          " use up the share of one address");
        }
    }
    taken_ += bytes;
    taken_by_[client] = own + bytes;
    return {};
}

void ContentBudget::give_back(const std::string& client, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    taken_ -= bytes;
    const auto by = taken_by_.find(client);
    by->second -= bytes;
    if (by->second == 0) taken_by_.erase(by);
}

}  // namespace turnaway::spool
