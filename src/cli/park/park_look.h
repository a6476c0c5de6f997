// ParkLook: which names below a domain have an address, by asking DNS for the usual ones.
//
// Nobody can list a zone from outside, so this finds what most domains have and nothing else; a
// name by chance shows whether every name has an address (a wildcard). With a wildcard, a name of
// its own that has the same address looks like any other: `www` is taken for one all the same.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "mail/domain.h"

namespace turnaway::cli {

struct LookSettings {
    std::vector<std::string> resolvers =
        {};  // as libunbound takes them; empty: those of the system
    std::chrono::milliseconds timeout{5000};
};

struct NamesFound {
    std::vector<std::string> names;   // relative to the domain
    bool has_wildcard = false;        // every name has an address
    std::vector<std::string> silent;  // DNS could not say, now
};

[[nodiscard]] base::Result<NamesFound> look_for_names(const mail::Domain& domain,
                                                      const LookSettings& settings);

}  // namespace turnaway::cli
