// ImpliedCode: the enhanced code nearest to a reply that has none, or none that can be used.
//
// RFC 3463 section 2 has a code for every reply; a host without ENHANCEDSTATUSCODES leaves its
// choice to the reader. One table for reports, logs and `turnaway explain`: data/implied_codes.csv,
// by reply code and stage, and for 521, 550, 552 to RCPT and 554, which leave the reason open, by
// what the words say. Only the subject and the detail are implied: the class is that of the reply,
// so a 5 never comes of a 4. Known gap: words of a temporary reply are not read.
#pragma once

#include <optional>
#include <string_view>

#include "codes/code.h"
#include "codes/interpretation.h"
#include "codes/reply_line.h"

namespace turnaway::codes {

// `reply` is a whole reply with its code, its lines joined.
Detail implied_detail(std::string_view reply, Stage stage);
// Of a reply that was judged; X.0.0 when it has no whole reply code.
Detail implied_detail(const ReplyInterpretation& interpretation);

// The code that a report has as its status instead of the reply's own: where the reply has none of
// its class, has one with a leading zero, or one that the registry lacks. Of failures only.
std::optional<EnhancedCode> implied_code(const ReplyInterpretation& interpretation);

// Itself when the registry has it; else the same subject without a detail, or X.0.0.
Detail registered_detail(Detail detail);

}  // namespace turnaway::codes
