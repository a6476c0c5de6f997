#include "settings/text.h"

#include <cstddef>
#include <utility>

#include "base/printable.h"

namespace turnaway::settings {

std::string shown(std::string_view text) {
    constexpr std::size_t bytes_max = 80;
    std::string out = "\"";
    base::append_printable(out, text, bytes_max);
    return out + '"';
}

std::expected<mail::Domain, std::string> parse_domain(std::string_view text) {
    auto domain = mail::Domain::parse(text);
    if (!domain) {
        return std::unexpected(
            shown(text) + " is not a domain name: " + std::string(mail::describe(domain.error())));
    }
    if (domain->is_root()) {
        return std::unexpected(shown(text) + " is the DNS root, not a domain name");
    }
    return *std::move(domain);
}

}  // namespace turnaway::settings
