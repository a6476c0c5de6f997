#include "cli/common/table.h"

#include <algorithm>
#include <utility>

#include "cli/common/fitted_text.h"

namespace turnaway::cli {

void Table::write(std::string& out, const Colours& colours) {
    if (rows_.empty() || (has_head_ && rows_.size() == 1)) return;
    for (const auto& row : rows_) {
        widths_.resize(std::max(widths_.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths_[i] = std::max(widths_[i], std::min(columns_of(row[i]), cell_columns_max));
        }
    }
    for (const auto& row : rows_) {
        const bool is_head = std::exchange(has_head_, false);
        if (is_head) out += colours.label;
        for (std::size_t i = 0; i < row.size(); ++i) {
            out += row[i];
            if (i + 1 == row.size()) continue;
            out.append(widths_[i] - std::min(columns_of(row[i]), widths_[i]) + 2, ' ');
        }
        if (is_head) out += colours.off;
        out += '\n';
    }
    rows_.clear();
}

}  // namespace turnaway::cli
