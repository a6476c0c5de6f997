// One value of the configuration: from TOML to the type of its key.
//
// Only this file and reader.cc use TOML. A wrong value is a phrase that follows the name of the
// key: `must be a number from 1 to 65535, not the number 70000`.
#pragma once

// toml++ 3.3 asserts that `[#` cannot occur, but a text may contain it; without the assertion its
// parser reaches its regular error for it.
#define TOML_ASSERT(condition) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <string_view>

#include "settings/key.h"
#include "settings/slot.h"

namespace turnaway::settings {

[[nodiscard]] Stored store_value(const Key& key, const toml::node& node, const Slot& slot);
// One key of a section whose keys the user chooses.
[[nodiscard]] Stored store_made_up(const Key& key, std::string_view made_up, const toml::node& node,
                                   const MadeUpSlot& slot);

}  // namespace turnaway::settings
