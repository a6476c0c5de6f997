// Salvage: reads the rows of a damaged database, as far as SQLite returns them.
//
// Rows before and after an unreadable part are read: from both ends first, then in ever smaller
// parts between, up to a maximum. Nothing is written. Only recovery.cc uses it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/result.h"
#include "spool/sqlite/database.h"

namespace turnaway::spool {

struct Salvaged {
    std::size_t rows = 0;
    std::size_t gaps = 0;  // parts that could not be read
};

// The row's views are valid during the call only. `file` is a copy.
[[nodiscard]] base::Result<Salvaged> salvage_rows(
    const std::string& file, const std::function<void(const MessageRow&)>& each);

}  // namespace turnaway::spool
