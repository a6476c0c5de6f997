#include "park/spf/spf_term.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/text.h"
#include "mail/ip_text.h"

namespace turnaway::park {
namespace {

constexpr std::array<std::pair<std::string_view, SpfMechanism>, 8> mechanisms{
    {{"all", SpfMechanism::all},
     {"include", SpfMechanism::include},
     {"a", SpfMechanism::a},
     {"mx", SpfMechanism::mx},
     {"ptr", SpfMechanism::ptr},
     {"ip4", SpfMechanism::ip4},
     {"ip6", SpfMechanism::ip6},
     {"exists", SpfMechanism::exists}}};

constexpr std::string_view macro_letters = "slodiphcrtv";
constexpr std::string_view macro_delimiters = ".-+,/_=";

// `%{d2r.}`; `%%`, `%_` and `%-` have no letter.
struct Macro {
    char letter = '\0';
    unsigned parts_max = 0;  // 0: all
    bool is_reversed = false;
    std::string delimiters = {};
    std::size_t bytes = 2;
};

// The macro at the start of `text`, which begins with %; nothing if it is not well-formed.
std::optional<Macro> read_macro(std::string_view text) {
    if (text.size() < 2) return std::nullopt;
    if (std::string_view("%_-").contains(text[1])) return Macro{};
    const auto end = text.find('}');
    if (text[1] != '{' || end == std::string_view::npos || end < 3) return std::nullopt;
    Macro macro{.letter = base::to_lower(text[2]), .bytes = end + 1};
    if (!macro_letters.contains(macro.letter)) return std::nullopt;
    std::string_view rest = text.substr(3, end - 3);
    const auto digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (digits > 0) {
        const auto number = base::parse_unsigned<unsigned>(rest.substr(0, digits), 1000);
        if (!number || *number == 0) return std::nullopt;
        macro.parts_max = *number;
        rest.remove_prefix(digits);
    }
    if (!rest.empty() && base::to_lower(rest[0]) == 'r') {
        macro.is_reversed = true;
        rest.remove_prefix(1);
    }
    if (rest.find_first_not_of(macro_delimiters) != std::string_view::npos) return std::nullopt;
    macro.delimiters = rest;
    return macro;
}

std::string transformed(std::string_view value, const Macro& macro) {
    std::vector<std::string> parts(1);
    for (const char c : value) {
        const bool is_end =
            macro.delimiters.empty() ? c == '.' : macro.delimiters.find(c) != std::string::npos;
        if (is_end) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    if (macro.is_reversed) std::ranges::reverse(parts);
    std::size_t first = 0;
    if (macro.parts_max > 0 && macro.parts_max < parts.size()) {
        first = parts.size() - macro.parts_max;
    }
    std::string joined;
    for (std::size_t i = first; i < parts.size(); ++i) joined += (i > first ? "." : "") + parts[i];
    return joined;
}

// "0" or a number without a leading zero (section 12).
std::optional<unsigned> prefix_bits(std::string_view text, unsigned most) {
    if (text.size() > 1 && text[0] == '0') return std::nullopt;
    return base::parse_unsigned<unsigned>(text, most);
}

// Removes `/24`, `//64` or `/24//64` from the end of `text`; false if a length is wrong. A slash
// within a macro is a delimiter.
bool take_prefix_lengths(std::string_view& text, SpfTerm& term) {
    const auto last_macro = text.rfind('}');
    const std::size_t begin = last_macro == std::string_view::npos ? 0 : last_macro + 1;
    const auto slash = text.find('/', begin);
    if (slash == std::string_view::npos) return true;
    std::string_view lengths = text.substr(slash);
    text = text.substr(0, slash);
    const auto both = lengths.find("//");
    if (both != std::string_view::npos) {
        const auto bits = prefix_bits(lengths.substr(both + 2), 128);
        if (!bits) return false;
        term.ipv6_bits = *bits;
        lengths = lengths.substr(0, both);
    }
    if (lengths.empty()) return true;
    const auto bits = prefix_bits(lengths.substr(1), 32);
    if (bits) term.ipv4_bits = *bits;
    return bits.has_value();
}

bool read_network(std::string_view text, SpfTerm& term) {
    const bool is_ipv4 = term.mechanism == SpfMechanism::ip4;
    const auto slash = text.find('/');
    unsigned bits = is_ipv4 ? 32 : 128;
    if (slash != std::string_view::npos) {
        const auto given = prefix_bits(text.substr(slash + 1), bits);
        if (!given) return false;
        bits = *given;
    }
    const std::string_view address = text.substr(0, slash);
    if (is_ipv4) {
        const auto bytes = mail::parse_ipv4(address);
        if (bytes) term.network = AddressSet::network(*bytes, bits);
        return bytes.has_value();
    }
    const auto bytes = mail::parse_ipv6(address);
    if (bytes) term.network = AddressSet::network(*bytes, bits);
    return bytes.has_value();
}

// `example.org`, `example.org.`, `%{d}`: the valid endings of a domain-spec.
bool has_domain_end(std::string_view text) {
    if (text.ends_with('}')) return true;
    if (text.ends_with('.')) text.remove_suffix(1);
    const auto dot = text.rfind('.');
    if (dot == std::string_view::npos) return false;
    const std::string_view top = text.substr(dot + 1);
    const bool is_word =
        std::ranges::all_of(top, [](char c) { return base::is_alnum(c) || c == '-'; });
    const bool is_number = std::ranges::all_of(top, base::is_digit);
    return is_word && !is_number && !top.empty() && top.front() != '-' && top.back() != '-';
}

}  // namespace

bool is_macro_string(std::string_view text) {
    while (!text.empty()) {
        if (text[0] <= 0x20 || text[0] >= 0x7f) return false;
        std::size_t bytes = 1;
        if (text[0] == '%') {
            const auto macro = read_macro(text);
            if (!macro) return false;
            bytes = macro->bytes;
        }
        text.remove_prefix(bytes);
    }
    return true;
}

bool is_domain_spec(std::string_view text) {
    return !text.empty() && is_macro_string(text) && has_domain_end(text);
}

std::optional<SpfTerm> read_spf_term(std::string_view text) {
    SpfTerm term{.text = std::string(text)};
    if (!text.empty() && std::string_view("+-~?").contains(text[0])) {
        term.qualifier = text[0];
        text.remove_prefix(1);
    }
    const auto end = std::min(text.find_first_of(":/"), text.size());
    const auto found = std::ranges::find_if(mechanisms, [&](const auto& row) {
        return base::equal_no_case(row.first, text.substr(0, end));
    });
    if (found == mechanisms.end()) return std::nullopt;
    term.mechanism = found->second;
    std::string_view rest = text.substr(end);
    switch (term.mechanism) {
        case SpfMechanism::all:
            if (!rest.empty()) return std::nullopt;
            return term;
        case SpfMechanism::ip4:
        case SpfMechanism::ip6:
            if (!rest.starts_with(':') || !read_network(rest.substr(1), term)) return std::nullopt;
            return term;
        case SpfMechanism::include:
        case SpfMechanism::exists:
            if (!rest.starts_with(':')) return std::nullopt;
            break;
        case SpfMechanism::a:
        case SpfMechanism::mx:
            if (!take_prefix_lengths(rest, term)) return std::nullopt;
            break;
        case SpfMechanism::ptr:
            break;
    }
    if (rest.empty()) return term;
    if (!rest.starts_with(':') || !is_domain_spec(rest.substr(1))) return std::nullopt;
    term.target = rest.substr(1);
    return term;
}

std::optional<std::string> expand_macros(std::string_view text, std::string_view current_domain,
                                         std::string_view sender_domain) {
    std::string out;
    while (!text.empty()) {
        if (text[0] != '%') {
            out += text[0];
            text.remove_prefix(1);
            continue;
        }
        const auto macro = read_macro(text);
        if (!macro) return std::nullopt;
        if (macro->letter == '\0') {
            out += text[1] == '%' ? "%" : text[1] == '_' ? " " : "%20";
        } else if (macro->letter == 'd' || macro->letter == 'o') {
            out += transformed(macro->letter == 'd' ? current_domain : sender_domain, *macro);
        } else {
            return std::nullopt;
        }
        text.remove_prefix(macro->bytes);
    }
    return out;
}

}  // namespace turnaway::park
