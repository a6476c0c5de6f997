// DomainCache: results for domains, each for its time to live.
//
// Limited in entries and in bytes, since outsiders choose the domains and their DNS data: the least
// recently used entry is removed first. One thread. The caller passes the time.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>

#include "mail/domain.h"

namespace turnaway::io {

template <class Value>
class DomainCache {
  public:
    using Time = std::chrono::steady_clock::time_point;

    struct Limits {
        std::size_t entries;
        std::size_t bytes;
    };
    explicit DomainCache(Limits limits) : limits_(limits) {}

    // Null if there is no valid entry. The pointer is valid until the cache changes.
    const Value* find(const mail::Domain& domain, Time now) const {
        const auto found = known_.find(domain);
        if (found == known_.end() || found->second.until <= now) return nullptr;
        return &found->second.value;
    }
    // The same, and marks the entry as used.
    const Value* use(const mail::Domain& domain, Time now) {
        const auto found = known_.find(domain);
        if (found == known_.end() || found->second.until <= now) return nullptr;
        uses_.splice(uses_.begin(), uses_, found->second.use);
        return &found->second.value;
    }
    // `bytes`: roughly the memory that the value occupies.
    void keep(const mail::Domain& domain, Value value, Time until, std::size_t bytes) {
        forget(domain);
        const std::size_t cost = bytes + entry_bytes + 2 * domain.text().size();
        if (limits_.entries == 0 || cost > limits_.bytes) return;
        while (known_.size() >= limits_.entries || bytes_ + cost > limits_.bytes) {
            forget(mail::Domain(uses_.back()));
        }
        uses_.push_front(domain);
        known_.emplace(domain, Known{std::move(value), until, cost, uses_.begin()});
        bytes_ += cost;
    }
    void forget(const mail::Domain& domain) {
        const auto found = known_.find(domain);
        if (found == known_.end()) return;
        bytes_ -= found->second.cost;
        uses_.erase(found->second.use);
        known_.erase(found);
    }
    void clear() {
        known_.clear();
        uses_.clear();
        bytes_ = 0;
    }
    std::size_t size() const { return known_.size(); }

  private:
    // Two nodes and their overhead, roughly.
    static constexpr std::size_t entry_bytes = 200;

    struct Known {
        Value value;
        Time until;
        std::size_t cost;
        std::list<mail::Domain>::iterator use;
    };

    Limits limits_;
    std::size_t bytes_ = 0;
    std::list<mail::Domain> uses_;  // the latest first
    std::unordered_map<mail::Domain, Known> known_;
};

}  // namespace turnaway::io
