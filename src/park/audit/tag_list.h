// TagList: `tag=value; tag=value`, as DMARC and DKIM records are written (RFC 6376 section 3.2).
//
// Spaces around tags and values are removed; the order is kept. A part that is not tag=value is
// kept as broken.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace turnaway::park {

struct TagList {
    std::vector<std::pair<std::string_view, std::string_view>> tags = {};  // views into the text
    std::optional<std::string_view> broken = {};                           // the first such part
    std::optional<std::string_view> repeated = {};  // the name of the first repeated tag

    // The first value of that tag, without regard to case; nothing if there is none.
    std::optional<std::string_view> find(std::string_view tag) const;
};

TagList read_tag_list(std::string_view text);

}  // namespace turnaway::park
