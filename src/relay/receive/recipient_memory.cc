#include "relay/receive/recipient_memory.h"

#include <utility>

#include "base/check.h"

namespace turnaway::relay {
namespace {

std::chrono::seconds age_max(UserFinding::Kind kind) {
    using namespace std::chrono_literals;
    switch (kind) {
        case UserFinding::Kind::exists:
            return 24h;
        case UserFinding::Kind::unknown:
            return 30min;
        case UserFinding::Kind::no_answer:
            return 1min;
    }
    return 0s;
}

}  // namespace

const UserFinding* RecipientMemory::find(const std::string& user, Clock::time_point now) const {
    const auto known = known_.find(user);
    return known != known_.end() && now < known->second.until ? &known->second.finding : nullptr;
}

RecipientMemory::Claim RecipientMemory::claim(const std::string& user, Woken woken) {
    const auto at = asked_.find(user);
    if (at != asked_.end()) {
        at->second.push_back(std::move(woken));
        return Claim::shared;
    }
    if (asked_.size() >= questions_max_) return Claim::full;
    asked_[user].push_back(std::move(woken));
    return Claim::begun;
}

void RecipientMemory::finished(const std::string& user, UserFinding finding,
                               Clock::time_point now) {
    const auto asked = asked_.extract(user);
    TURNAWAY_CHECK(!asked.empty());
    if (const auto old = known_.find(user); old != known_.end()) {
        ages_.erase(old->second.age);
        known_.erase(old);
    }
    if (known_.size() >= users_max_) {
        known_.erase(ages_.front());
        ages_.pop_front();
    }
    const auto until = now + age_max(finding.kind);
    known_[user] = {
        .finding = std::move(finding), .until = until, .age = ages_.insert(ages_.end(), user)};
    for (const auto& woken : asked.mapped()) woken();
}

}  // namespace turnaway::relay
