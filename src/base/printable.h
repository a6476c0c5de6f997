// Printable: makes foreign bytes safe to show. What a peer or a file says is data: control
// characters, escape sequences, broken UTF-8 and invisible direction marks never reach a terminal
// or a log as they are.
//
// Requirement 56.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace turnaway::base {

// Appends `text` for a terminal: valid UTF-8 stays, everything risky becomes \xNN. Longer than
// `bytes_max` is cut with "...".
void append_printable(std::string& out, std::string_view text, std::size_t bytes_max);

// Appends `text` as the inside of a JSON string: quotes and controls escaped, bytes that are no
// UTF-8 become U+FFFD.
void append_json_text(std::string& out, std::string_view text);

// Appends "text" with the quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace turnaway::base
