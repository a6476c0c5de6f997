// Concepts: the meaning of single words of a reply, in any language, and of their combinations.
//
// "Postfach" and "mailbox" are the concept `box`, "voll" and "full" are `full`; a rule states that
// both in one clause, in any order, mean a full mailbox. The concepts are the rows of
// data/concepts.csv, the rules those of data/concept_rules.csv. A clause is read once: its concepts
// are collected as bits, and at its end only the rules whose rarest concept is present are checked.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace turnaway::codes {

class ConceptSet {
  public:
    constexpr ConceptSet() = default;
    constexpr ConceptSet(std::uint64_t low, std::uint64_t high) : bits_{low, high} {}
    constexpr void add(std::uint16_t number) {
        bits_[number / 64] |= std::uint64_t{1} << (number % 64);
    }
    constexpr bool empty() const { return (bits_[0] | bits_[1]) == 0; }
    constexpr bool has_all(const ConceptSet& other) const {
        return (other.bits_[0] & ~bits_[0]) == 0 && (other.bits_[1] & ~bits_[1]) == 0;
    }
    constexpr bool has_any(const ConceptSet& other) const {
        return ((other.bits_[0] & bits_[0]) | (other.bits_[1] & bits_[1])) != 0;
    }
    template <class Visit>
    constexpr void each(Visit&& visit) const {
        for (std::uint16_t half = 0; half < 2; ++half) {
            for (std::uint64_t rest = bits_[half]; rest != 0; rest &= rest - 1) {
                visit(static_cast<std::uint16_t>(half * 64 + std::countr_zero(rest)));
            }
        }
    }

  private:
    std::array<std::uint64_t, 2> bits_{};
};

}  // namespace turnaway::codes
