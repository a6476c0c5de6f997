// AddressLiteral: an IP address, or another tagged address, instead of a domain (RFC 5321 section
// 4.1.3).
//
// Owned and canonical, so that two spellings of one address are equal: IPv6 as in RFC 5952, tags in
// lower case except `IPv6`. The content of other tags is unchanged: none was ever registered.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "mail/address_syntax.h"

namespace turnaway::mail {

class AddressLiteral {
  public:
    enum class Kind : std::uint8_t { ipv4, ipv6, general };

    // With its brackets.
    [[nodiscard]] static std::expected<AddressLiteral, AddressError> parse(std::string_view text);

    Kind kind() const { return kind_; }
    // With brackets and tag: `[IPv6:2001:db8::1]`.
    const std::string& text() const { return text_; }
    // Without brackets and tag: `2001:db8::1`. A view into this value.
    std::string_view content() const;

    auto operator<=>(const AddressLiteral&) const = default;

  private:
    AddressLiteral(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}
    Kind kind_;
    std::string text_;
};

}  // namespace turnaway::mail

template <>
struct std::hash<turnaway::mail::AddressLiteral> {
    std::size_t operator()(const turnaway::mail::AddressLiteral& literal) const noexcept {
        return std::hash<std::string>()(literal.text());
    }
};
