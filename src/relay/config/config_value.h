// One value of the configuration: from what TOML says to what the row of the table wants.
//
// The only other file that sees TOML is config.cc. A wrong value is told as a phrase without place:
// `70000 is out of range`.
#pragma once

// toml++ 3.3 asserts that `[#` cannot come, and a text may have it; without the assertion its
// parser goes on to the error it has for it.
#define TOML_ASSERT(condition) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <expected>
#include <string>
#include <string_view>

#include "relay/config/config_schema.h"

namespace turnaway::relay {

using Stored = std::expected<void, std::string>;

Stored store_value(const Row& row, const toml::node& node, Config& config);
// One key of [route].
Stored store_route(std::string_view domain, const toml::node& node, RouteConfig& routes);

}  // namespace turnaway::relay
