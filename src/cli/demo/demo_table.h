// DemoTable: the five cases as a table, filled as they end: the recipient, what turnaway does and
// how soon, and the slowest of the other servers.
//
// At wide_columns and more a case is one line; otherwise the other servers have a separate line.
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
    // Head and five rows; the row after the results is the case in progress; without line ends.
    std::vector<std::string> lines(std::size_t columns) const;
    // Only the row of one result.
    std::vector<std::string> row(std::size_t number, std::size_t columns) const;
    // Whether some result has the mark of a shortened time.
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
