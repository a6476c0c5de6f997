// ImpliedCode: the closest enhanced code for a reply that has none, or none that can be used.
//
// RFC 3463 section 2 has a code for every reply; a host without ENHANCEDSTATUSCODES leaves its
// choice to the reader. One table for reports, logs and `turnaway explain`: data/implied_codes.csv,
// by reply code and stage, and by the reply text for 521, 550, 552 to RCPT and 554, which leave the
// reason open. Only the subject and the detail are implied: the class is that of the reply, so a 4
// never becomes a 5. Known gap: the text of a temporary reply is not read.
#pragma once

#include <optional>
#include <string_view>

#include "codes/code.h"
#include "codes/interpretation.h"
#include "codes/reply_line.h"

namespace turnaway::codes {

// `reply` is a whole reply with its code, its lines joined.
Detail implied_detail(std::string_view reply, Stage stage);
// For an interpreted reply; X.0.0 when it has no whole reply code.
Detail implied_detail(const ReplyInterpretation& interpretation);

// The status of a report where the reply's own code cannot be used: the reply has none of its
// class, one with a leading zero, or one that is not in the registry. For failures only.
std::optional<EnhancedCode> implied_code(const ReplyInterpretation& interpretation);

// The detail itself if it is in the registry; else the same subject without a detail, or X.0.0.
Detail registered_detail(Detail detail);

}  // namespace turnaway::codes
