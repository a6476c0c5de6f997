#include "cli/doctor/postfix_settings.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace turnaway::cli {

namespace {

constexpr std::string_view separators = ", \t\r\n";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(separators);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(separators) - first + 1);
}

// The next word, or what is between braces; empty at the end.
std::string_view take_word(std::string_view& list, bool& is_braced) {
    const auto first = std::min(list.find_first_not_of(separators), list.size());
    list.remove_prefix(first);
    is_braced = list.starts_with('{');
    const auto end = is_braced ? list.find('}') : list.find_first_of(separators);
    const auto word = list.substr(0, end);
    list.remove_prefix(std::min(list.size(), word.size() + (is_braced ? 1 : 0)));
    return is_braced ? word.substr(1) : word;
}

// `inet:127.0.0.1:10040, timeout=4s, default_action=DUNNO`
PostfixClient read_client(std::string_view text) {
    PostfixClient client;
    while (!trimmed(text).empty()) {
        const auto comma = std::min(text.find(','), text.size());
        const auto part = trimmed(text.substr(0, comma));
        text.remove_prefix(std::min(text.size(), comma + 1));
        const auto equals = part.find('=');
        if (client.place.empty()) {
            client.place = part;
        } else if (equals != std::string_view::npos) {
            client.settings.emplace(trimmed(part.substr(0, equals)),
                                    trimmed(part.substr(equals + 1)));
        }
    }
    return client;
}

}  // namespace

PostfixSettings::PostfixSettings(std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(text.size(), end + 1));
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        const auto name = trimmed(line.substr(0, equals));
        if (name.empty() || name.contains(' ')) continue;
        values_.insert_or_assign(std::string(name), std::string(trimmed(line.substr(equals + 1))));
    }
}

std::string PostfixSettings::value(const std::string& name, std::string_view usual) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string(usual) : found->second;
}

std::map<std::string, std::string> PostfixSettings::overrides(std::string_view name) const {
    std::map<std::string, std::string> found;
    for (const auto& [key, value] : values_) {
        const auto slash = key.rfind('/');
        if (slash == std::string::npos || key.substr(slash + 1) != name) continue;
        found.emplace(key.substr(0, slash), value);
    }
    return found;
}

bool PostfixSettings::is_chrooted(const std::string& service) const {
    return value(service + "/chroot") == "y";
}

std::vector<Restriction> read_restrictions(std::string_view list) {
    std::vector<Restriction> found;
    bool is_braced = false;
    for (auto word = take_word(list, is_braced); !word.empty(); word = take_word(list, is_braced)) {
        Restriction restriction{.name = std::string(word)};
        if (word == "check_policy_service") {
            const auto place = take_word(list, is_braced);
            restriction.client =
                is_braced ? read_client(place) : PostfixClient{std::string(place), {}};
        }
        found.push_back(std::move(restriction));
    }
    return found;
}

std::vector<PostfixClient> read_milters(std::string_view list) {
    std::vector<PostfixClient> found;
    bool is_braced = false;
    for (auto word = take_word(list, is_braced); !word.empty(); word = take_word(list, is_braced)) {
        found.push_back(is_braced ? read_client(word) : PostfixClient{std::string(word), {}});
    }
    return found;
}

}  // namespace turnaway::cli
