#include "mail/address.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace turnaway::mail {
namespace {

// `local` has passed the scanner.
std::string unquote(std::string_view local) {
    if (!local.starts_with('"')) return std::string(local);
    const auto inside = local.substr(1, local.size() - 2);
    std::string out;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        if (inside[i] == '\\') ++i;
        out += inside[i];
    }
    return out;
}

std::string with_least_quoting(std::string_view unquoted) {
    if (is_dot_string(unquoted)) return std::string(unquoted);
    std::string out = "\"";
    for (const char c : unquoted) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

}  // namespace

std::expected<Address, AddressError> Address::parse(std::string_view text) {
    const auto parts = scan_address(text);
    if (!parts) return std::unexpected(parts.error());
    return make(*parts);
}

std::expected<Address, AddressError> Address::make(const AddressParts& parts) {
    const auto made = [&parts](auto&& host) -> std::expected<Address, AddressError> {
        const bool is_quoted = parts.local.starts_with('"');
        std::string local =
            is_quoted ? with_least_quoting(unquote(parts.local)) : std::string(parts.local);
        // A-labels can be longer than the U-labels they came from.
        if (local.size() + 1 + host.text().size() + 2 > base::limits::path_bytes_max) {
            return std::unexpected(AddressError::path_too_long);
        }
        const bool is_as_written = parts.local == local && parts.domain == host.text();
        Address address(std::move(local), std::forward<decltype(host)>(host));
        if (!is_as_written) {
            address.written_ = parts.local;
            address.written_ += '@';
            address.written_ += parts.domain;
        }
        return address;
    };
    if (parts.is_literal) {
        auto literal = AddressLiteral::parse(parts.domain);
        if (!literal) return std::unexpected(literal.error());
        return made(*std::move(literal));
    }
    if (parts.domain.empty()) return std::unexpected(AddressError::domain_empty);
    auto domain = Domain::make(parts.domain);
    if (!domain) return std::unexpected(domain.error());
    return made(*std::move(domain));
}

std::string Address::local_part_unquoted() const {
    return unquote(local_);
}

std::string Address::text() const {
    return local_ + '@' + std::visit([](const auto& host) { return host.text(); }, host_);
}

std::string Address::to_unicode() const {
    return local_ + '@' + (domain() ? domain()->to_unicode() : literal()->text());
}

bool Address::needs_smtputf8() const {
    return !std::ranges::all_of(local_, base::is_ascii);
}

std::expected<ReversePath, AddressError> ReversePath::parse(std::string_view text) {
    std::string_view rest;
    const auto path = scan_path(text, true, &rest);
    if (!path) return std::unexpected(path.error());
    if (!rest.empty()) return std::unexpected(AddressError::text_after_path);
    if (path->is_null) return ReversePath();
    auto address = Address::make(path->address);
    if (!address) return std::unexpected(address.error());
    return ReversePath(std::move(*address));
}

std::string ReversePath::text() const {
    return '<' + (address_ ? address_->text() : std::string()) + '>';
}

}  // namespace turnaway::mail
