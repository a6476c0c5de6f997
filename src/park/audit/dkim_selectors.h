// DkimSelectors: the names under which DKIM keys are often left behind (data/dkim-selectors.csv).
#pragma once

#include <span>
#include <string_view>

namespace turnaway::park {

struct DkimSelector {
    std::string_view name;     // "selector1"
    std::string_view used_by;  // "Microsoft 365"
};

std::span<const DkimSelector> dkim_selectors();

}  // namespace turnaway::park
