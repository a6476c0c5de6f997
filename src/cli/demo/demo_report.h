// DemoReport: the parts of a report (RFC 3464 in the multipart/report of RFC 6522) that the demo
// shows.
//
// Only for this relay's own reports about ASCII addresses: content encodings are not decoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace turnaway::cli {

struct DemoReport {
    std::string subject;
    std::string person;           // human-readable part, lines end in LF
    std::string delivery_status;  // machine-readable part, lines end in LF
    std::string recipient;        // Final-Recipient without its type
    std::string action, status, diagnostic;
};

// Nothing if the message is not a report.
std::optional<DemoReport> read_report(std::string_view message);

}  // namespace turnaway::cli
