#include "mail/xtext.h"

#include <cstddef>
#include <cstdint>

#include "base/text.h"

namespace turnaway::mail {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

// Upper case, at least two digits.
void append_hex(std::string& out, std::uint32_t value) {
    int shift = 20;  // six digits are enough for U+10FFFF
    while (shift > 4 && value >> shift == 0) shift -= 4;
    for (; shift >= 0; shift -= 4) out += hex_digits[(value >> shift) & 0xf];
}

std::optional<std::uint32_t> parse_hex(std::string_view digits) {
    if (digits.empty() || digits.size() > 6) return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : digits) {
        const auto digit = hex_digits.find(base::to_upper(c));
        if (digit == std::string_view::npos) return std::nullopt;
        value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    return value;
}

bool is_xchar(char c) {
    return c >= '!' && c <= '~' && c != '+' && c != '=';
}
// QCHAR of RFC 6533.
bool is_qchar(char c) {
    return is_xchar(c) && c != '\\';
}

// The first character of well-formed UTF-8, `length` octets of it.
std::uint32_t code_point(std::string_view text, std::size_t length) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (length == 1) return byte(0);
    std::uint32_t value = byte(0) & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) value = value << 6 | (byte(i) & 0x3fU);
    return value;
}

void append_utf8(std::string& out, std::uint32_t value) {
    const auto push = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (value < 0x80) {
        push(value);
    } else if (value < 0x800) {
        push(0xc0 | value >> 6);
        push(0x80 | (value & 0x3f));
    } else if (value < 0x10000) {
        push(0xe0 | value >> 12);
        push(0x80 | (value >> 6 & 0x3f));
        push(0x80 | (value & 0x3f));
    } else {
        push(0xf0 | value >> 18);
        push(0x80 | (value >> 12 & 0x3f));
        push(0x80 | (value >> 6 & 0x3f));
        push(0x80 | (value & 0x3f));
    }
}

// HEXPOINT: two digits or as many as needed; a Unicode character, in ASCII only one that must be
// encoded. (The RFC's grammar omits 0A to 0F and 1A to 1F, though its text includes all controls.)
std::optional<std::uint32_t> parse_hexpoint(std::string_view digits) {
    if (digits.size() < 2 || (digits.size() > 2 && digits[0] == '0')) return std::nullopt;
    const auto value = parse_hex(digits);
    if (!value || *value == 0 || *value > 0x10ffff) return std::nullopt;
    if (*value >= 0xd800 && *value <= 0xdfff) return std::nullopt;
    if (*value < 0x80 && is_qchar(static_cast<char>(*value))) return std::nullopt;
    return value;
}

}  // namespace

std::string xtext_encode(std::string_view octets) {
    std::string out;
    for (const char c : octets) {
        if (is_xchar(c)) {
            out += c;
        } else {
            out += '+';
            append_hex(out, static_cast<unsigned char>(c));
        }
    }
    return out;
}

std::optional<std::string> xtext_decode(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (is_xchar(text[at])) {
            out += text[at++];
            continue;
        }
        const auto digits = text.substr(at + 1, 2);
        const auto value = parse_hex(digits);
        if (text[at] != '+' || digits.size() != 2 || !value) return std::nullopt;
        out += static_cast<char>(*value);
        at += 3;
    }
    return out;
}

std::optional<std::string> utf8_address_encode(std::string_view address, Utf8AddressForm form) {
    if (address.empty()) return std::nullopt;
    std::string out;
    while (!address.empty()) {
        const std::size_t length = base::utf8_sequence_bytes(address);
        if (length == 0 || address[0] == '\0') return std::nullopt;
        const bool as_it_is = length == 1 ? is_qchar(address[0]) : form == Utf8AddressForm::unitext;
        if (as_it_is) {
            out += address.substr(0, length);
        } else {
            out += "\\x{";
            append_hex(out, code_point(address, length));
            out += '}';
        }
        address.remove_prefix(length);
    }
    return out;
}

std::optional<std::string> utf8_address_decode(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::string out;
    while (!text.empty()) {
        const std::size_t length = base::utf8_sequence_bytes(text);
        if (length > 1 || (length == 1 && is_qchar(text[0]))) {
            out += text.substr(0, length);
            text.remove_prefix(length);
            continue;
        }
        const auto close = text.find('}');
        if (!text.starts_with("\\x{") || close == std::string_view::npos) return std::nullopt;
        const auto value = parse_hexpoint(text.substr(3, close - 3));
        if (!value) return std::nullopt;
        append_utf8(out, *value);
        text.remove_prefix(close + 1);
    }
    return out;
}

}  // namespace turnaway::mail
