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

class ReportText {
  public:
    // `known`: of a caller that reads many reports; may be null.
    explicit ReportText(codes::EvidenceCache* known) : known_(known) {}

    Header header;
    std::string type, report_type;  // of the message, in lower case
    std::string subject;            // decoded
    std::string text;               // for people
    std::optional<DeliveryFields> fields;
    std::string feedback_text, disposition_text;
    std::optional<Header> feedback, disposition;  // the fields of RFC 5965 and RFC 8098
    bool has_tls_report = false, has_dmarc_report = false;
    std::string_view original;       // from the beginning of its header on; empty if there is none
    std::string original_text = {};  // decoded, where it was encoded

    // What `text` says. It is read when it is asked for: that is much of the work, and a complaint
    // or an MDN does without it.
    const Notice& notice() const {
        if (!notice_) notice_ = read_notice(text, known_);
        return *notice_;
    }

  private:
    codes::EvidenceCache* known_;
    mutable std::optional<Notice> notice_;
};

// Into an object that stays where it is, as its views are into its own texts.
void read_report(ReportText& report, std::string_view message, const CharsetReader& charsets);

}  // namespace turnaway::bounce
