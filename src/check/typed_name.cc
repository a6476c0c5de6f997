#include "check/typed_name.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/text.h"

namespace turnaway::check {
namespace {

constexpr std::size_t layers_max = 8;  // quotes and brackets around one name

struct Range {
    char32_t first;
    char32_t last;
};
// White space beyond ASCII.
constexpr std::array<Range, 8> blanks{{{0x85, 0x85},
                                       {0xa0, 0xa0},
                                       {0x1680, 0x1680},
                                       {0x2000, 0x200a},
                                       {0x2028, 0x2029},
                                       {0x202f, 0x202f},
                                       {0x205f, 0x205f},
                                       {0x3000, 0x3000}}};
// Invisible characters: C1 controls, soft hyphen, joiners, direction and variation marks, fillers,
// tags, the byte order mark.
constexpr std::array<Range, 19> unseen{{{0x80, 0x9f},
                                        {0xad, 0xad},
                                        {0x34f, 0x34f},
                                        {0x61c, 0x61c},
                                        {0x115f, 0x1160},
                                        {0x17b4, 0x17b5},
                                        {0x180b, 0x180f},
                                        {0x200b, 0x200f},
                                        {0x202a, 0x202e},
                                        {0x2060, 0x206f},
                                        {0x2800, 0x2800},
                                        {0x3164, 0x3164},
                                        {0xfe00, 0xfe0f},
                                        {0xfeff, 0xfeff},
                                        {0xffa0, 0xffa0},
                                        {0xfff0, 0xfffc},
                                        {0x1bca0, 0x1bca3},
                                        {0x1d173, 0x1d17a},
                                        {0xe0000, 0xe0fff}}};

template <std::size_t count>
bool is_in(const std::array<Range, count>& ranges, char32_t c) {
    return std::ranges::any_of(
        ranges, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

struct Character {
    char32_t code;
    std::size_t bytes;
};

// A byte that is not UTF-8 is read as Latin-1: lists from old programs contain its no-break space.
Character first_of(std::string_view text) {
    const std::size_t bytes = base::utf8_sequence_bytes(text);
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (bytes <= 1) return {byte(0), 1};
    char32_t code = byte(0) & (0xffU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) code = code << 6 | (byte(i) & 0x3fU);
    return {code, bytes};
}

Character last_of(std::string_view text) {
    for (std::size_t bytes = std::min<std::size_t>(4, text.size()); bytes > 1; --bytes) {
        const std::string_view end = text.substr(text.size() - bytes);
        if (base::utf8_sequence_bytes(end) == bytes) return first_of(end);
    }
    return {static_cast<unsigned char>(text.back()), 1};
}

bool is_blank(char32_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || is_in(blanks, c);
}
bool is_unseen(char32_t c) {
    return is_in(unseen, c);
}
// ZERO WIDTH (NON-)JOINER: some scripts need them within a word.
bool is_joiner(char32_t c) {
    return c == 0x200c || c == 0x200d;
}

constexpr std::array<std::string_view, 21> quotes{
    "\"",     "'",      "`",      "\u201c", "\u201d", "\u201e", "\u2018",
    "\u2019", "\u201a", "\u00ab", "\u00bb", "\u2039", "\u203a", "\u300c",
    "\u300d", "\uff02", "\uff07", "(",      ")",      "{",      "}"};

std::string_view without_quotes(std::string_view text) {
    for (const std::string_view quote : quotes) {
        if (text.starts_with(quote)) text.remove_prefix(quote.size());
        if (text.ends_with(quote)) text.remove_suffix(quote.size());
    }
    return text;
}

std::string_view without_punctuation(std::string_view text) {
    while (!text.empty() && std::string_view(",;!?|").contains(text.back())) {
        text.remove_suffix(1);
    }
    while (!text.empty() && std::string_view(",;|").contains(text.front())) text.remove_prefix(1);
    for (const std::string_view mark : {"\uff0c", "\uff1b", "\u3001", "\u2026"}) {
        if (text.ends_with(mark)) text.remove_suffix(mark.size());
    }
    if (text.ends_with(':') && text.contains('.')) text.remove_suffix(1);
    // One full stop ends a sentence or a DNS name; two mean an empty label.
    if (text.ends_with('.') && !text.ends_with("..") && text.size() > 1) text.remove_suffix(1);
    return text;
}

// The content of the last <...>, or all of the text.
std::string_view within_angles(std::string_view text) {
    const auto close = text.rfind('>');
    if (close == std::string_view::npos) return text;
    const auto open = text.rfind('<', close);
    if (open == std::string_view::npos || close - open < 2) return text;
    return text.substr(open + 1, close - open - 1);
}

std::string without_percent(std::string_view text) {
    std::string plain;
    const auto digit = [](char c) -> int {
        if (base::is_digit(c)) return c - '0';
        const char low = base::to_lower(c);
        return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_encoded = text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 &&
                                digit(text[i + 2]) >= 0;
        if (!is_encoded) {
            plain += text[i];
            continue;
        }
        plain += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
        i += 2;
    }
    return plain;
}

// The length of `https:` without what follows; 0 if there is no scheme. `mx.example.org:25` and
// `IPv6:2001:db8::1` have none.
std::size_t scheme_bytes(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || !base::is_alpha(text[0])) return 0;
    const std::string_view scheme = text.substr(0, colon);
    const bool is_word = std::ranges::all_of(
        scheme, [](char c) { return base::is_alnum(c) || c == '+' || c == '-'; });
    const std::string_view rest = text.substr(colon + 1);
    if (!is_word || rest.empty() || base::equal_no_case(scheme, "ipv6")) return 0;
    // A second colon and no slashes: an IPv6 address. Only digits: a port.
    const bool has_slashes = rest.starts_with("//");
    if (!has_slashes &&
        rest.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos) {
        return 0;
    }
    return colon + 1;
}

// `user:secret@host:25` without user and port.
std::string_view host_of_authority(std::string_view authority) {
    const auto at = authority.rfind('@');
    if (at != std::string_view::npos) authority.remove_prefix(at + 1);
    const auto colon = authority.rfind(':');
    const bool is_bracketed = authority.starts_with('[');
    if (colon == std::string_view::npos) return authority;
    if (is_bracketed && authority.ends_with(']')) return authority;
    if (base::parse_unsigned<unsigned>(authority.substr(colon + 1), 65535)) {
        return authority.substr(0, colon);
    }
    return authority;
}

std::string_view up_to_path(std::string_view text) {
    return text.substr(0, text.find_first_of("/?#\\"));
}

std::string without_url(std::string_view text) {
    const std::size_t scheme = scheme_bytes(text);
    std::string_view rest = text.substr(scheme);
    if (scheme > 0 || rest.starts_with("//")) {
        const bool is_hierarchy = rest.starts_with('/');
        while (rest.starts_with('/')) rest.remove_prefix(1);
        if (is_hierarchy) return std::string(host_of_authority(up_to_path(rest)));
        return without_percent(rest.substr(0, rest.find('?')));
    }
    // `www.example.org/path`: a dot before the slash, and not a network such as 192.0.2.0/24.
    const auto slash = text.find_first_of("/?#");
    if (slash == std::string_view::npos || slash == 0) return std::string(text);
    const std::string_view host = text.substr(0, slash);
    const std::string_view path = text.substr(slash + 1);
    const bool is_network = !path.empty() && base::parse_unsigned<unsigned>(path, 128);
    const bool is_host = host.contains('.') && !host.contains('@') && !is_network;
    return std::string(is_host ? host_of_authority(host) : text);
}

// FULLWIDTH and SMALL COMMERCIAL AT.
std::string with_ascii_at(std::string_view text) {
    std::string plain(text);
    for (const std::string_view at : {"\uff20", "\ufe6b"}) {
        for (auto found = plain.find(at); found != std::string::npos; found = plain.find(at)) {
            plain.replace(found, at.size(), "@");
        }
    }
    return plain;
}

void replace_no_case(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = base::find_no_case(text, from); at != std::string::npos;
         at = base::find_no_case(text, from)) {
        text.replace(at, from.size(), to);
    }
}

// `ann [at] example [dot] org`, as people write addresses to hide them from programs.
std::string unhidden(std::string_view typed) {
    std::string text(typed);
    for (const std::string_view at :
         {" [at] ", " (at) ", " {at} ", "[at]", "(at)", "{at}", " at "}) {
        replace_no_case(text, at, "@");
    }
    for (const std::string_view dot :
         {" [dot] ", " (dot) ", " {dot} ", "[dot]", "(dot)", "{dot}", " dot ", "[.]", "(.)"}) {
        replace_no_case(text, dot, ".");
    }
    return text;
}

}  // namespace

std::string_view without_blanks(std::string_view text) {
    while (!text.empty()) {
        const Character first = first_of(text);
        if (!is_blank(first.code) && !is_unseen(first.code)) break;
        text.remove_prefix(first.bytes);
    }
    while (!text.empty()) {
        const Character last = last_of(text);
        if (!is_blank(last.code) && !is_unseen(last.code)) break;
        text.remove_suffix(last.bytes);
    }
    return text;
}

std::string without_invisible(std::string_view text) {
    std::string seen;
    while (!text.empty()) {
        const Character first = first_of(text);
        if (!is_blank(first.code) && !is_unseen(first.code)) seen += text.substr(0, first.bytes);
        text.remove_prefix(first.bytes);
    }
    return seen;
}

bool has_invisible(std::string_view text) {
    bool is_after_letter = false;  // in a script beyond ASCII
    while (!text.empty()) {
        const Character first = first_of(text);
        text.remove_prefix(first.bytes);
        const bool is_before_letter = !text.empty() && !base::is_ascii(text.front());
        const bool is_needed = is_joiner(first.code) && is_after_letter && is_before_letter;
        if (is_unseen(first.code) && !is_needed) return true;
        is_after_letter = first.code >= 0x80;
    }
    return false;
}

std::string bare_name(std::string_view typed) {
    std::string name = with_ascii_at(typed);
    for (std::size_t layer = 0; layer < layers_max; ++layer) {
        std::string_view inner = without_blanks(name);
        inner = without_punctuation(inner);
        inner = within_angles(inner);
        inner = without_quotes(without_blanks(inner));
        std::string next = without_url(inner);
        if (next == name) break;
        name = std::move(next);
    }
    return name;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words(1);
    while (!text.empty()) {
        const Character first = first_of(text);
        const bool is_end = is_blank(first.code) ||
                            (first.bytes == 1 && std::string_view(",;|").contains(text.front()));
        if (is_end) {
            words.emplace_back();
        } else {
            words.back() += text.substr(0, first.bytes);
        }
        text.remove_prefix(first.bytes);
    }
    std::erase_if(words, [](const std::string& word) { return word.empty(); });
    return words;
}

std::vector<std::string> suggestions(std::string_view typed) {
    const std::string name = bare_name(typed);
    std::vector<std::string> all{without_invisible(name), bare_name(unhidden(name))};
    std::string text = name;
    const auto begin = text.find_first_not_of(".@*");
    text.erase(0, std::min(begin, text.size()));
    replace_no_case(text, "..", ".");
    replace_no_case(text, "@@", "@");
    while (text.ends_with('.')) text.pop_back();
    all.push_back(text);
    if (text.find(' ') == std::string::npos) {
        std::ranges::replace(text, ',', '.');
        all.push_back(text);
    }
    const auto at = name.rfind('@');
    if (at != std::string::npos) {
        // `ann@https://example.org/`, `ann@[2001:db8::1]`
        all.push_back(name.substr(0, at + 1) + bare_name(std::string_view(name).substr(at + 1)));
        const std::string host = name.substr(at + 1);
        if (host.starts_with('[') && host.contains(':')) {
            all.push_back(name.substr(0, at + 1) + "[IPv6:" + host.substr(1));
        }
    }
    const auto slash = name.find('/');
    if (slash != std::string::npos) all.push_back(name.substr(0, slash));
    return all;
}

}  // namespace turnaway::check
