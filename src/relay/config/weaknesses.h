// Weaknesses: what a correct configuration does that its administrator may not want: told at the
// start, by `--check-config` and by `turnaway doctor`.
#pragma once

#include <string>
#include <vector>

#include "relay/config/config.h"

namespace turnaway::relay {

struct Weakness {
    std::string words;      // without a full stop: "[relay] networks lets ..."
    std::string fix;        // what to do, the same
    bool is_grave = false;  // strangers suffer from it

    std::string text() const { return words + ": " + fix; }
};

std::vector<Weakness> weaknesses_of(const Config& config);

}  // namespace turnaway::relay
