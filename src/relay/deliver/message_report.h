// Message report: what became of recipients of a message, as a new message to its sender.
//
// Joins queue/ and report/, which do not know each other. Checks whether the sender requested the
// report (report/dsn_requested.h); a null reverse-path never gets one (requirement 45). Pure: the
// report is a value, the caller stores it.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codes/code.h"
#include "queue/message.h"
#include "report/report.h"

namespace turnaway::relay {

// A final disposition or a delay of one recipient.
struct Ending {
    std::size_t recipient = 0;  // index into the envelope and the states
    report::Action action = report::Action::failed;
    codes::EnhancedCode status;
    std::optional<std::size_t> decided_by = {};  // index into its attempts
    std::optional<std::chrono::sys_seconds> retry_until = {};
};

struct ReportSource {
    std::string hostname;      // of this relay
    mail::Address from;        // the header field From: a person reads the replies
    queue::QueueId report_id;  // of the report itself
    std::chrono::sys_seconds now;
    std::string_view original;  // the content or its beginning
    bool original_is_whole = false;
};

struct WrittenReport {
    queue::Message message;  // from `<>` to the reverse-path; its content_bytes are set
    std::string content;
};

// Nothing if the sender requested none of these reports.
std::optional<WrittenReport> write_message_report(const queue::Message& message,
                                                  const std::vector<Ending>& endings,
                                                  const ReportSource& source);

}  // namespace turnaway::relay
