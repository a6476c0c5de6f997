// Notes of an interpretation: what is odd about the codes of a reply: pairs that are not usual,
// codes that nobody defined, codes whose classes contradict each other.
#pragma once

#include "codes/interpretation.h"

namespace turnaway::codes {

// It says that no mail is accepted, or nothing exact.
bool says_no_mail(const EnhancedCode& code);

void note_about_reply(ReplyInterpretation& interpretation);
void note_about_enhanced(ReplyInterpretation& interpretation);

}  // namespace turnaway::codes
