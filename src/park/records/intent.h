// Intent: what mail a domain is meant to have. All that is published, and all that an audit finds
// wrong, follows from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace turnaway::park {

enum class Intent : std::uint8_t {
    none,          // takes no mail and sends none: a parked domain
    send_only,     // sends mail and takes none
    receive_only,  // takes mail and sends none
};

std::string_view name(Intent intent);  // "send-only"
std::optional<Intent> find_intent(std::string_view name);

}  // namespace turnaway::park
