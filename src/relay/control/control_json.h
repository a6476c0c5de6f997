// Control JSON: pieces that several answers over the control socket share.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "queue/message.h"

namespace turnaway::relay {

using Json = nlohmann::ordered_json;  // keys keep the order in which they were added

// On one line, with its newline. Bytes that are not UTF-8 become U+FFFD.
std::string line_of(const Json& json);
// `2026-11-25T09:44:38Z`.
std::string time_text(std::chrono::sys_seconds time);
Json attempt_json(const queue::Attempt& attempt);

}  // namespace turnaway::relay
