// Foreign text: words of peers and of the original made fit for a report.
//
// Control characters, broken UTF-8 and marks that turn the direction of text become \xNN
// (requirement 56), a tab a blank; what is too long ends in "...".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace turnaway::report {

bool is_ascii(std::string_view text);

// UTF-8 in one line, at most about 2,000 octets.
std::string clean_text(std::string_view foreign);
// The same, and what is not ASCII as \xNN too.
std::string clean_ascii(std::string_view foreign);

// The lines of a reply with the code before each, `550-` or `550 ` as they were on the wire; at
// most 20 lines and about 2,000 octets.
std::vector<std::string> reply_lines(const RemoteReply& reply);

}  // namespace turnaway::report
