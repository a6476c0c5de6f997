// LogLine: the reply inside a line of a program's log, made readable for ReplyReader.
//
// qmail writes underscores for spaces, KumoMTA a JSON object with the code in parts, many programs
// "\n" for the line ends of a reply. Everything else passes unchanged: ReplyReader itself finds the
// codes in the lines of Postfix, Exim, Sendmail and others. Linear in the input. RFC 3463 section
// 2.
#pragma once

#include <string>
#include <string_view>

namespace turnaway::codes {

// Removes the text that a program adds after a reply that it quotes: "(in reply to RCPT TO
// command)", "; from=<...>", the rest after a closing quotation mark. `before` is the text before
// the reply.
std::string_view without_log_tail(std::string_view text, std::string_view before);

// The reason in a line without a code: in "status=deferred (...)" of Postfix, after "stat=" of
// Sendmail, after the name of the transport of Exim.
std::string_view without_log_head(std::string_view line);

// `line` itself, or the reply from it in `buffer`, which must outlive the view.
std::string_view unwrap(std::string_view line, std::string& buffer);

}  // namespace turnaway::codes
