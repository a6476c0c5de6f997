// EvidenceCache: the evidence of short texts that were read before.
//
// Most lines of reports come again and again: "The mail system", "This is a permanent error". A
// table of fixed size, in which a text takes the slot of another one with the same hash. Whole
// texts are compared, so the answer is always that of read_evidence. Texts with an address are
// hardly ever the same and are not kept. Each thread needs its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "codes/text_evidence.h"

namespace turnaway::codes {

class EvidenceCache {
  public:
    static constexpr std::size_t slots = 1024;
    static constexpr std::size_t text_bytes_max = 100;

    // As read_evidence.
    TextEvidence read(std::string_view text);

  private:
    struct Slot {
        TextEvidence evidence = {};
        std::uint8_t size = 0;  // 0: nothing is kept
        std::array<char, text_bytes_max> text;

        std::string_view kept() const { return {text.data(), size}; }
    };

    std::vector<Slot> slots_ = std::vector<Slot>(slots);
};

}  // namespace turnaway::codes
