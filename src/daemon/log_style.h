// Log style: how a line of a daemon's log begins and ends, as text and as JSON.
//
// Text has the format of Postfix, so that readers of its logs work: `PROGRAM/PART[PID]: text`,
// preceded by time and host unless the journal adds its own. JSON is one object per line, which
// begins with the event and the time. What a peer sent is data: escaped, on one line, and cut
// (requirement 56). Pure, except for log_style(), which examines the process.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/log_line.h"
#include "settings/log_config.h"

namespace turnaway::daemon {

using settings::LogForm;
using settings::LogLevel;

struct LogStyle {
    LogForm form = LogForm::text;
    std::string program = {};   // "turnaway-relay"
    std::uint32_t process = 0;  // the process id
    // Whether each line of text begins with `time host `, as in a log file.
    bool has_time = false;
    std::string host = {};
};

// The style that fits this process: host name and time only if standard error is not the journal.
LogStyle log_style(std::string_view program, LogForm form, std::string_view host);

// The maximum length of a line, including its newline: a pipe takes it in one piece.
inline constexpr std::size_t log_line_bytes_max = 4000;

using LogTime = std::chrono::system_clock::time_point;

// One whole line; `part` is what Postfix would call the program that logs it ("smtpd").
std::string text_line(const LogStyle& style, LogTime now, std::string_view part,
                      std::string_view text);

// Text on one line, safe for a terminal.
std::string log_words(std::string_view text);
// The same for text between `<` and `>` or before a comma: nothing in it can be taken for the end.
std::string log_word(std::string_view text);

// One whole line with the fields that `add` appends.
template <class Add>
std::string json_line(LogTime now, std::string_view event, Add add) {
    std::array<char, log_line_bytes_max> buffer;
    base::LogLine line(buffer, base::LogFormat::json, event);
    line.add_time(
        std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count());
    add(line);
    return std::string(line.finish());
}

}  // namespace turnaway::daemon
