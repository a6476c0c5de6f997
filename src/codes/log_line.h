// LogLine: the reply inside a line that a program wrote about it, made readable for ReplyReader.
//
// qmail writes underscores for spaces, KumoMTA a JSON object with the code in parts, many programs
// "\n" for the line ends of a reply. Everything else passes as it is: ReplyReader finds the codes
// in the lines of Postfix, Exim, Sendmail and others itself. Linear in the input. RFC 3463
// section 2.
#pragma once

#include <string>
#include <string_view>

namespace turnaway::codes {

// What a program writes behind a reply that it quotes: "(in reply to RCPT TO command)", ";
// from=<...>", the rest after a closing quotation mark. `before` is what stands before the reply.
std::string_view without_log_tail(std::string_view text, std::string_view before);

// The reason in a line without a code: what Postfix writes in "status=deferred (...)", Sendmail
// after "stat=", Exim after the name of the transport.
std::string_view without_log_head(std::string_view line);

// `line` itself, or the reply of it in `buffer`, which must outlive the view.
std::string_view unwrap(std::string_view line, std::string& buffer);

}  // namespace turnaway::codes
