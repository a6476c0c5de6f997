#include "codes/evidence_cache.h"

#include <algorithm>
#include <functional>

namespace turnaway::codes {

TextEvidence EvidenceCache::read(std::string_view text) {
    if (text.empty() || text.size() > text_bytes_max || text.contains('@'))
        return read_evidence(text);
    Slot& slot = slots_[std::hash<std::string_view>{}(text) % slots];
    if (slot.kept() != text) {
        slot.evidence = read_evidence(text);
        slot.size = static_cast<std::uint8_t>(text.size());
        std::ranges::copy(text, slot.text.begin());
    }
    return slot.evidence;
}

}  // namespace turnaway::codes
