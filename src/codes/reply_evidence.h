// ReplyEvidence: what the text of a reply shows, apart from the names of hosts in it.
//
// "521 mx.spam.example does not accept mail" is not about spam: a host says nothing by its name.
// A name counts only if the rest of the text gives no reason, or if it may be that of a block list.
// Known gaps: a name without a dot, and one whose last label has capitals and small letters.
#pragma once

#include "codes/reply_line.h"
#include "codes/text_evidence.h"

namespace turnaway::codes {

// Of the text after the codes.
TextEvidence read_reply_evidence(const ReplyReading& reading);

}  // namespace turnaway::codes
