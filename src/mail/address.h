// Address: a mailbox, owned and comparable (RFC 5321 section 4.1.2, RFC 6531 section 3.3).
//
// The local-part is kept with the minimal quoting, as section 4.1.2 wants it sent, so
// `"a"@x.example` and `a@x.example` are one address; its letters and its case are never changed
// (section 2.4), so it is compared octet by octet. The domain is compared without case. A domain in
// U-labels is kept as A-labels, which RFC 6531 lets us send as well: only a local-part beyond ASCII
// makes an address need SMTPUTF8. Whether the mailbox exists is not checked here.
#pragma once

#include <compare>
#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include "mail/address_literal.h"
#include "mail/address_syntax.h"
#include "mail/domain.h"

namespace turnaway::mail {

class Address {
  public:
    using Host = std::variant<Domain, AddressLiteral>;

    // `local@domain`, nothing around it. Refused unless it fits into a path, also in its ASCII
    // form.
    [[nodiscard]] static std::expected<Address, AddressError> parse(std::string_view text);
    // From the result of scan_address or scan_path. A `<postmaster>` without a domain is refused
    // with AddressError::domain_empty: the caller knows the intended domain.
    [[nodiscard]] static std::expected<Address, AddressError> make(const AddressParts& parts);

    // As sent on the wire, quoted if necessary.
    const std::string& local_part() const { return local_; }
    // Without quotes and backslashes.
    std::string local_part_unquoted() const;
    const Host& host() const { return host_; }
    // Null when the host is an address literal; valid as long as this object.
    const Domain* domain() const { return std::get_if<Domain>(&host_); }
    const AddressLiteral* literal() const { return std::get_if<AddressLiteral>(&host_); }
    // The domain, or the address literal with its brackets.
    const std::string& host_text() const {
        return std::visit([](const auto& host) -> const std::string& { return host.text(); },
                          host_);
    }

    // As sent on the wire, without angle brackets; ASCII unless needs_smtputf8(). At most 254
    // octets; parse() of it gives an equal address.
    std::string text() const;
    // The original spelling, character for character: for a report's Final-Recipient. parse() of it
    // gives the same value again.
    std::string as_written() const { return written_.empty() ? text() : written_; }
    // For people: like text(), with the domain in U-labels where that is safe.
    std::string to_unicode() const;
    // The local-part is not ASCII, so the address needs hosts with SMTPUTF8.
    bool needs_smtputf8() const;

    // Whatever their original spelling.
    auto operator<=>(const Address& other) const {
        return std::tie(local_, host_) <=> std::tie(other.local_, other.host_);
    }
    bool operator==(const Address& other) const {
        return local_ == other.local_ && host_ == other.host_;
    }

  private:
    Address(std::string local, Host host) : local_(std::move(local)), host_(std::move(host)) {}
    std::string local_;
    Host host_;
    std::string written_;  // empty when it is text()
};

// The address to which reports are sent, or none (`<>`; RFC 5321 section 4.5.5).
class ReversePath {
  public:
    ReversePath() = default;  // null
    explicit ReversePath(Address address) : address_(std::move(address)) {}
    // With the angle brackets, nothing after them; a source route is dropped.
    [[nodiscard]] static std::expected<ReversePath, AddressError> parse(std::string_view text);

    bool is_null() const { return !address_; }
    // Null for the null reverse-path.
    const Address* address() const { return address_ ? &*address_ : nullptr; }
    // `<>` or `<user@example.org>`.
    std::string text() const;

    bool operator==(const ReversePath&) const = default;

  private:
    std::optional<Address> address_;
};

}  // namespace turnaway::mail

template <>
struct std::hash<turnaway::mail::Address> {
    std::size_t operator()(const turnaway::mail::Address& address) const noexcept {
        return std::hash<std::string>()(address.text());
    }
};
