// ReportText: the parts of a message that a diagnosis needs, decoded: header, notice, report
// fields, and the header of the message that came back.
//
// The first part of each kind counts. Text after the returned original is not read. Bounded by
// bounce/parts and text_bytes_max.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bounce/charset.h"
#include "bounce/delivery_fields.h"
#include "bounce/header.h"
#include "bounce/notice.h"

namespace turnaway::bounce {

struct ReportText {
    Header header;
    std::string type, report_type;  // of the message, in lower case
    std::string subject;            // decoded
    std::string text;               // for people; what `notice` was read from
    Notice notice;
    std::optional<DeliveryFields> fields;
    std::string feedback_text, disposition_text;
    std::optional<Header> feedback, disposition;  // the fields of RFC 5965 and RFC 8098
    bool has_tls_report = false, has_dmarc_report = false;
    std::string_view original;       // from the beginning of its header on; empty if there is none
    std::string original_text = {};  // decoded, where it was encoded
};

// Into an object that stays where it is, as its views are into its own texts.
void read_report(ReportText& report, std::string_view message, const CharsetReader& charsets);

}  // namespace turnaway::bounce
