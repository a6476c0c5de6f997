// Fields of a log line: the text between two marks, durations, numbers. Pure, without allocation.
#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace turnaway::bounce {

// The text after `mark` up to `end`, or up to the end of the text; empty without the mark.
inline std::string_view field_after(std::string_view text, std::string_view mark,
                                    std::string_view end) {
    const std::size_t at = text.find(mark);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + mark.size());
    return text.substr(0, text.find(end));
}

inline bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

// "1.25"; nothing for anything else.
inline std::optional<double> number_of(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

// "mx.example.org[192.0.2.1]:25", "mx.example.org. [192.0.2.1]", "mx.example.org (192.0.2.1)".
inline std::string_view host_name(std::string_view text) {
    text = base::trim(text.substr(0, text.find_first_of("[(")));
    if (text.ends_with('.')) text.remove_suffix(1);
    return text == "none" || text == "-" ? std::string_view() : text;
}

}  // namespace turnaway::bounce
