#include "codes/word_fold.h"

#include "base/text.h"

namespace turnaway::codes {

namespace {

#include "codes/folds.inc"

struct Decoded {
    std::uint32_t point;
    std::uint8_t bytes;  // 0: not UTF-8
};

constexpr std::uint32_t low_six_bits = 0x3f;

Decoded decode(std::string_view rest) {
    const auto lead = static_cast<unsigned char>(rest[0]);
    const std::uint8_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    if (bytes == 0 || lead > 0xf4 || rest.size() < bytes) return {lead, 0};
    std::uint32_t point = bytes == 2 ? lead & 0x1fU : bytes == 3 ? lead & 0x0fU : lead & 0x07U;
    for (std::uint8_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(rest[i]);
        if ((next & 0xc0U) != 0x80) return {lead, 0};
        point = point << 6 | (next & low_six_bits);
    }
    return {point, bytes};
}

Folded spelled(const LatinFold& fold, std::uint8_t taken) {
    if (fold[0] == 0) return {FoldKind::separator, 0, taken, {}};
    const std::uint8_t size = fold[1] == 0 ? 1 : 2;
    return {FoldKind::letters, size, taken, {fold[0], fold[1]}};
}

Folded as_two_bytes(std::uint32_t point) {
    const char lead = static_cast<char>(0xc0U | point >> 6);
    const char next = static_cast<char>(0x80U | (point & low_six_bits));
    return {FoldKind::letters, 2, 2, {lead, next}};
}

constexpr std::uint32_t cyrillic_lower(std::uint32_t point) {
    if (point >= 0x410 && point <= 0x42f) return point + 0x20;
    if (point >= 0x400 && point <= 0x40f) point += 0x50;
    return point == 0x451 ? 0x435 : point;  // ё is often written as е
}

Folded fold_ascii(char c, std::uint8_t taken) {
    if (base::is_alnum(c)) return {FoldKind::letters, 1, taken, {base::to_lower(c)}};
    const bool ends = c == '.' || c == '!' || c == '?' || c == ';';
    return {ends ? FoldKind::end_of_clause : FoldKind::separator, 0, taken, {}};
}

constexpr bool is_ignored(std::uint32_t point) {
    return (point >= 0x300 && point <= 0x36f) || point == 0xad || point == 0x2bc ||
           point == 0x2018 || point == 0x2019 || (point >= 0x200b && point <= 0x200d) ||
           point == 0xfeff;
}

// Kana, Chinese characters, Korean syllables.
constexpr bool is_word(std::uint32_t point) {
    return (point >= 0x3041 && point <= 0x30ff) || (point >= 0x3400 && point <= 0x9fff) ||
           (point >= 0xac00 && point <= 0xd7a3);
}

}  // namespace

Folded fold(std::string_view rest) {
    const auto [point, bytes] = decode(rest);
    if (bytes == 0) {
        if (point < latin_first) return {FoldKind::separator, 0, 1, {}};
        return spelled(latin_folds[point - latin_first], 1);
    }
    if (is_ignored(point)) return {FoldKind::ignored, 0, bytes, {}};
    if (point >= latin_first && point < latin_first + latin_folds.size()) {
        return spelled(latin_folds[point - latin_first], bytes);
    }
    if (point >= vietnamese_first && point < vietnamese_first + vietnamese_folds.size()) {
        return spelled(vietnamese_folds[point - vietnamese_first], bytes);
    }
    if (point >= 0x400 && point <= 0x52f) return as_two_bytes(cyrillic_lower(point));
    if (point >= 0xff01 && point <= 0xff5e) {
        return fold_ascii(static_cast<char>(point - 0xff01 + '!'), bytes);
    }
    if (point == 0x3002) return {FoldKind::end_of_clause, 0, bytes, {}};
    const bool is_punctuation = point < latin_first || (point >= 0x2000 && point <= 0x206f) ||
                                (point >= 0x3000 && point <= 0x303f) || bytes == 4;
    if (is_punctuation) return {FoldKind::separator, 0, bytes, {}};
    Folded kept{is_word(point) ? FoldKind::word : FoldKind::letters, bytes, bytes, {}};
    for (std::uint8_t i = 0; i < bytes; ++i) kept.bytes[i] = rest[i];
    return kept;
}

}  // namespace turnaway::codes
