#include "base/duration.h"

#include <array>

#include "base/text.h"

namespace turnaway::base {

namespace {

struct Unit {
    char letter;
    std::int64_t seconds;
};
constexpr std::array units{Unit{'d', 86400}, Unit{'h', 3600}, Unit{'m', 60}, Unit{'s', 1}};
constexpr std::uint64_t seconds_max = 10ULL * 365 * 86400;

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    std::int64_t scale = 1;
    if (!text.empty() && !is_digit(text.back())) {
        scale = 0;
        for (const Unit& unit : units) {
            if (unit.letter == text.back()) scale = unit.seconds;
        }
        if (scale == 0) return std::nullopt;
        text.remove_suffix(1);
    }
    const auto number = parse_unsigned(text, seconds_max / static_cast<std::uint64_t>(scale));
    if (!number) return std::nullopt;
    return std::chrono::seconds(static_cast<std::int64_t>(*number) * scale);
}

std::string duration_text(std::chrono::seconds duration) {
    for (const Unit& unit : units) {
        if (duration.count() != 0 && duration.count() % unit.seconds == 0) {
            return std::to_string(duration.count() / unit.seconds) + unit.letter;
        }
    }
    return "0s";
}

}  // namespace turnaway::base
