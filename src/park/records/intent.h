// Intent: the mail that a domain is meant to have. All published records and all findings of an
// audit follow from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace turnaway::park {

enum class Intent : std::uint8_t {
    none,          // neither accepts nor sends mail: a parked domain
    send_only,     // sends mail and does not accept any
    receive_only,  // accepts mail and does not send any
};

std::string_view name(Intent intent);  // "send-only"
std::optional<Intent> find_intent(std::string_view name);

}  // namespace turnaway::park
