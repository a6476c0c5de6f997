// Printable: makes foreign bytes safe to show. Text from a peer or a file is data: control
// characters, escape sequences, broken UTF-8 and invisible direction marks never reach a terminal
// or a log unescaped.
//
// Requirement 56.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace turnaway::base {

// Appends `text` for a terminal: valid UTF-8 stays, everything risky becomes \xNN. Text longer than
// `bytes_max` is cut and ends in "...".
void append_printable(std::string& out, std::string_view text, std::size_t bytes_max);

// Appends `text` as the inside of a JSON string: quotes and controls escaped, bytes that are not
// UTF-8 become U+FFFD.
void append_json_text(std::string& out, std::string_view text);

// Appends "text" with the quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace turnaway::base
