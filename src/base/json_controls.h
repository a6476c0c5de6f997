// JsonControls: the last step of every JSON writer that does not use base/printable.h itself.
//
// JSON allows DEL, C1 controls and direction marks unescaped, and a terminal obeys them. Here they
// become \u escapes, as in the log. `json` is finished JSON: outside its strings it is all ASCII,
// so nothing else changes.
#pragma once

#include <string>
#include <string_view>

#include "base/printable.h"
#include "base/text.h"

namespace turnaway::base {

inline std::string with_escaped_controls(std::string_view json) {
    std::string safe;
    safe.reserve(json.size());
    while (!json.empty()) {
        std::size_t plain = 0;
        while (plain < json.size() && is_ascii(json[plain]) && json[plain] != 0x7f) ++plain;
        safe += json.substr(0, plain);
        json.remove_prefix(plain);
        if (json.empty()) break;
        const std::size_t bytes = json[0] == 0x7f ? 1 : utf8_sequence_bytes(json);
        append_json_text(safe, json.substr(0, bytes == 0 ? 1 : bytes));
        json.remove_prefix(bytes == 0 ? 1 : bytes);
    }
    return safe;
}

}  // namespace turnaway::base
