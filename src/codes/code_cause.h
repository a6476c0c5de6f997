// CodeCause: the cause that a code implies when the reply text names none.
//
// From data/code_causes.csv, turned at compile time into one cause for each row of the code table,
// so that a lookup is an index. Codes that leave their cause open (550, X.0.0) have none.
#pragma once

#include <optional>

#include "codes/cause.h"

namespace turnaway::codes {

// `digit` is the first digit of the reply; the rows are those of the code table or nullptr. The
// enhanced code takes precedence over the reply code. A success is `accepted`.
std::optional<Cause> cause_of_code(int digit, const EnhancedRow* enhanced, const ReplyRow* reply);

}  // namespace turnaway::codes
