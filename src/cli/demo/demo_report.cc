#include "cli/demo/demo_report.h"

#include "base/text.h"
#include "mail/header_fields.h"

namespace turnaway::cli {
namespace {

std::string_view boundary_of(std::string_view content_type) {
    const auto at = base::find_no_case(content_type, "boundary=\"");
    if (at == std::string_view::npos) return {};
    content_type.remove_prefix(at + std::string_view("boundary=\"").size());
    return content_type.substr(0, content_type.find('"'));
}

// The body of the first part of that type.
std::string_view body_of_part(std::string_view body, std::string_view boundary,
                              std::string_view type) {
    const std::string mark = "\r\n--" + std::string(boundary);
    for (auto begin = body.find(mark); begin != std::string_view::npos;) {
        begin = body.find("\r\n", begin + mark.size());
        const auto end = body.find(mark, begin);
        if (begin == std::string_view::npos || end == std::string_view::npos) return {};
        const auto part = mail::split_message(body.substr(begin + 2, end - begin));
        const auto found = mail::field_value(part.header, "Content-Type");
        if (found && base::starts_with_no_case(*found, type)) return part.body;
        begin = end;
    }
    return {};
}

std::string with_plain_line_ends(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c != '\r') out += c;
    }
    while (out.ends_with('\n')) out.pop_back();
    while (out.starts_with('\n')) out.erase(0, 1);
    return out + '\n';
}

}  // namespace

std::optional<DemoReport> read_report(std::string_view message) {
    const auto whole = mail::split_message(message);
    const auto type = mail::field_value(whole.header, "Content-Type");
    if (!type || !base::starts_with_no_case(*type, "multipart/report")) return std::nullopt;
    const auto boundary = boundary_of(*type);
    if (boundary.empty()) return std::nullopt;
    // A body may begin with its first boundary; the line end before it belongs to the header.
    const std::string body = "\r\n" + std::string(whole.body);
    const auto status = body_of_part(body, boundary, "message/delivery-status");
    if (status.empty()) return std::nullopt;
    // A group of fields about the message, an empty line, then a group about the recipient.
    const auto recipient_fields = mail::split_message(status).body;
    const auto field = [&](std::string_view name) {
        return mail::field_value(recipient_fields, name).value_or("");
    };
    DemoReport report;
    report.subject = mail::field_value(whole.header, "Subject").value_or("");
    report.person = with_plain_line_ends(body_of_part(body, boundary, "text/plain"));
    report.delivery_status = with_plain_line_ends(status);
    report.recipient = field("Final-Recipient");
    report.recipient.erase(0, report.recipient.find(';') + 1);
    report.recipient = base::trim(report.recipient);
    report.action = field("Action");
    report.status = field("Status");
    report.diagnostic = field("Diagnostic-Code");
    return report;
}

}  // namespace turnaway::cli
