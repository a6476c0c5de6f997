// Control JSON: pieces that several answers over the control socket share.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/time_text.h"
#include "queue/message.h"

namespace turnaway::relay {

using Json = nlohmann::ordered_json;  // keys keep the order in which they were added

// On one line, with its newline. Bytes that are not UTF-8 become U+FFFD.
std::string line_of(const Json& json);
using base::time_text;
Json attempt_json(const queue::Attempt& attempt);

}  // namespace turnaway::relay
