// Notice: what the text for people of a report says: which recipients, with which text each, and
// where the returned original begins.
//
// One reading for all programs that write no machine-readable report, by what their lines have in
// common: an address at the beginning of a line, after a label, in an SMTP dialogue, or in a
// sentence about the failure; then the text about it. The phrases are rows of
// data/notice_phrases.csv, found by the phrase engine of codes/. Bounded: lines_max lines and
// recipients_max recipients. Known gap: an address that stands only in an attachment's name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codes/evidence_cache.h"

namespace turnaway::bounce {

inline constexpr std::size_t notice_lines_max = 600;
inline constexpr std::size_t recipients_max = 1000;

// How surely an address in a notice is that of a failed recipient.
enum class Rank : std::uint8_t {
    mentioned,
    in_sentence,
    in_dialogue,
    labelled,
    heads_line,
    in_field
};

struct NoticeRecipient {
    std::string address;
    Rank rank;
    std::string text = {};    // the lines about it
    std::string status = {};  // after "Status:" in the text
    std::string action = {};  // after "Action:"
    std::string remote = {};  // after "Remote-MTA:"
};

struct Notice {
    std::vector<NoticeRecipient> recipients;
    std::string common;  // the lines about no recipient in particular
    bool has_failure = false, has_delay = false;
    bool has_reply = false;          // a line begins with a reply code of a refusal
    std::string_view original = {};  // from its header on; in the text that was read
};

// `known` may be null.
Notice read_notice(std::string_view text, codes::EvidenceCache* known);

}  // namespace turnaway::bounce
