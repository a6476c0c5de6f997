// ParkLook: finds names below a domain that have an address, by looking up the usual ones in DNS.
//
// A zone cannot be listed from outside, so this finds what most domains have and nothing else; a
// random name shows whether every name has an address (a wildcard). With a wildcard, an existing
// name with the same address cannot be distinguished: `www` is assumed to exist all the same.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "mail/domain.h"

namespace turnaway::cli {

struct NameLookupSettings {
    std::vector<std::string> resolvers = {};  // in libunbound's format; empty: those of the system
    std::chrono::milliseconds timeout{5000};
};

struct NamesFound {
    std::vector<std::string> names;   // relative to the domain
    bool has_wildcard = false;        // every name has an address
    std::vector<std::string> silent;  // lookup failed
};

[[nodiscard]] base::Result<NamesFound> look_up_names(const mail::Domain& domain,
                                                     const NameLookupSettings& settings);

}  // namespace turnaway::cli
