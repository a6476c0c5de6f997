// Sizes are counted in octets as written, a path with its brackets and its source route.
#include "mail/address_syntax.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "base/limits.h"
#include "base/text.h"
#include "mail/ip_text.h"

namespace turnaway::mail {
namespace {

namespace limits = base::limits;

constexpr std::size_t address_bytes_max = limits::path_bytes_max - 2;  // without brackets
constexpr std::string_view postmaster = "postmaster";

// Letters, digits and these; nothing beyond ASCII.
constexpr std::array<bool, 256> alnum_and(std::string_view others) {
    std::array<bool, 256> table{};
    for (std::size_t c = 0; c < table.size(); ++c) table[c] = base::is_alnum(static_cast<char>(c));
    for (const char c : others) table[static_cast<unsigned char>(c)] = true;
    return table;
}
constexpr auto is_atext = alnum_and("!#$%&'*+-/=?^_`{|}~");
// RFC 5321 has no underscore in a domain. Hosts with one send and receive mail all the same (RFC
// 2181 section 11 lets DNS have any name), so a refusal would lose real mail.
constexpr auto is_in_label = alnum_and("-_");

// The length of the UTF-8 character at the start, which is not ASCII; `unwanted` for the C1
// controls, which the grammar of RFC 6531 would allow and RFC 6530 section 10.1 and every terminal
// would not.
std::expected<std::size_t, AddressError> scan_utf8(std::string_view text, AddressError unwanted) {
    const std::size_t length = base::utf8_sequence_bytes(text);
    if (length == 0) return std::unexpected(AddressError::not_utf8);
    if (text[0] == '\xc2' && static_cast<unsigned char>(text[1]) < 0xa0) {
        return std::unexpected(unwanted);
    }
    return length;
}

bool has_utf8(std::string_view text) {
    unsigned char bits = 0;
    for (const char c : text) bits |= static_cast<unsigned char>(c);
    return bits > 0x7f;
}

// The longest start that may be a label of ASCII.
std::string_view plain_run(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && is_in_label[static_cast<unsigned char>(text[at])]) ++at;
    return text.substr(0, at);
}

bool has_hyphen_at_end(std::string_view label) {
    return label.front() == '-' || label.back() == '-';
}

// A quoted-string at the start of `text`: its length, quotes included.
std::expected<std::size_t, AddressError> scan_quoted_string(std::string_view text) {
    std::size_t at = 1;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') return at + 1;
        if (!base::is_ascii(c)) {
            const auto length = scan_utf8(text.substr(at), AddressError::quoted_string);
            if (!length) return length;
            at += *length;
            continue;
        }
        if (c == '\\') {
            ++at;  // quoted-pairSMTP: any printable ASCII follows
            if (at == text.size() || !base::is_ascii(text[at])) break;
        }
        if (base::is_control(text[at])) break;
        ++at;
    }
    return std::unexpected(AddressError::quoted_string);
}

// A dot-string at the start of `text`: the length of the longest run of atext and dots.
std::expected<std::size_t, AddressError> scan_dot_string(std::string_view text) {
    std::size_t at = 0;
    bool dot_allowed = false;
    while (at < text.size()) {
        const char c = text[at];
        if (!base::is_ascii(c)) {
            const auto length = scan_utf8(text.substr(at), AddressError::local_part_character);
            if (!length) return length;
            at += *length;
            dot_allowed = true;
        } else if (is_atext[static_cast<unsigned char>(c)]) {
            ++at;
            dot_allowed = true;
        } else if (c == '.' && dot_allowed) {
            ++at;
            dot_allowed = false;
        } else {
            break;
        }
    }
    if (at > 0 && text[at - 1] == '.') return std::unexpected(AddressError::local_part_character);
    return at;
}

// The local-part at the start of `text`, which must be followed by `@`. `end` is the character that
// closes the address, to distinguish a missing domain from a wrong character.
std::expected<std::size_t, AddressError> scan_local(std::string_view text,
                                                    std::optional<char> end) {
    if (text.empty() || text[0] == end) return std::unexpected(AddressError::empty);
    if (text[0] == '@') return std::unexpected(AddressError::local_part_empty);
    const bool is_quoted = text[0] == '"';
    const auto length = is_quoted ? scan_quoted_string(text) : scan_dot_string(text);
    if (!length) return length;
    if (*length == text.size() || text[*length] == end) {
        return std::unexpected(AddressError::no_at_sign);
    }
    if (text[*length] != '@') {
        return std::unexpected(is_quoted ? AddressError::quoted_string
                                         : AddressError::local_part_character);
    }
    return length;
}

