// Endpoint: an address to listen on or to dial, as typed: `127.0.0.1:2525`, `[::1]:2525`, `:25`.
//
// Addresses only: a name would need DNS before anything works. Without an address it means every
// address of the machine. With port 0 the system chooses one. Refused: a missing port, a zone, an
// IPv6 address without brackets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "route/ip_address.h"

namespace turnaway::io {

struct Endpoint {
    std::optional<route::IpAddress> address;
    std::uint16_t port = 0;

    std::string text() const;
    bool operator==(const Endpoint&) const = default;
};

// The error contains the text and the valid forms.
[[nodiscard]] base::Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace turnaway::io
