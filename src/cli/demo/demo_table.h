// DemoTable: the five cases as a table, filled as they end: to whom, what turnaway does and how
// soon, and the slowest of the other servers.
//
// At wide_columns and more a case is one line; else the other servers get a line of their own.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/common/colours.h"
#include "cli/demo/demo_run.h"

namespace turnaway::cli {

class DemoTable {
  public:
    static constexpr std::size_t wide_columns = 80;

    explicit DemoTable(const Colours& colours) : colours_(colours) {}

    void add(const CaseResult& result) { results_.push_back(&result); }
    // Head and five rows, the one behind the results being under way; without line ends.
    std::vector<std::string> lines(std::size_t columns) const;
    // The row of a result alone.
    std::vector<std::string> row(std::size_t number, std::size_t columns) const;
    // Some result has the mark of a time that is shortened.
    bool has_shortened() const;

  private:
    std::vector<std::string> row_of(std::size_t index, std::string_view what,
                                    std::size_t columns) const;

    const Colours& colours_;
    std::vector<const CaseResult*> results_;
};

// `2 ms`, `1.2 s`
std::string time_text(double milliseconds);

}  // namespace turnaway::cli
