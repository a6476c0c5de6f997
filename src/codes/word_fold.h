// WordFold: one character beyond ASCII in the form that data/phrases.csv and data/concepts.csv use.
//
// Latin letters lose their accents (é is e, ß is ss), Cyrillic ones become lower case, full-width
// forms become ASCII, and each character of Chinese, Japanese or Korean is a separate word, because
// those texts have no spaces between words. Bytes that are not UTF-8 are read as Latin-1. The
// tables come from tools/generate_text_rules.py, which folds the phrases with the same rules.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace turnaway::codes {

enum class FoldKind : std::uint8_t {
    separator,
    end_of_clause,
    ignored,  // a combining accent, an apostrophe, a byte order mark
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
