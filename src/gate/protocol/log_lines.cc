#include "gate/protocol/log_lines.h"

namespace turnaway::gate {

void LogLines::add(std::string_view bytes) {
    splitter_.add(bytes, [this](std::string_view line, bool is_cut) { pass_on(line, is_cut); });
}

void LogLines::end() {
    splitter_.end([this](std::string_view line, bool is_cut) { pass_on(line, is_cut); });
}

void LogLines::pass_on(std::string_view line, bool is_cut) {
    if (!is_cut) take_(line);
}

}  // namespace turnaway::gate
