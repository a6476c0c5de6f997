#include "report/returned_content.h"

#include "base/limits.h"
#include "base/text.h"
#include "mail/header_fields.h"
#include "report/foreign_text.h"

namespace turnaway::report {
namespace {

// A line without its CRLF, RFC 5322 section 2.1.1.
constexpr std::size_t line_bytes_max = base::limits::text_line_bytes_min - 2;

std::string_view whole_fields(std::string_view header, std::size_t bytes_max) {
    std::size_t taken = 0;
    while (taken < header.size()) {
        const std::size_t field_bytes = mail::first_field(header.substr(taken)).size();
        if (field_bytes > bytes_max - taken) break;
        taken += field_bytes;
    }
    return header.substr(0, taken);
}

}  // namespace

bool is_in_good_lines(std::string_view text) {
    while (!text.empty()) {
        const auto end = text.find("\r\n");
        const std::string_view line = text.substr(0, end);
        if (line.size() > line_bytes_max) return false;
        if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
            return false;
        }
        if (end == std::string_view::npos) return true;
        text.remove_prefix(end + 2);
    }
    return true;
}

ReturnedContent returned_content(const mail::Envelope& envelope, std::string_view original,
                                 bool may_be_whole) {
    const std::string_view header = mail::split_message(original).header;
    const bool is_plain = is_ascii(header);
    const bool is_global = !is_plain && envelope.needs_smtputf8 && base::is_utf8(header);
    const bool is_dsn_requested = envelope.ret == mail::Return::full;
    const bool is_fit = original.size() <= base::limits::returned_bytes_max &&
                        (is_plain || is_global) && is_in_good_lines(original);
    if (may_be_whole && is_dsn_requested && is_fit) {
        return {.media_type = is_global ? "message/global" : "message/rfc822",
                .text = original,
                .is_encodable = is_global};
    }
    return {.media_type = is_global ? "message/global-headers" : "text/rfc822-headers",
            .text = whole_fields(header, base::limits::returned_bytes_max),
            .is_encodable = true};
}

}  // namespace turnaway::report
