// HostNames: hosts by name, and by a suffix: `.servers.example` is every name below
// servers.example.
#pragma once

#include <vector>

#include "mail/domain.h"

namespace turnaway::settings {

struct HostNames {
    std::vector<mail::Domain> names = {};
    std::vector<mail::Domain> suffixes = {};  // without the leading dot
    bool operator==(const HostNames&) const = default;
};

}  // namespace turnaway::settings
