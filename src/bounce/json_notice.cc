#include "bounce/json_notice.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"

namespace turnaway::bounce {

namespace {

struct Key {
    std::string_view name, line;
};
// Those about the message as sent would name its sender.
constexpr std::array keys{
    Key{"emailAddress", "Final-Recipient: rfc822; "},
    Key{"action", "Action: "},
    Key{"status", "Status: "},
    Key{"diagnosticCode", "Diagnostic-Code: "},
    Key{"smtpResponse", "Diagnostic-Code: "},
    Key{"reportingMTA", "Reporting-MTA: "},
    Key{"complaintFeedbackType", "Feedback-Type: "},
    Key{"notificationType", "Notification-Type: "},
};

// The string that begins at its quotation mark; `at` moves behind it.
std::string read_string(std::string_view text, std::size_t& at) {
    std::string out;
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\n' || text[at] == '\r') continue;
        if (text[at] == '\\' && at + 1 < text.size()) {
            const char escaped = text[++at];
            out += escaped == 'n' || escaped == 'r' || escaped == 't' ? ' ' : escaped;
            continue;
        }
        out += text[at];
    }
    if (at < text.size()) ++at;
    return out;
}

// "recipients":["a@example.org"] of a delivery that went well.
void append_list(std::string& out, std::string_view text, std::size_t& at) {
    while (at < text.size() && text[at] != ']') {
        if (text[at] == '"') {
            out.append("Final-Recipient: rfc822; ").append(read_string(text, at)).append("\n");
        } else {
            ++at;
        }
    }
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
    while (at < text.size() && (base::is_space(text[at]) || text[at] == '\n' || text[at] == '\r'))
        ++at;
    return at;
}

}  // namespace

std::string lines_of_json(std::string_view text) {
    std::size_t at = text.find_first_not_of(" \t\r\n");
    if (at == std::string_view::npos || text[at] != '{' || !text.contains("notificationType"))
        return {};
    std::string out;
    while (at < text.size()) {
        if (text[at] != '"') {
            ++at;
            continue;
        }
        const std::string name = read_string(text, at);
        at = skip_blanks(text, at);
        if (at == text.size() || text[at] != ':') continue;
        at = skip_blanks(text, at + 1);
        if (name == "mail" && !out.empty() && out.contains("Final-Recipient")) break;
        if (name == "recipients" && at < text.size() && text[at] == '[') append_list(out, text, at);
        if (at == text.size() || text[at] != '"') continue;
        const std::string value = read_string(text, at);
        const auto* const key = std::ranges::find(keys, std::string_view(name), &Key::name);
        if (key != keys.end()) out.append(key->line).append(value).append("\n");
    }
    return out;
}

}  // namespace turnaway::bounce
