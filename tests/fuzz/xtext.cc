// Invariants of xtext, of the two forms of the utf-8 address type and of ORCPT, for any bytes:
// - any octets encoded and decoded are themselves, and the encoding is printable ASCII without `=`;
// - what decodes, encoded and decoded again, is the same;
// - a utf-8 address exists for just the UTF-8 texts without NUL; its xtext form is ASCII, and both
//   forms decode to it; what decodes is UTF-8;
// - an ORCPT that is taken is passed on as it came, can be said in ASCII, and shows no control.
#include "mail/xtext.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "mail/original_recipient.h"

namespace {

namespace base = turnaway::base;
namespace mail = turnaway::mail;
using mail::Utf8AddressForm;

bool fits_a_parameter(std::string_view text) {
    return std::ranges::none_of(text,
                                [](char c) { return base::is_control(c) || c == ' ' || c == '='; });
}

void check_utf8_forms(std::string_view address) {
    const bool exists =
        !address.empty() && base::is_utf8(address) && address.find('\0') == std::string_view::npos;
    for (const auto form : {Utf8AddressForm::xtext, Utf8AddressForm::unitext}) {
        const auto encoded = mail::utf8_address_encode(address, form);
        TURNAWAY_CHECK(encoded.has_value() == exists);
        if (!encoded) continue;
        TURNAWAY_CHECK(fits_a_parameter(*encoded));
        TURNAWAY_CHECK(encoded->find('+') == std::string::npos);
        TURNAWAY_CHECK(form == Utf8AddressForm::unitext ||
                       std::ranges::all_of(*encoded, base::is_ascii));
        TURNAWAY_CHECK(mail::utf8_address_decode(*encoded) == address);
    }
}

void check_original_recipient(std::string_view value) {
    const auto original = mail::OriginalRecipient::parse(value);
    if (!original) return;
    TURNAWAY_CHECK(original->value(true) == value && fits_a_parameter(value));
    TURNAWAY_CHECK(std::ranges::none_of(original->address(), base::is_control));
    const std::string ascii = original->value(false);
    TURNAWAY_CHECK(fits_a_parameter(ascii) && std::ranges::all_of(ascii, base::is_ascii));
    if (const auto again = mail::OriginalRecipient::parse(ascii)) {
        TURNAWAY_CHECK(again->address() == original->address());
    } else {
        TURNAWAY_CHECK(ascii.size() > base::limits::orcpt_bytes_max);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string encoded = mail::xtext_encode(input);
    TURNAWAY_CHECK(fits_a_parameter(encoded) && std::ranges::all_of(encoded, base::is_ascii));
    TURNAWAY_CHECK(encoded.size() >= size && encoded.size() <= 3 * size);
    TURNAWAY_CHECK(mail::xtext_decode(encoded) == input);
    if (const auto decoded = mail::xtext_decode(input)) {
        TURNAWAY_CHECK(decoded->size() <= size);
        TURNAWAY_CHECK(mail::xtext_decode(mail::xtext_encode(*decoded)) == *decoded);
    }
    check_utf8_forms(input);
    check_original_recipient(input);
    if (const auto decoded = mail::utf8_address_decode(input)) {
        TURNAWAY_CHECK(base::is_utf8(*decoded) && decoded->size() <= size);
        check_utf8_forms(*decoded);
    }
    return 0;
}
