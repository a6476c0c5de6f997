// JSON line: one value as one line of output, safe for a terminal (base/json_controls.h).
//
// Bytes that are not UTF-8 become U+FFFD.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/json_controls.h"

namespace turnaway::cli {

// Without its line end, for a row of a list.
template <class Json>
std::string json_text(const Json& value) {
    return base::with_escaped_controls(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

template <class Json>
std::string json_line(const Json& value) {
    return json_text(value) + '\n';
}

}  // namespace turnaway::cli
