#include "bounce/decoding.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/text.h"

namespace turnaway::bounce {

namespace {

constexpr std::int8_t no_digit = -1;
// RFC 2047 section 2 allows 75; some senders write a whole subject as one word.
constexpr std::size_t word_bytes_max = 1000;
constexpr auto base64_digits = [] {
    std::array<std::int8_t, 256> digits{};
    digits.fill(no_digit);
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        digits.at(static_cast<unsigned char>(alphabet[i])) = static_cast<std::int8_t>(i);
    }
    return digits;
}();

int hex_digit(char c) {
    if (base::is_digit(c)) return c - '0';
    const char lower = base::to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<char> hex_pair(std::string_view text) {
    if (text.size() < 2) return std::nullopt;
    const int high = hex_digit(text[0]), low = hex_digit(text[1]);
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<char>(high * 16 + low);
}

// The length of a soft line break after its equals sign; 0 if it is not one.
std::size_t soft_break(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && base::is_space(text[at])) ++at;
    if (at == text.size()) return at;
    if (text[at] == '\n') return at + 1;
    if (text[at] != '\r') return 0;
    return at + (text.substr(at + 1).starts_with('\n') ? 2 : 1);
}

struct EncodedWord {
    std::string_view charset, text;
    bool is_base64 = false;
    std::size_t size = 0;
};

// At the "=?" of `text`: charset, encoding and text up to "?=".
std::optional<EncodedWord> read_word(std::string_view text) {
    text = text.substr(0, word_bytes_max);
    const std::size_t first = text.find('?', 2);
    if (first == std::string_view::npos || first + 2 >= text.size() || text[first + 2] != '?')
        return std::nullopt;
    const std::size_t end = text.find("?=", first + 3);
    if (end == std::string_view::npos) return std::nullopt;
    const char encoding = base::to_lower(text[first + 1]);
    if (encoding != 'b' && encoding != 'q') return std::nullopt;
    std::string_view charset = text.substr(2, first - 2);
    charset = charset.substr(0, charset.find('*'));
    return EncodedWord{charset, text.substr(first + 3, end - first - 3), encoding == 'b', end + 2};
}

std::string decode_q(std::string_view text) {
    std::string spaced(text);
    for (char& c : spaced) c = c == '_' ? ' ' : c;
    return decode_quoted_printable(spaced);
}

}  // namespace

std::string decode_base64(std::string_view text) {
    std::string out;
    out.reserve(text.size() / 4 * 3 + 3);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const std::int8_t digit = base64_digits[static_cast<unsigned char>(c)];
        if (digit == no_digit) continue;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out += static_cast<char>(bits >> count & 0xff);
    }
    return out;
}

std::string decode_quoted_printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t escape = std::min(text.find('=', at), text.size());
        out += text.substr(at, escape - at);
        at = escape;
        if (at == text.size()) break;
        const std::size_t skipped = soft_break(text.substr(at + 1));
        if (const auto byte = hex_pair(text.substr(at + 1, 2))) {
            out += *byte;
            at += 3;
        } else if (skipped > 0) {
            at += 1 + skipped;
        } else {
            out += text[at++];
        }
    }
    return out;
}

std::string decode_words(std::string field, const CharsetReader& others) {
    const std::string_view value = field;
    // A word that has no end is looked for only once.
    bool has_end = value.find("=?") != std::string_view::npos;
    if (!has_end && base::is_utf8(value)) return field;
    std::string out;
    std::size_t last_word_end = std::string::npos;
    for (std::size_t at = 0; at < value.size();) {
        if (has_end && value.substr(at).starts_with("=?")) {
            if (const auto word = read_word(value.substr(at))) {
                if (last_word_end != std::string::npos) out.resize(last_word_end);
                const std::string bytes =
                    word->is_base64 ? decode_base64(word->text) : decode_q(word->text);
                out += to_utf8(bytes, word->charset, others);
                last_word_end = out.size();
                at += word->size;
                continue;
            }
            has_end = value.find("?=", at + 2) != std::string_view::npos;
        }
        if (!base::is_space(value[at])) last_word_end = std::string::npos;
        out += value[at++];
    }
    return base::is_utf8(out) ? out : to_utf8(out, {}, others);
}

}  // namespace turnaway::bounce
