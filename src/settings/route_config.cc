#include "settings/route_config.h"

#include <string>
#include <utility>

#include "settings/text.h"

namespace turnaway::settings {

Stored RouteConfig::store(const Key& key, std::string_view domain, std::string_view target) {
    auto parsed = parse_route_target(target);
    if (!parsed) {
        return std::unexpected("must be " + key.kind() + ", not the string " + shown(target) +
                               "; for example " + key.examples());
    }
    if (domain == "*") {
        smarthost = *std::move(parsed);
        return {};
    }
    auto name = parse_domain(domain);
    if (!name) return std::unexpected(name.error());
    if (!by_domain.emplace(*std::move(name), *std::move(parsed)).second) {
        return std::unexpected("this domain is set twice; remove one of the lines");
    }
    return {};
}

}  // namespace turnaway::settings
