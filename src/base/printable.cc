#include "base/printable.h"

#include <array>

#include "base/text.h"

namespace turnaway::base {

namespace {

constexpr std::string_view hex = "0123456789abcdef";

void append_hex_byte(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += hex[byte >> 4];
    out += hex[byte & 15];
}

// The code point of a well-formed sequence.
constexpr char32_t code_point(std::string_view sequence) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
    constexpr std::array<unsigned char, 5> lead_mask{0, 0x7f, 0x1f, 0x0f, 0x07};
    char32_t value = byte(0) & lead_mask[sequence.size()];
    for (std::size_t i = 1; i < sequence.size(); ++i) value = value << 6 | (byte(i) & 0x3f);
    return value;
}

// C1 controls, line and paragraph separators, and marks that turn the direction of text around.
constexpr bool is_risky(char32_t c) {
    return (c >= 0x80 && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

// The bytes that a JSON string has as they are.
constexpr auto plain = [] {
    std::array<bool, 256> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char c = static_cast<char>(i);
        bytes[i] = is_ascii(c) && !is_control(c) && c != '"' && c != '\\';
    }
    return bytes;
}();
constexpr bool is_plain(char c) {
    return plain[static_cast<unsigned char>(c)];
}

// The end of the plain bytes at `at`. A block without an early exit is one that the compiler turns
// into vector instructions.
std::size_t end_of_plain(std::string_view text, std::size_t at) {
    constexpr std::size_t block_bytes = 16;
    for (; text.size() - at >= block_bytes; at += block_bytes) {
        bool has_other = false;
        for (const char c : text.substr(at, block_bytes)) {
            // Controls, and bytes beyond ASCII as negative numbers.
            has_other |= static_cast<signed char>(c) < ' ' || c == 0x7f || c == '"' || c == '\\';
        }
        if (has_other) break;
    }
    while (at < text.size() && is_plain(text[at])) ++at;
    return at;
}

void append_json_control(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            out += "\\u00";
            out += hex[static_cast<unsigned char>(c) >> 4];
            out += hex[static_cast<unsigned char>(c) & 15];
    }
}

void append_json_unit(std::string& out, char32_t c) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += hex[c >> shift & 15];
}

}  // namespace

void append_printable(std::string& out, std::string_view text, std::size_t bytes_max) {
    const bool is_cut = text.size() > bytes_max;
    std::size_t at = 0;
    const std::size_t shown_end = is_cut ? bytes_max : text.size();
    while (at < shown_end) {
        const std::size_t begin = at;
        while (at < shown_end && is_ascii(text[at]) && !is_control(text[at])) ++at;
        out += text.substr(begin, at - begin);
        if (at == shown_end) break;
        const std::size_t length = utf8_sequence_bytes(text.substr(at));
        const std::string_view sequence = text.substr(at, length == 0 ? 1 : length);
        const bool is_shown = length > 1 && !is_risky(code_point(sequence));
        if (is_shown) {
            out += sequence;
        } else {
            for (const char c : sequence) append_hex_byte(out, c);
        }
        at += sequence.size();
    }
    if (is_cut) out += "...";
}

void append_json_text(std::string& out, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        at = end_of_plain(text, at);
        out += text.substr(begin, at - begin);
        if (at == text.size()) return;
        if (is_ascii(text[at])) {
            append_json_control(out, text[at++]);
            continue;
        }
        const std::size_t length = utf8_sequence_bytes(text.substr(at));
        if (length == 0) {
            out += "\xef\xbf\xbd";
            ++at;
            continue;
        }
        const std::string_view sequence = text.substr(at, length);
        const char32_t point = code_point(sequence);
        if (is_risky(point)) {
            append_json_unit(out, point);
        } else {
            out += sequence;
        }
        at += length;
    }
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    append_json_text(out, text);
    out += '"';
}

}  // namespace turnaway::base
