// Cause: what is wrong according to the text of a reply, whatever its code.
//
// Each is a row in data/causes.csv: who must act, whether to retry, and the codes with which the
// cause agrees. A cause that does not agree with the code shows that a host uses the code in its
// own way.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "codes/table.h"

namespace turnaway::codes {

// A reply code (reply not 0) or an enhanced code (class 0: any class) that a row refers to.
struct CodeMatch {
    std::uint16_t reply;
    std::uint8_t class_digit;
    std::uint16_t subject;
    std::uint16_t detail;

    constexpr bool is_reply() const { return reply != 0; }
    constexpr bool matches(ReplyCode code) const { return reply == code.value(); }
    constexpr bool matches(int digit, Detail other) const {
        return reply == 0 && (class_digit == 0 || class_digit == digit) &&
               other == Detail{subject, detail};
    }
};

struct CauseRow {
    std::string_view name;    // "recipient-unknown"
    std::string_view title;   // "recipient does not exist"
    std::string_view answer;  // a sentence
    std::uint16_t fits_begin, fits_count;
    bool overrides;  // certain enough to contradict a code with one clear meaning
    bool vague;      // counts only where no other cause is found
    Actor actor;
    Retry retry_if_permanent;
    std::string_view advice;
    std::string_view advice_if_temporary;
};

#include "codes/causes.inc"

constexpr const CauseRow& row_of(Cause cause) {
    return cause_rows[static_cast<std::size_t>(cause)];
}

// A set of causes; the row order in data/causes.csv is the order of preference, specific before
// general.
class CauseSet {
  public:
    constexpr CauseSet() = default;
    constexpr CauseSet(std::initializer_list<Cause> causes) {
        for (const Cause cause : causes) add(cause);
    }
    constexpr void add(Cause cause) { half_of(cause) |= bit(cause); }
    constexpr bool has(Cause cause) const {
        const auto half = static_cast<unsigned>(cause) < 64 ? low_ : high_;
        return (half & bit(cause)) != 0;
    }
    constexpr bool empty() const { return (low_ | high_) == 0; }
    constexpr CauseSet without(CauseSet other) const {
        return CauseSet(low_ & ~other.low_, high_ & ~other.high_);
    }
    constexpr CauseSet with(CauseSet other) const {
        return CauseSet(low_ | other.low_, high_ | other.high_);
    }
    constexpr CauseSet both(CauseSet other) const {
        return CauseSet(low_ & other.low_, high_ & other.high_);
    }
    // The most specific one. The set must not be empty.
    Cause first() const;
    constexpr void drop_first() {
        auto& half = low_ != 0 ? low_ : high_;
        half &= half - 1;
    }

  private:
    constexpr CauseSet(std::uint64_t low, std::uint64_t high) : low_(low), high_(high) {}
    constexpr std::uint64_t& half_of(Cause cause) {
        return static_cast<unsigned>(cause) < 64 ? low_ : high_;
    }
    static constexpr std::uint64_t bit(Cause cause) {
        return std::uint64_t{1} << static_cast<unsigned>(cause) % 64;
    }
    std::uint64_t low_ = 0, high_ = 0;
};

// The causes of data/causes.csv that are vague.
CauseSet vague_causes();

// Whether the cause is a plausible reading of the code, so that code and text agree. A code that
// leaves its cause open (X.0.0, X.4.0, an unknown X.7.509) agrees with every cause of its subject.
bool agrees(Cause cause, ReplyCode code);
bool agrees(Cause cause, EnhancedCode code);

}  // namespace turnaway::codes
