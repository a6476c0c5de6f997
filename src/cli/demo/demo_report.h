// DemoReport: the parts of a report (RFC 3464 in the multipart/report of RFC 6522) that the demo
// shows.
//
// For reports of our own relay about ASCII addresses: content encodings are not undone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace turnaway::cli {

struct DemoReport {
    std::string subject;
    std::string person;           // the part for the person, lines end in LF
    std::string delivery_status;  // the part for programs, lines end in LF
    std::string recipient;        // Final-Recipient without its type
    std::string action, status, diagnostic;
};

// Nothing when the message is no report.
std::optional<DemoReport> read_report(std::string_view message);

}  // namespace turnaway::cli
