// WordFold: one character beyond ASCII as the words of data/phrases.csv and data/concepts.csv have
// it.
//
// Latin letters lose their accents (é is e, ß is ss), Cyrillic ones are made lower case, full-width
// forms become ASCII, and a character of Chinese, Japanese or Korean is a word of its own, as those
// texts have no spaces between words. Bytes that are not UTF-8 are read as Latin-1. The tables come
// from tools/generate_text_rules.py, which folds the phrases themselves with the same rules.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace turnaway::codes {

enum class FoldKind : std::uint8_t {
    separator,
    end_of_clause,
    ignored,  // an accent of its own, an apostrophe, a byte order mark
    letters,  // part of a word
    word,     // a word by itself
};

struct Folded {
    FoldKind kind;
    std::uint8_t size;         // of `bytes`
    std::uint8_t bytes_taken;  // from the text
    std::array<char, 4> bytes;
};

// `rest` begins with a byte beyond ASCII.
Folded fold(std::string_view rest);

}  // namespace turnaway::codes
