// HtmlText: makes text safe for an HTML page, in an element or in a quoted attribute.
#pragma once

#include <string>
#include <string_view>

namespace turnaway::park {

// Characters that a terminal could not show become \xNN (base/printable.h), then `& < > " '` are
// escaped.
void append_html(std::string& out, std::string_view text);
std::string html(std::string_view text);

}  // namespace turnaway::park
