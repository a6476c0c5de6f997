// Weaknesses: effects of a valid configuration that its administrator may not want: reported at the
// start, by `--check-config` and by `turnaway doctor`.
#pragma once

#include <string>
#include <vector>

#include "relay/config/config.h"

namespace turnaway::relay {

struct Weakness {
    std::string words;      // without a full stop: "[relay] networks lets ..."
    std::string fix;        // what to do, likewise
    bool is_grave = false;  // harms third parties

    std::string text() const { return words + ": " + fix; }
};

std::vector<Weakness> weaknesses_of(const Config& config);
// Of the file that it was read from: others may read a password in it.
std::vector<Weakness> weaknesses_of_file(const Config& config, const std::string& path);

}  // namespace turnaway::relay
