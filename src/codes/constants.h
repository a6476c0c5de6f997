// The names of the codes: with data/codes.csv behind it, the only file that contains their numbers.
//
// A reply code is a ReplyCode (host_takes_no_mail is 521); the part of an enhanced code after the
// class is a Detail (recipient_null_mx is X.1.10); EnhancedCode::permanent(recipient_null_mx) is
// 5.1.10. No allocation, no table: light enough for the server that refuses. Codes that only the
// registry mentions, that are deprecated, or that no standard defines have no name, so they are
// never sent.
#pragma once

#include "codes/code.h"

namespace turnaway::codes {

#include "codes/constants.inc"

}  // namespace turnaway::codes
