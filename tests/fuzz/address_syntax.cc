// Invariants of the address scanners, for any bytes:
// - nothing is read outside the input, and what is returned lies inside it;
// - local-part, domain and path keep their limits; `rest` is empty or begins with a space;
// - is_quoted, is_literal and needs_smtputf8 say what the bytes say;
// - the parts put together again scan to the same parts, as address and as path;
// - a refused path leaves `rest` alone, and every error has a sentence.
#include "mail/address_syntax.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"

namespace {

using turnaway::mail::AddressParts;
namespace base = turnaway::base;
namespace limits = turnaway::base::limits;
namespace mail = turnaway::mail;

bool lies_inside(std::string_view part, std::string_view whole) {
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

bool same(const AddressParts& a, const AddressParts& b) {
    return a.local == b.local && a.domain == b.domain && a.is_quoted == b.is_quoted &&
           a.is_literal == b.is_literal && a.needs_smtputf8 == b.needs_smtputf8;
}

void check_parts(const AddressParts& parts, std::string_view whole) {
    TURNAWAY_CHECK(lies_inside(parts.local, whole));
    TURNAWAY_CHECK(lies_inside(parts.domain, whole));
    TURNAWAY_CHECK(!parts.local.empty() && parts.local.size() < whole.size());
    TURNAWAY_CHECK(!parts.domain.empty() && parts.domain.size() <= limits::domain_bytes_max);
    TURNAWAY_CHECK(parts.is_quoted == parts.local.starts_with('"'));
    TURNAWAY_CHECK(parts.is_literal == parts.domain.starts_with('['));

    const std::string address = std::string(parts.local) + '@' + std::string(parts.domain);
    TURNAWAY_CHECK(parts.needs_smtputf8 == !std::ranges::all_of(address, base::is_ascii));
    TURNAWAY_CHECK(std::ranges::none_of(address, base::is_control));
    TURNAWAY_CHECK(base::is_utf8(address));
    const auto again = mail::scan_address(address);
    TURNAWAY_CHECK(again && same(*again, parts));
    std::string_view rest;
    const std::string path = '<' + address + "> X";
    const auto in_path = mail::scan_path(path, true, &rest);
    TURNAWAY_CHECK(in_path && !in_path->is_null && same(in_path->address, parts));
    TURNAWAY_CHECK(rest == " X");
}

void check_path(std::string_view input, bool allow_null) {
    std::string_view rest = input;
    const auto path = mail::scan_path(input, allow_null, &rest);
    if (!path) {
        TURNAWAY_CHECK(rest.data() == input.data() && rest.size() == input.size());
        TURNAWAY_CHECK(!mail::describe(path.error()).empty());
        return;
    }
    TURNAWAY_CHECK(rest.empty() || rest.starts_with(' '));
    TURNAWAY_CHECK(input.ends_with(rest));
    TURNAWAY_CHECK(input.size() - rest.size() <= limits::path_bytes_max);
    if (path->is_null) {
        TURNAWAY_CHECK(allow_null && path->address.local.empty());
    } else if (path->address.domain.empty()) {
        TURNAWAY_CHECK(!allow_null && base::equal_no_case(path->address.local, "postmaster"));
    } else {
        check_parts(path->address, input);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (const auto parts = mail::scan_address(input)) check_parts(*parts, input);
    check_path(input, true);
    check_path(input, false);
    if (mail::scan_domain(input)) TURNAWAY_CHECK(input.size() <= limits::domain_bytes_max);
    if (mail::scan_address_literal(input)) {
        TURNAWAY_CHECK(mail::scan_address("u@" + std::string(input)).has_value() ||
                       input.size() + 2 > limits::path_bytes_max - 2);
    }
    return 0;
}
