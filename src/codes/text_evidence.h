// TextEvidence: the causes and the providers that the text of a reply shows.
//
// Reads the text once, word by word, through an automaton made from data/phrases.csv,
// data/reply_families.csv, data/notice_phrases.csv and data/concepts.csv: linear time on any bytes,
// no allocation, no start-up cost. The combined words of a clause are evaluated at its end
// (codes/concepts.h). Words inside mail addresses do not count, as a user may be called "spam".
// Only the first evidence_bytes_max bytes are read. Known gap: a language without words in the
// tables is not recognised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "codes/cause.h"

namespace turnaway::codes {

#include "codes/marks.inc"

inline constexpr std::size_t evidence_bytes_max = std::size_t{16} * 1024;

// Providers as bits, in the order of provider_names (codes/collision.h).
using ProviderSet = std::uint64_t;

// The causes are those of the strongest kind found: a provider's own number comes before words, and
// words before vague words.
struct TextEvidence {
    CauseSet causes;
    bool is_weak = false;
    ProviderSet providers = 0;
    std::uint32_t marks = 0;  // what a line of a non-delivery report is, as bits of Mark

    bool has(Mark mark) const { return (marks >> static_cast<unsigned>(mark) & 1U) != 0; }
};

TextEvidence read_evidence(std::string_view text);

}  // namespace turnaway::codes
