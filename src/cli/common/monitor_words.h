// MonitorWords: words for the one line of a monitoring plugin, whatever they come from.
//
// Nagios and its like read 4 KiB of output and take what follows `|` for figures. The words fit
// with room for the rest of the line, hold no `|` and no control character, and end in "..." where
// they were cut.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/printable.h"

namespace turnaway::cli {

inline constexpr std::size_t monitor_words_bytes_max = 3000;

inline std::string monitor_words(std::string_view text) {
    std::string words;
    base::append_printable(words, text, monitor_words_bytes_max);
    std::ranges::replace(words, '|', '/');
    return words;
}

}  // namespace turnaway::cli
