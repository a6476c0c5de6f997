#include "bounce/charset.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"

namespace turnaway::bounce {

namespace {

constexpr char32_t replacement = 0xfffd;

// The bytes 0x80 to 0x9f of Windows-1252; ISO-8859-1 has controls there that nobody sends.
constexpr std::array<char32_t, 32> windows_1252{
    0x20ac,      replacement, 0x201a, 0x0192, 0x201e, 0x2026,      0x2020, 0x2021,
    0x02c6,      0x2030,      0x0160, 0x2039, 0x0152, replacement, 0x017d, replacement,
    replacement, 0x2018,      0x2019, 0x201c, 0x201d, 0x2022,      0x2013, 0x2014,
    0x02dc,      0x2122,      0x0161, 0x203a, 0x0153, replacement, 0x017e, 0x0178};

void append(std::string& out, char32_t point) {
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xc0 | point >> 6);
        out += static_cast<char>(0x80 | (point & 0x3f));
    } else {
        out += static_cast<char>(0xe0 | point >> 12);
        out += static_cast<char>(0x80 | (point >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (point & 0x3f));
    }
}

// A copy with each byte beyond ASCII as the character `point_of(byte)`.
template <class PointOf>
std::string replaced(std::string_view bytes, PointOf&& point_of) {
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 8);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const std::size_t begin = at;
        while (at < bytes.size() && base::is_ascii(bytes[at])) ++at;
        out += bytes.substr(begin, at - begin);
        if (at < bytes.size()) append(out, point_of(static_cast<unsigned char>(bytes[at])));
    }
    return out;
}

char32_t latin_point(unsigned char byte) {
    return byte < 0xa0 ? windows_1252.at(byte - 0x80U) : byte;
}

// ASCII without an escape sequence. Without an early exit, so that it is read many bytes at a time.
bool is_plain(std::string_view bytes) {
    unsigned char all = 0;
    for (const char c : bytes) all |= static_cast<unsigned char>(c);
    return all < 0x80 && bytes.find('\x1b') == std::string_view::npos;
}

bool is_latin(std::string_view charset) {
    constexpr std::array<std::string_view, 5> names{"iso-8859-1", "iso8859-1", "latin1",
                                                    "windows-1252", "cp1252"};
    return std::ranges::any_of(
        names, [&](std::string_view name) { return base::equal_no_case(charset, name); });
}

}  // namespace

std::string to_utf8(std::string_view bytes, std::string_view charset, const CharsetReader& others) {
    if (is_plain(bytes) && !base::starts_with_no_case(charset, "utf-7") &&
        !base::starts_with_no_case(charset, "utf-16")) {
        return std::string(bytes);
    }
    if (is_latin(charset)) return replaced(bytes, latin_point);
    // An escape sequence in a text that declares nothing is Japanese.
    const bool is_escaped = bytes.find("\x1b$") != std::string_view::npos;
    if (is_escaped && others) {
        if (auto text = others("iso-2022-jp", bytes)) return *text;
    }
    if (base::is_utf8(bytes)) return std::string(bytes);
    const bool is_named = !charset.empty() && !base::equal_no_case(charset, "utf-8") &&
                          !base::equal_no_case(charset, "us-ascii");
    if (is_named && others) {
        if (auto text = others(charset, bytes)) return *text;
    }
    return replaced(bytes, [](unsigned char) { return replacement; });
}

}  // namespace turnaway::bounce
