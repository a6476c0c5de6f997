// Notes of an interpretation: oddities in the codes of a reply, such as unusual pairs, undefined
// codes, and codes whose classes contradict each other.
#pragma once

#include "codes/interpretation.h"

namespace turnaway::codes {

// The code means that no mail is accepted, or nothing exact.
bool says_no_mail(const EnhancedCode& code);

void note_about_reply(ReplyInterpretation& interpretation);
void note_about_enhanced(ReplyInterpretation& interpretation);

}  // namespace turnaway::codes
