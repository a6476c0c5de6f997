#include "judge/greeting_probe_table.h"

#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace turnaway::judge {

GreetingProbeTable::Claim GreetingProbeTable::claim(const route::HostPort& at,
                                                    std::size_t probes_max, Clock::time_point now,
                                                    Woken woken) {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(at);
    if (known != known_.end() && now < known->second.until) return Claim::known;
    const auto looks = under_way_.find(at);
    if (looks != under_way_.end()) {
        looks->second.push_back(std::move(woken));
        return Claim::shared;
    }
    if (under_way_.size() >= probes_max) return Claim::full;
    under_way_[at].push_back(std::move(woken));
    return Claim::begun;
}

void GreetingProbeTable::finished(const route::HostPort& at, verdict::GreetingFinding finding,
                                  Clock::time_point now) {
    std::vector<Woken> waiting;
    {
        const std::lock_guard lock(mutex_);
        const auto looks = under_way_.find(at);
        TURNAWAY_CHECK(looks != under_way_.end());
        waiting = std::move(looks->second);
        under_way_.erase(looks);
        switch (finding) {
            case verdict::GreetingFinding::takes_mail:
                keep(at, now + base::limits::probed_age_max);
                break;
            case verdict::GreetingFinding::unclear:
                keep(at, now + base::limits::unclear_probe_age_max);
                break;
            case verdict::GreetingFinding::refuses_521:
                break;
        }
    }
    for (const auto& woken : waiting) woken();
}

// Call with the lock held.
void GreetingProbeTable::keep(const route::HostPort& at, Clock::time_point until) {
    if (const auto old = known_.find(at); old != known_.end()) {
        ages_.erase(old->second.age);
        known_.erase(old);
    }
    if (known_.size() >= base::limits::probed_hosts_max) {
        known_.erase(ages_.front());
        ages_.pop_front();
    }
    known_[at] = {.until = until, .age = ages_.insert(ages_.end(), at)};
}

std::size_t GreetingProbeTable::known() const {
    const std::lock_guard lock(mutex_);
    return known_.size();
}

}  // namespace turnaway::judge
