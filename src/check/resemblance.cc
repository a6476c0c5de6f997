#include "check/resemblance.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace turnaway::check {
namespace {

#include "check/mail_providers.inc"

// Shorter names resemble too many others to be suggested.
constexpr std::size_t suggested_bytes_min = 9;
constexpr std::size_t long_name_bytes = 11;

bool is_provider(std::string_view domain) {
    return std::ranges::any_of(mail_providers, [&](std::string_view known) {
        return domain == known || (domain.size() > known.size() && domain.ends_with(known) &&
                                   domain[domain.size() - known.size() - 1] == '.');
    });
}

}  // namespace

std::size_t typing_distance(std::string_view one, std::string_view other, std::size_t most) {
    const std::size_t gap = std::max(one.size(), other.size()) - std::min(one.size(), other.size());
    if (gap > most) return most + 1;
    const std::size_t width = other.size() + 1;
    // Three rows of the table of prefix distances: two before, one before, current.
    std::array<std::vector<std::size_t>, 3> rows;
    rows.fill(std::vector<std::size_t>(width));
    for (std::size_t j = 0; j < width; ++j) rows[1][j] = j;
    for (std::size_t i = 1; i <= one.size(); ++i) {
        auto& [two_before, before, now] = rows;
        now[0] = i;
        for (std::size_t j = 1; j < width; ++j) {
            const std::size_t change = one[i - 1] == other[j - 1] ? 0 : 1;
            now[j] = std::min({before[j] + 1, now[j - 1] + 1, before[j - 1] + change});
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) {
                now[j] = std::min(now[j], two_before[j - 2] + 1);
            }
        }
        std::ranges::rotate(rows, rows.begin() + 1);
    }
    return std::min(rows[1].back(), most + 1);
}

std::string_view resembled_provider(std::string_view domain) {
    if (is_provider(domain)) return {};
    std::string_view best;
    std::size_t best_distance = 3;
    for (const std::string_view known : mail_providers) {
        if (known.size() < suggested_bytes_min) continue;
        const std::size_t most = known.size() >= long_name_bytes ? 2 : 1;
        const std::size_t distance = typing_distance(domain, known, most);
        if (distance > most || distance >= best_distance) continue;
        best = known;
        best_distance = distance;
    }
    return best;
}

}  // namespace turnaway::check
