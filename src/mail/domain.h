// Domain: a domain name, owned, in the form in which names are compared and sent: lower-case ASCII,
// U-labels as A-labels, no final dot.
//
// Parsed from the text of a peer, a user or DNS, ASCII or UTF-8; libidn2 converts by IDNA2008 (RFC
// 5891 lookup, non-transitional) after the mappings of UTS 46, so that capitals, wide letters and
// the ideographic full stop are accepted. ASCII is kept: a label `xn--...` that does not decode to
// a valid U-label is still a name that DNS may have. Underscores are allowed (`_dmarc`), emoji are
// not (IDNA2008), except as the A-label. Sizes: 63 octets per label, 253 per name, the maximum in
// DNS; mail/address_syntax.h accepts the 255 of RFC 5321. Known gaps: names with other octets, and
// labels with a hyphen at an end, which DNS could have too, are refused; CONTEXTO and look-alike
// letters of two scripts are not checked.
#pragma once

#include <compare>
#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mail/address_syntax.h"

namespace turnaway::mail {

class Domain {
  public:
    // One final dot is accepted and dropped; `.` is the root. An IPv4 address is not a domain.
    [[nodiscard]] static std::expected<Domain, AddressError> parse(std::string_view text);
    // From a text that scan_domain has accepted.
    [[nodiscard]] static std::expected<Domain, AddressError> make(std::string_view text);
    static Domain root() { return Domain("."); }

    // As sent on the wire and in DNS: `xn--bcher-kva.example`, or `.`.
    const std::string& text() const { return name_; }
    // For people: `bücher.example`. A label stays an A-label unless it decodes to a valid U-label
    // that converts back to it, so nothing unprintable gets through.
    std::string to_unicode() const;

    bool is_root() const { return name_ == "."; }
    // From the leftmost on; views into this object; none for the root.
    std::vector<std::string_view> labels() const;
    // `localhost` or below it: this machine whatever DNS says (RFC 6761 section 6.3).
    bool is_localhost() const { return name_ == "localhost" || name_.ends_with(".localhost"); }
    // Without the leftmost label: the root for a single label, nothing for the root.
    std::optional<Domain> parent() const;
    // True for itself as well; every name is a subdomain of the root.
    bool is_subdomain_of(const Domain& ancestor) const;

    auto operator<=>(const Domain&) const = default;

  private:
    explicit Domain(std::string name) : name_(std::move(name)) {}
    std::string name_;
};

}  // namespace turnaway::mail

template <>
struct std::hash<turnaway::mail::Domain> {
    std::size_t operator()(const turnaway::mail::Domain& domain) const noexcept {
        return std::hash<std::string>()(domain.text());
    }
};
