// Destination: what decides where a recipient's mail goes, as text: a domain, or an address literal
// with its brackets.
//
// Jobs, connections and static routes are grouped by it.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "mail/address.h"

namespace turnaway::relay {

inline std::string_view destination_of(const mail::Address& address) {
    return std::visit([](const auto& host) -> std::string_view { return host.text(); },
                      address.host());
}

}  // namespace turnaway::relay