std::expected<void, AddressError> scan_label(std::string_view label) {
    if (label.empty()) return std::unexpected(AddressError::domain_label);
    bool is_ascii = true;
    for (std::size_t at = 0; at < label.size();) {
        const char c = label[at];
        if (!base::is_ascii(c)) {
            const auto length = scan_utf8(label.substr(at), AddressError::domain_character);
            if (!length) return std::unexpected(length.error());
            at += *length;
            is_ascii = false;
            continue;
        }
        if (!is_in_label[static_cast<unsigned char>(c)]) {
            return std::unexpected(AddressError::domain_character);
        }
        ++at;
    }
    if (has_hyphen_at_end(label)) return std::unexpected(AddressError::domain_label);
    // A U-label is longer in UTF-8 than as an A-label, to which the limit applies; IDNA measures
    // that.
    if (is_ascii && label.size() > limits::domain_label_bytes_max) {
        return std::unexpected(AddressError::domain_label);
    }
    return {};
}

// `192.0.2.1` and anything else with four short numbers as labels: a literal without its brackets.
bool is_bare_ipv4(std::string_view domain) {
    std::size_t labels = 1;
    std::size_t digits = 0;
    for (const char c : domain) {
        if (c == '.') {
            ++labels;
            digits = 0;
        } else if (!base::is_digit(c) || ++digits > 3) {
            return false;
        }
    }
    return labels == 4;
}

bool is_ldh_tag(std::string_view tag) {
    return !tag.empty() && base::is_alnum(tag.back()) &&
           std::ranges::all_of(tag, [](char c) { return base::is_alnum(c) || c == '-'; });
}

// dcontent: printable ASCII except `[`, `\` and `]`.
bool is_literal_content(char c) {
    return c >= '!' && c <= '~' && (c < '[' || c > ']');
}

std::expected<void, AddressError> scan_host(std::string_view text, bool is_literal) {
    return is_literal ? scan_address_literal(text) : scan_domain(text);
}

// The length of the source route at the start of `text`, colon included; 0 when there is none. It
// is dropped at once, so UTF-8 and literals in it are not supported.
std::expected<std::size_t, AddressError> scan_source_route(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && text[at] == '@') {
        const auto end = text.find_first_of(",:>", at);
        if (end == std::string_view::npos || text[end] == '>') break;
        const auto hop = text.substr(at + 1, end - at - 1);
        if (has_utf8(hop) || !scan_domain(hop)) break;
        at = end + 1;
        if (text[end] == ':') return at;
    }
    if (at == 0 && (text.empty() || text[0] != '@')) return 0;
    return std::unexpected(AddressError::source_route);
}

// local@domain up to `end`, or up to the end of the text.
std::expected<AddressParts, AddressError> scan_parts(std::string_view text,
                                                     std::optional<char> end) {
    const auto local_bytes = scan_local(text, end);
    if (!local_bytes) return std::unexpected(local_bytes.error());
    AddressParts parts;
    parts.local = text.substr(0, *local_bytes);
    parts.is_quoted = parts.local[0] == '"';

    std::string_view host = text.substr(*local_bytes + 1);
    parts.is_literal = host.starts_with('[');
    // A literal may contain `>`, so its own bracket closes it.
    const auto close = parts.is_literal ? host.find(']') : std::string_view::npos;
    const auto search_from = close == std::string_view::npos ? 0 : close;
    if (end) host = host.substr(0, host.find(*end, search_from));
    if (const auto ok = scan_host(host, parts.is_literal); !ok) return std::unexpected(ok.error());
    parts.domain = host;
    parts.needs_smtputf8 = has_utf8(parts.local) || has_utf8(host);
    return parts;
}

}  // namespace

std::string_view describe(AddressError error) {
    switch (error) {
        case AddressError::empty:
            return "there is no address";
        case AddressError::no_angle_brackets:
            return "the address does not stand in angle brackets";
        case AddressError::text_after_path:
            return "a space must follow the closing angle bracket";
        case AddressError::no_at_sign:
            return "the address has no @ and domain after its local-part";
        case AddressError::local_part_empty:
            return "there is nothing before the @";
        case AddressError::local_part_character:
            return "the local-part has a misplaced dot, or a character that must be quoted";
        case AddressError::quoted_string:
            return "the quoted local-part does not end before the @, or holds a control character";
        case AddressError::domain_empty:
            return "the domain is empty";
        case AddressError::domain_too_long:
            return "the domain is longer than 255 octets";
        case AddressError::domain_character:
            return "the domain has a character that no domain name may have";
        case AddressError::domain_label:
            return "a label of the domain is empty, longer than 63 octets, or has a hyphen at an "
                   "end";
        case AddressError::literal:
            return "an IP address as domain must be written [192.0.2.1] or [IPv6:2001:db8::1]";
        case AddressError::path_too_long:
            return "the path is longer than 256 octets";
        case AddressError::not_utf8:
            return "the address holds bytes that are not UTF-8";
        case AddressError::source_route:
            return "the source route is not well-formed";
        case AddressError::idna:
            return "the domain has a label that IDNA2008 does not allow";
    }
    return "the address is not well-formed";
}

bool is_dot_string(std::string_view text) {
    return !text.empty() && scan_dot_string(text) == text.size();
}

