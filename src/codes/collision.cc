#include "codes/collision.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "base/text.h"

namespace turnaway::codes {

namespace {

constexpr bool rows_are_sound() {
    return std::ranges::all_of(collision_rows, [](const CollisionRow& row) {
        return !row.when.empty() && !row.provider.empty() && !row.meaning.empty() &&
               !row.advice.empty() && !row.source.empty();
    });
}

static_assert(rows_are_sound(), "data/collisions.csv: a field is empty");
static_assert(provider_names.size() <= 40, "a record's key holds 40 providers");

}  // namespace

std::optional<ProviderSet> find_provider(std::string_view name) {
    name = base::trim(name);
    for (std::size_t i = 0; i < provider_names.size(); ++i) {
        if (base::equal_no_case(provider_names[i], name)) return ProviderSet{1} << i;
    }
    return std::nullopt;
}

std::string_view name_of_first(ProviderSet providers) {
    TURNAWAY_CHECK(providers != 0);
    return provider_names[static_cast<std::size_t>(std::countr_zero(providers))];
}

}  // namespace turnaway::codes
