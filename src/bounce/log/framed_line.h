// FramedLine: a line of a log without what the logging system puts before the message: time, host
// and program.
//
// Read are the forms of RFC 3164 (with and without priority and host), RFC 5424, ISO times before
// host and program (rsyslog, journalctl -o short-iso), the time of Exim's own log, Haraka's levels,
// and a bare message, as the journal prints it with -o cat or -o export. Views are into the line. A
// line without a frame is all message.
#pragma once

#include <string_view>

namespace turnaway::bounce {

struct FramedLine {
    std::string_view time, host;
    std::string_view program;  // "postfix/smtp", without the process number; "exim" for its own log
    std::string_view message;
};

// `line` without its line end.
FramedLine framed(std::string_view line);

}  // namespace turnaway::bounce