std::expected<void, AddressError> scan_domain(std::string_view text) {
    if (text.empty()) return std::unexpected(AddressError::domain_empty);
    if (text.size() > limits::domain_bytes_max) {
        return std::unexpected(AddressError::domain_too_long);
    }
    for (std::string_view rest = text;;) {
        auto label = plain_run(rest);
        const bool is_whole = label.size() == rest.size() || rest[label.size()] == '.';
        if (!is_whole || label.empty() || label.size() > limits::domain_label_bytes_max ||
            has_hyphen_at_end(label)) {
            // Beyond ASCII, or wrong.
            label = rest.substr(0, rest.find('.'));
            if (const auto ok = scan_label(label); !ok) return ok;
        }
        if (label.size() == rest.size()) break;
        rest.remove_prefix(label.size() + 1);
    }
    if (base::is_digit(text.back()) && is_bare_ipv4(text)) {
        return std::unexpected(AddressError::literal);
    }
    return {};
}

std::expected<void, AddressError> scan_address_literal(std::string_view text) {
    if (text.size() > limits::domain_bytes_max) {
        return std::unexpected(AddressError::domain_too_long);
    }
    const auto wrong = std::unexpected(AddressError::literal);
    if (text.size() < 2 || text.front() != '[' || text.back() != ']') return wrong;
    const auto inside = text.substr(1, text.size() - 2);
    const auto colon = inside.find(':');
    if (colon == std::string_view::npos) {
        if (!parse_ipv4(inside)) return wrong;
        return {};
    }
    const auto tag = inside.substr(0, colon);
    const auto content = inside.substr(colon + 1);
    if (base::equal_no_case(tag, "IPv6")) {
        if (!parse_ipv6(content)) return wrong;
        return {};
    }
    if (!is_ldh_tag(tag) || content.empty()) return wrong;
    // `[2001:db8::1]` matches the grammar, with the tag `2001`; it is an IPv6 literal without its
    // tag.
    if (parse_ipv6(inside)) return wrong;
    if (!std::ranges::all_of(content, is_literal_content)) return wrong;
    return {};
}

std::expected<AddressParts, AddressError> scan_address(std::string_view text) {
    auto parts = scan_parts(text, std::nullopt);
    // An address that fits here fits into a path.
    if (parts && text.size() > address_bytes_max) {
        return std::unexpected(AddressError::path_too_long);
    }
    return parts;
}

std::expected<PathParts, AddressError> scan_path(std::string_view text, bool allow_null,
                                                 std::string_view* rest) {
    if (text.empty()) return std::unexpected(AddressError::empty);
    if (text[0] != '<') return std::unexpected(AddressError::no_angle_brackets);
    if (text.find('>') == std::string_view::npos) {
        return std::unexpected(AddressError::no_angle_brackets);
    }
    PathParts path;
    std::size_t end = 0;  // the position of the closing bracket
    if (allow_null && text[1] == '>') {
        path.is_null = true;
        end = 1;
    } else if (const auto only = text.substr(1, postmaster.size());
               !allow_null && base::equal_no_case(only, postmaster) &&
               text.substr(1 + only.size()).starts_with('>')) {
        path.address.local = only;
        end = 1 + only.size();
    } else {
        const auto route_bytes = scan_source_route(text.substr(1));
        if (!route_bytes) return std::unexpected(route_bytes.error());
        const auto parts = scan_parts(text.substr(1 + *route_bytes), '>');
        if (!parts) return std::unexpected(parts.error());
        path.address = *parts;
        const char* domain_end = parts->domain.data() + parts->domain.size();
        end = static_cast<std::size_t>(domain_end - text.data());
    }
    if (end >= text.size()) return std::unexpected(AddressError::no_angle_brackets);
    if (end + 1 > limits::path_bytes_max) return std::unexpected(AddressError::path_too_long);
    const auto after = text.substr(end + 1);
    if (!after.empty() && after[0] != ' ') return std::unexpected(AddressError::text_after_path);
    *rest = after;
    return path;
}

std::expected<PathParts, AddressError> scan_bare_path(std::string_view text, bool allow_postmaster,
                                                      std::string_view* rest) {
    PathParts path;
    const auto word = text.substr(0, text.find(' '));
    if (allow_postmaster && base::equal_no_case(word, postmaster)) {
        path.address.local = word;
        *rest = text.substr(word.size());
        return path;
    }
    const auto parts = scan_parts(text, ' ');
    if (!parts) return std::unexpected(parts.error());
    path.address = *parts;
    const char* domain_end = parts->domain.data() + parts->domain.size();
    const auto end = static_cast<std::size_t>(domain_end - text.data());
    if (end > address_bytes_max) return std::unexpected(AddressError::path_too_long);
    *rest = text.substr(end);
    if (!rest->empty() && rest->front() != ' ') return std::unexpected(AddressError::literal);
    return path;
}

}  // namespace turnaway::mail
