// Protocol: the protocols in which mail servers ask, each with the maker of its sessions.
//
// A new protocol is one value and one row of the table in protocol.cc.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "gate/protocol/session.h"

namespace turnaway::gate {

enum class Protocol : std::uint8_t { policy, milter, line, filter };
inline constexpr std::array all_protocols{Protocol::policy, Protocol::milter, Protocol::line,
                                          Protocol::filter};

// "policy": the key of its listeners, the name of its socket in the unit, a label of metrics.
std::string_view name(Protocol protocol);
std::optional<Protocol> protocol_of(std::string_view name);

struct SessionSettings {
    bool adds_headers = false;  // some verdict is tagged
};
std::unique_ptr<Session> make_session(Protocol protocol, const SessionSettings& settings);

}  // namespace turnaway::gate
