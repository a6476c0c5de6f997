#include "mail/header_fields.h"

#include <algorithm>

#include "base/text.h"

namespace turnaway::mail {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t message_id_bytes_max = 250;

// The value without the CRLFs that fold it; the blanks after them stay (RFC 5322 section 2.2.3).
std::string unfolded(std::string_view value) {
    std::string out;
    for (auto at = value.find(line_end); at != std::string_view::npos; at = value.find(line_end)) {
        out += value.substr(0, at);
        value.remove_prefix(at + line_end.size());
    }
    return out += value;
}

}  // namespace

MessageParts split_message(std::string_view message) {
    if (message.starts_with(line_end)) {
        return {.header = {}, .body = message.substr(line_end.size()), .has_body = true};
    }
    const auto at = message.find("\r\n\r\n");
    if (at == std::string_view::npos) return {.header = message, .body = {}};
    return {.header = message.substr(0, at + 2), .body = message.substr(at + 4), .has_body = true};
}

std::string_view first_field(std::string_view header) {
    std::size_t at = 0;
    do {
        const auto end = header.find(line_end, at);
        if (end == std::string_view::npos) return header;
        at = end + line_end.size();
    } while (at < header.size() && base::is_space(header[at]));
    return header.substr(0, at);
}

std::optional<std::string> field_value(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const std::string_view field = first_field(header);
        const auto colon = field.find(':');
        if (colon != std::string_view::npos &&
            base::equal_no_case(base::trim(field.substr(0, colon)), name)) {
            const std::string value = unfolded(field.substr(colon + 1));
            return std::string(base::trim(value));
        }
        header.remove_prefix(field.size());
    }
    return std::nullopt;
}

std::optional<std::string> message_id_of(std::string_view header) {
    auto value = field_value(header, "Message-ID");
    if (!value || value->size() > message_id_bytes_max) return std::nullopt;
    if (!value->starts_with('<') || !value->ends_with('>')) return std::nullopt;
    const auto inside = std::string_view(*value).substr(1, value->size() - 2);
    const auto sign = inside.find('@');
    const bool has_both_sides =
        sign != std::string_view::npos && sign > 0 && sign + 1 < inside.size();
    const bool is_plain = std::ranges::all_of(
        inside, [](char c) { return c > ' ' && c < '\x7f' && c != '<' && c != '>'; });
    if (!has_both_sides || !is_plain) return std::nullopt;
    return value;
}

}  // namespace turnaway::mail
