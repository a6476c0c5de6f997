// ReplyEvidence: what the text of a reply shows, apart from the names of hosts in it.
//
// "521 mx.spam.example does not accept mail" is not about spam: a host says nothing by its name.
// Names of block lists do say something, so names are left out only for a code that a host or
// domain without mail may use, and only if the rest says just that. Known gap: a name without a
// dot.
#pragma once

#include "codes/reply_line.h"
#include "codes/text_evidence.h"

namespace turnaway::codes {

// Of the text after the codes.
TextEvidence read_reply_evidence(const ReplyReading& reading);

}  // namespace turnaway::codes
