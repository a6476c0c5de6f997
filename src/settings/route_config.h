// RouteConfig: the section [route]: where mail for a domain goes instead of its MX hosts.
#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "mail/domain.h"
#include "settings/endpoint.h"
#include "settings/key.h"

namespace turnaway::settings {

struct RouteConfig {
    std::map<mail::Domain, RouteTarget> by_domain = {};
    std::optional<RouteTarget> smarthost = {};  // `*`: for every other domain

    // `domain` is the key in the file.
    [[nodiscard]] Stored store(const Key& key, std::string_view domain, std::string_view target);
    bool operator==(const RouteConfig&) const = default;
};

}  // namespace turnaway::settings
