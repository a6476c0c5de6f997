#include "park/audit/dkim_key.h"

#include <algorithm>

#include "base/text.h"
#include "park/audit/tag_list.h"

namespace turnaway::park {

DkimStanding read_dkim_key(std::string_view text) {
    const TagList tags = read_tag_list(text);
    if (tags.broken) return DkimStanding::no_key;
    const auto version = tags.find("v");
    if (version && *version != "DKIM1") return DkimStanding::no_key;
    const auto key = tags.find("p");
    if (!key) return DkimStanding::no_key;
    const bool is_base64 = std::ranges::all_of(*key, [](char c) {
        return base::is_alnum(c) || base::is_space(c) || c == '+' || c == '/' || c == '=';
    });
    if (!is_base64) return DkimStanding::no_key;
    if (key->empty()) return DkimStanding::revoked;
    // `p=reject` without a version is a misplaced DMARC record; no key is that short.
    constexpr std::size_t key_letters_min = 32;
    return version || key->size() >= key_letters_min ? DkimStanding::key : DkimStanding::no_key;
}

}  // namespace turnaway::park
