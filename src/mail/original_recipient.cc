#include "mail/original_recipient.h"

#include <algorithm>
#include <cstddef>

#include "base/limits.h"
#include "base/text.h"
#include "mail/xtext.h"

namespace turnaway::mail {
namespace {

constexpr std::string_view utf8_type = "utf-8";

bool is_atom(std::string_view text) {
    return is_dot_string(text) && text.find('.') == std::string_view::npos &&
           std::ranges::all_of(text, base::is_ascii);
}

bool fits_a_parameter(std::string_view text) {
    return std::ranges::none_of(text,
                                [](char c) { return base::is_control(c) || c == ' ' || c == '='; });
}

// `utf8` is well-formed.
bool is_printable(std::string_view utf8, bool beyond_ascii) {
    for (std::size_t at = 0; at < utf8.size(); ++at) {
        if (base::is_control(utf8[at])) return false;
        if (!beyond_ascii && !base::is_ascii(utf8[at])) return false;
        // The C1 controls, U+0080 to U+009F.
        if (utf8[at] == '\xc2' && static_cast<unsigned char>(utf8[at + 1]) < 0xa0) return false;
    }
    return true;
}

}  // namespace

std::optional<OriginalRecipient> OriginalRecipient::parse(std::string_view value) {
    if (value.size() > base::limits::orcpt_bytes_max || !fits_a_parameter(value)) {
        return std::nullopt;
    }
    const auto semicolon = value.find(';');
    if (semicolon == std::string_view::npos || !is_atom(value.substr(0, semicolon))) {
        return std::nullopt;
    }
    const auto encoded = value.substr(semicolon + 1);
    OriginalRecipient recipient(std::string(value.substr(0, semicolon)), std::string(encoded));
    if (encoded.empty()) return std::nullopt;
    if (recipient.is_utf8()) {
        if (!base::is_utf8(encoded)) return std::nullopt;
    } else if (!xtext_decode(encoded)) {
        return std::nullopt;
    }
    if (!is_printable(recipient.address(), recipient.is_utf8())) return std::nullopt;
    return recipient;
}

OriginalRecipient OriginalRecipient::of(const Address& address) {
    const std::string text = address.text();
    if (!address.needs_smtputf8()) return {"rfc822", xtext_encode(text)};
    // An Address is UTF-8 without NUL, so it has this form.
    return {std::string(utf8_type), *utf8_address_encode(text, Utf8AddressForm::unitext)};
}

std::string OriginalRecipient::address() const {
    if (is_utf8()) return utf8_address_decode(encoded_).value_or(encoded_);
    return *xtext_decode(encoded_);  // parse() and of() accept nothing else
}

std::string OriginalRecipient::value(bool smtputf8_spoken) const {
    if (is_utf8() && !smtputf8_spoken && !std::ranges::all_of(encoded_, base::is_ascii)) {
        // A text that does not decode is still UTF-8, so its characters can be encoded in ASCII.
        return type_ + ';' + *utf8_address_encode(address(), Utf8AddressForm::xtext);
    }
    return type_ + ';' + encoded_;
}

bool OriginalRecipient::is_utf8() const {
    return base::equal_no_case(type_, utf8_type);
}

}  // namespace turnaway::mail
