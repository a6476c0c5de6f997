// Table: rows in columns under a head, for people.
//
// Column widths are those of the rows added so far; the last column is ragged. A cell wider than
// cell_columns_max shifts only the rest of its own row.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/common/colours.h"

namespace turnaway::cli {

class Table {
  public:
    explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    // Writes the rows added since the last call; the head only once and only above rows.
    void write(std::string& out, const Colours& colours);

  private:
    static constexpr std::size_t cell_columns_max = 48;

    std::vector<std::vector<std::string>> rows_;
    std::vector<std::size_t> widths_ = {};
    bool has_head_ = true;  // not yet written
};

}  // namespace turnaway::cli
