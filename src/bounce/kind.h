// Kind: what sort of message a report is.
//
// By its structure where there is one, else by several signs together: a mail system as its sender,
// a subject or text about a failed delivery, a failed recipient. One sign alone is never enough, so
// ordinary mail that quotes a bounce is not one.
#pragma once

#include <cstdint>
#include <string_view>

#include "bounce/report_text.h"

namespace turnaway::bounce {

enum class Kind : std::uint8_t {
    not_a_bounce,
    bounce,
    delay,
    success,
    auto_reply,
    complaint,
    mdn,
    tls_report,
    dmarc_report
};
std::string_view name_of(Kind kind);

Kind kind_of(const ReportText& report);
// The kind of one recipient, from its Action field in lower case; `otherwise` if that says nothing.
Kind kind_of_action(std::string_view action, Kind otherwise);

}  // namespace turnaway::bounce
