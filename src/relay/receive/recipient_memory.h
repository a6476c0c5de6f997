// RecipientMemory: the next host's answers about whether a recipient exists, and the sessions that
// wait for such an answer.
//
// One thread, that of a shard. An existing user is remembered for a day, an unknown one for half an
// hour, so that a new user does not have to wait long; a host that gave no clear answer is not
// asked again for a minute. Bounded: when full, the oldest entry is dropped.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "codes/code.h"

namespace turnaway::relay {

// The refusal by the next host.
struct UnknownUser {
    codes::EnhancedCode status;
    std::string words;  // "mx.example.org said: 550 5.1.1 No such user"
};

struct UserFinding {
    enum class Kind : std::uint8_t { exists, unknown, no_answer };
    Kind kind = Kind::no_answer;
    std::optional<UnknownUser> refusal = {};  // of `unknown`
};

class RecipientMemory {
  public:
    using Clock = std::chrono::steady_clock;
    using Woken = std::function<void()>;

    explicit RecipientMemory(std::size_t users_max, std::size_t questions_max)
        : users_max_(users_max), questions_max_(questions_max) {}

    // Null: nothing is known, or no longer.
    const UserFinding* find(const std::string& user, Clock::time_point now) const;

    enum class Claim : std::uint8_t {
        begun,   // the caller asks, and then calls finished()
        shared,  // another session is asking
        full,    // too many at once
    };
    // With `begun` and `shared`, `woken` is called when the answer is there.
    Claim claim(const std::string& user, Woken woken);
    void finished(const std::string& user, UserFinding finding, Clock::time_point now);

    std::size_t size() const { return known_.size(); }

  private:
    struct Known {
        UserFinding finding;
        Clock::time_point until;
        std::list<std::string>::iterator age;
    };

    std::size_t users_max_;
    std::size_t questions_max_;
    std::unordered_map<std::string, Known> known_;
    std::list<std::string> ages_;  // the oldest first
    std::unordered_map<std::string, std::vector<Woken>> asked_;
};

}  // namespace turnaway::relay
