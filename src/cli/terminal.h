// Terminal: whether what we print may carry colours.
//
// "auto" means: standard output is a terminal that is not dumb, and NO_COLOR is unset or empty
// (no-color.org).
#pragma once

#include <string_view>

namespace turnaway::cli {

// `choice`: auto, always or never.
bool wants_colour(std::string_view choice);

}  // namespace turnaway::cli
