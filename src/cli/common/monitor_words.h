// MonitorWords: text for the one line of a monitoring plugin, from any source.
//
// Nagios and similar systems read 4 KiB of output and treat text after `|` as performance data. The
// text leaves room for the rest of the line, contains no `|` and no control character, and ends in
// "..." where it was cut.
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
