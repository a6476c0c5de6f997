#include "codes/bare_code.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace turnaway::codes {

namespace {

constexpr std::size_t bare_bytes_max = 24;

constexpr bool is_wildcard(char c) {
    const char lower = base::to_lower(c);
    return lower == 'x' || lower == 'y' || lower == 'z' || c == '*';
}

constexpr bool all_wildcards(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_wildcard);
}

std::expected<std::optional<std::uint16_t>, ReadFault> read_part(std::string_view part) {
    if (all_wildcards(part)) return std::nullopt;
    if (!std::ranges::all_of(part, base::is_digit) || part.empty()) {
        return std::unexpected(ReadFault::no_code);
    }
    if (part.size() > 3) return std::unexpected(ReadFault::part_too_long);
    return base::parse_unsigned<std::uint16_t>(part);
}

std::expected<int, ReadFault> read_class(std::string_view part) {
    if (all_wildcards(part)) return 0;
    if (part.empty() || !std::ranges::all_of(part, base::is_digit)) {
        return std::unexpected(ReadFault::no_code);
    }
    if (part != "2" && part != "4" && part != "5") return std::unexpected(ReadFault::class_digit);
    return part.front() - '0';
}

std::expected<ReplyReading, ReadFault> read_dotted(std::string_view text) {
    std::array<std::string_view, 3> parts{};
    std::size_t count = 0;
    for (bool more = true; more;) {
        if (count == parts.size()) return std::unexpected(ReadFault::too_many_parts);
        const auto dot = text.find('.');
        parts[count++] = text.substr(0, dot);
        more = dot != std::string_view::npos;
        if (more) text.remove_prefix(dot + 1);
    }
    const auto class_digit = read_class(parts[0]);
    if (!class_digit) return std::unexpected(class_digit.error());
    const auto subject = read_part(parts[1]);
    if (!subject) return std::unexpected(subject.error());
    std::expected<std::optional<std::uint16_t>, ReadFault> detail = std::nullopt;
    if (count == 3) detail = read_part(parts[2]);
    if (!detail) return std::unexpected(detail.error());
    ReplyReading reading;
    const auto has_zero = [](std::string_view part) { return part.size() > 1 && part[0] == '0'; };
    reading.has_leading_zero = std::ranges::any_of(parts, has_zero);
    if (*class_digit != 0 && *subject && *detail) {
        const Detail known{**subject, **detail};
        reading.enhanced = *class_digit == 2   ? EnhancedCode::success(known)
                           : *class_digit == 4 ? EnhancedCode::temporary(known)
                                               : EnhancedCode::permanent(known);
        return reading;
    }
    if (*class_digit == 0 && !*subject) return std::unexpected(ReadFault::no_code);
    reading.pattern = CodePattern{*class_digit, *subject, *detail};
    return reading;
}

}  // namespace

std::string_view strip_decoration(std::string_view text) {
    constexpr std::string_view around = " \t\r\n\v\f>|*\"'`#()[]<,:;";
    const auto first = text.find_first_not_of(around);
    if (first == std::string_view::npos) return {};
    const auto last = text.find_last_not_of(around);
    text = text.substr(first, last - first + 1);
    while (text.size() > 1 && text.back() == '.') text.remove_suffix(1);
    return text;
}

bool looks_like_bare_code(std::string_view text) {
    const bool has_digit_or_dot = std::ranges::any_of(
        text.substr(0, bare_bytes_max), [](char c) { return base::is_digit(c) || c == '.'; });
    return !text.empty() && text.size() <= bare_bytes_max && has_digit_or_dot &&
           std::ranges::all_of(
               text, [](char c) { return base::is_digit(c) || c == '.' || is_wildcard(c); });
}

std::expected<ReplyReading, ReadFault> read_bare_code(std::string_view text) {
    if (text.find('.') != std::string_view::npos) return read_dotted(text);
    ReplyReading reading;
    if (text.size() == 1) {
        const auto class_digit = read_class(text);
        if (!class_digit) return std::unexpected(class_digit.error());
        reading.pattern = CodePattern{*class_digit, {}, {}};
        return reading;
    }
    if (text.size() != 3) return std::unexpected(ReadFault::reply_length);
    if (text[0] < '2' || text[0] > '5') return std::unexpected(ReadFault::reply_digit);
    reading.reply = ReplyCode::parse(text);
    reading.reply_first_digit = text[0] - '0';
    const bool is_open = is_wildcard(text[2]) && (is_wildcard(text[1]) || base::is_digit(text[1]));
    if (!reading.reply && !is_open) return std::unexpected(ReadFault::no_code);
    return reading;
}

}  // namespace turnaway::codes
