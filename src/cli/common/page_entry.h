// PageEntry: "  Label       text" on a page for a terminal, the text wrapped and indented.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cli/common/colours.h"

namespace turnaway::cli {

inline constexpr std::size_t page_columns = 90;

void append_entry(std::string& out, const Colours& colours, std::string_view label,
                  std::string_view text);

}  // namespace turnaway::cli
