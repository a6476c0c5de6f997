#include "bounce/report_text.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "base/text.h"
#include "bounce/decoding.h"
#include "bounce/json_notice.h"
#include "bounce/parts.h"

namespace turnaway::bounce {

namespace {

bool is_one_of(std::string_view type, std::span<const std::string_view> types) {
    return std::ranges::find(types, type) != types.end();
}
constexpr std::array<std::string_view, 3> status_types{
    "message/delivery-status", "message/global-delivery-status", "message/delivery-report"};
constexpr std::array<std::string_view, 2> disposition_types{
    "message/disposition-notification", "message/global-disposition-notification"};
constexpr std::array<std::string_view, 6> original_types{
    "message/rfc822",         "text/rfc822-headers",    "message/global",
    "message/global-headers", "message/rfc822-headers", "text/rfc822"};

class Parts {
  public:
    Parts(ReportText& report, const CharsetReader& charsets)
        : report_(report), charsets_(charsets) {}

    void take(const Part& part) {
        if (is_one_of(part.type, status_types)) {
            if (!report_.fields) report_.fields = read_delivery_fields(text_of(part, charsets_));
        } else if (part.type == "message/feedback-report") {
            set_fields(report_.feedback, report_.feedback_text, part);
        } else if (is_one_of(part.type, disposition_types)) {
            set_fields(report_.disposition, report_.disposition_text, part);
        } else if (is_one_of(part.type, original_types)) {
            take_original(part);
        } else if (part.type.starts_with("application/tlsrpt")) {
            report_.has_tls_report = true;
        } else if (part.type.starts_with("text/") || part.type.empty()) {
            if (!report_.original.empty()) return;
            if (part.type == "text/html") {
                html_.push_back(&part);
            } else {
                take_text(part);
            }
        }
    }
    // HTML counts only if there is no plain text.
    std::string finish() {
        if (text_.empty()) {
            for (const Part* part : html_) take_text(*part);
        }
        return std::move(text_);
    }

  private:
    void set_fields(std::optional<Header>& fields, std::string& kept, const Part& part) {
        if (fields) return;
        kept = text_of(part, charsets_);
        fields.emplace(std::string_view(kept));
    }
    void take_original(const Part& part) {
        if (!report_.original.empty()) return;
        if (part.encoding == "base64" || part.encoding == "quoted-printable") {
            std::string buffer;
            report_.original_text = bytes_of(part, buffer);
            report_.original = report_.original_text;
            return;
        }
        report_.original = part.content;
    }
    void take_text(const Part& part) {
        if (text_.size() > text_bytes_max) return;
        std::string text = text_of(part, charsets_);
        // One line end for all parts: bounce/lines looks for the first.
        if (!text.contains('\n')) std::ranges::replace(text, '\r', '\n');
        if (text_.empty()) {
            text_ = std::move(text);
        } else {
            text_ += text;
        }
        text_ += '\n';
    }

    ReportText& report_;
    const CharsetReader& charsets_;
    std::string text_;
    std::vector<const Part*> html_;
};

}  // namespace

void read_report(ReportText& report, std::string_view message, const CharsetReader& charsets) {
    Entity entity = split_entity(message);
    report.header = std::move(entity.fields);
    const std::string type = report.header.value("Content-Type");
    report.type = media_type(type);
    report.report_type = parameter(type, "report-type");
    report.subject = decode_words(report.header.value("Subject"), charsets);
    Parts parts(report, charsets);
    const std::vector<Part> all = parts_of(report.header, entity.body);
    for (const Part& part : all) parts.take(part);
    report.text = parts.finish();
    if (std::string lines = lines_of_json(report.text); !lines.empty())
        report.text = std::move(lines);
    if (report.original.empty()) report.original = report.notice().original;
}

}  // namespace turnaway::bounce
