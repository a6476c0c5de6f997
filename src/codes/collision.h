// Collision: a code that a provider uses with another meaning than the standard.
//
// Each is a row in data/collisions.csv, with the causes in the text that show this use, and a
// source. A row is a known habit, not proof: it is the answer only where the text shows the
// provider.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "codes/text_evidence.h"

namespace turnaway::codes {

struct CollisionRow {
    CodeMatch code;
    std::string_view provider;   // "Exchange Online", "some qmail hosts"
    ProviderSet providers;       // as bits in the order of provider_names; 0: no text shows it
    CauseSet when;               // causes in the text that show this use
    bool always;                 // the provider always uses the code like this, whatever the text
    std::optional<Cause> cause;  // what the provider means; none: the cause in the text
    std::string_view meaning;    // "the recipient does not exist": part of a sentence
    Actor actor;
    Retry retry_if_permanent;
    std::string_view advice;
    std::string_view source;

    constexpr bool is_shown_by(CauseSet causes) const { return !causes.both(when).empty(); }
};

#include "codes/collisions.inc"

// The provider with this name; case and blanks at the ends are ignored.
std::optional<ProviderSet> find_provider(std::string_view name);
// The name of the first provider of a set that is not empty.
std::string_view name_of_first(ProviderSet providers);

}  // namespace turnaway::codes
