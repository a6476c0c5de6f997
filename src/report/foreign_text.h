// Foreign text: text from remote hosts and from the original message, made safe for a report.
//
// Control characters, invalid UTF-8 and characters that change the direction of text become \xNN
// (requirement 56), a tab becomes a space; text that is too long is cut and ends in "...".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace turnaway::report {

bool is_ascii(std::string_view text);

// One line of UTF-8, at most about 2,000 octets.
std::string clean_text(std::string_view foreign);
// The same, with everything that is not ASCII as \xNN too.
std::string clean_ascii(std::string_view foreign);

// The lines of a reply, each after its code (`550-` or `550 `) as on the wire; at most 20 lines and
// about 2,000 octets.
std::vector<std::string> reply_lines(const RemoteReply& reply);

}  // namespace turnaway::report
