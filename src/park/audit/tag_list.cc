#include "park/audit/tag_list.h"

#include <algorithm>

#include "base/text.h"

namespace turnaway::park {
namespace {

bool is_tag(std::string_view name) {
    return !name.empty() && base::is_alpha(name[0]) &&
           std::ranges::all_of(name, [](char c) { return base::is_alnum(c) || c == '_'; });
}

// A value of visible ASCII and spaces; a second `=` only in base64 and addresses, as in these
// records.
bool is_value(std::string_view value) {
    return std::ranges::all_of(value,
                               [](char c) { return base::is_space(c) || (c > 0x20 && c < 0x7f); });
}

}  // namespace

std::optional<std::string_view> TagList::find(std::string_view tag) const {
    for (const auto& [name, value] : tags) {
        if (base::equal_no_case(name, tag)) return value;
    }
    return std::nullopt;
}

TagList read_tag_list(std::string_view text) {
    TagList list;
    while (!text.empty()) {
        const std::string_view raw = text.substr(0, text.find(';'));
        text.remove_prefix(std::min(text.size(), raw.size() + 1));
        const std::string_view part = base::trim(raw);
        if (part.empty()) continue;
        const auto equals = part.find('=');
        const std::string_view name = base::trim(part.substr(0, equals));
        const std::string_view value =
            equals == std::string_view::npos ? "" : base::trim(part.substr(equals + 1));
        if (equals == std::string_view::npos || !is_tag(name) || !is_value(value)) {
            if (!list.broken) list.broken = part;
            continue;
        }
        if (!list.repeated && list.find(name)) list.repeated = name;
        list.tags.emplace_back(name, value);
    }
    return list;
}

}  // namespace turnaway::park
