// The fault in the text of a network that verdict::Network refuses.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace turnaway::settings {

// "has bits set after its prefix"; nothing when it is a valid network.
std::optional<std::string> network_fault(std::string_view text);

}  // namespace turnaway::settings
