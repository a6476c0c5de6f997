#include "settings/nearest_word.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"

namespace turnaway::settings {

namespace {

constexpr std::size_t letters_max = 64;
using Line = std::array<std::size_t, letters_max + 1>;

// The number of letters to add, drop, change or swap with the next.
std::size_t distance(std::string_view a, std::string_view b) {
    Line before_last{};
    Line last{};
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        Line now{};
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = base::to_lower(a[i - 1]) == base::to_lower(b[j - 1]) ? 0 : 1;
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = std::min(now[j], before_last[j - 2] + 1);
            }
        }
        before_last = last;
        last = now;
    }
    return last[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest_word(std::string_view typed,
                                             std::span<const std::string_view> words) {
    if (typed.empty() || typed.size() > letters_max) return std::nullopt;
    std::optional<std::string_view> best;
    // A third of the letters may be wrong.
    std::size_t best_distance = std::max<std::size_t>(typed.size() / 3, 1) + 1;
    for (const std::string_view word : words) {
        if (word.size() > letters_max) continue;
        const std::size_t steps = distance(typed, word);
        if (steps < best_distance) {
            best = word;
            best_distance = steps;
        }
    }
    return best;
}

}  // namespace turnaway::settings
