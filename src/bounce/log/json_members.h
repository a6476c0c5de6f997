// JsonMembers: the members of one line of JSON that hold text, numbers or words, with their path:
// "response.enhanced_code.class". Of an array only the first element counts, under the array's own
// path.
//
// Escapes are decoded, except that a \u above ASCII becomes UTF-8 and a half pair "?". Bounded in
// depth and members; a line that is not JSON gives what came before the fault. RFC 8259.
#pragma once

#include <string_view>

#include "bounce/log/log_readers.h"

namespace turnaway::bounce {

// `members` is reused: its strings keep their memory.
void read_members(std::string_view line, JsonMembers& members);

}  // namespace turnaway::bounce
