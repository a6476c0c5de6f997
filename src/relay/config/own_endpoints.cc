#include "relay/config/own_endpoints.h"

#include <algorithm>

namespace turnaway::relay {

route::RouteSettings route_settings(const Config& config, const OwnEndpoints& places) {
    route::RouteSettings settings;
    settings.our_names.push_back(config.hostname());
    for (const auto& name : config.relay.own_names) settings.our_names.push_back(name);
    settings.loopback_allowed = config.delivery.is_loopback_allowed();
    settings.private_refused = config.delivery.private_hosts == PrivateHosts::refuse;

    auto& ours = settings.our_addresses;
    ours = config.relay.own_addresses;
    const auto add = [&](const route::IpAddress& address) {
        if (address.is_unspecified() || (address.is_loopback() && !settings.loopback_allowed)) {
            return;
        }
        if (std::ranges::find(ours, address) == ours.end()) ours.push_back(address);
    };
    for (const auto& endpoint : places.listening) {
        if (endpoint.port != config.delivery.port) continue;
        if (endpoint.address) {
            add(*endpoint.address);
            continue;
        }
        for (const auto& address : places.interfaces) add(address);
        // All of 127.0.0.0/8 leads here, not only 127.0.0.1.
        settings.all_loopback_is_ours = settings.loopback_allowed;
    }
    return settings;
}

}  // namespace turnaway::relay
