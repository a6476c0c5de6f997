// Addresses: finds mail addresses in running text and in the fields of a report.
//
// Tolerant where mail/address is strict: a report names addresses that no standard allows, and the
// one that failed must be shown as the report has it. Linear in the text. RFC 3464 section 2.3.1,
// RFC 6533 section 3.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace turnaway::bounce {

struct FoundAddress {
    std::string_view text;
    std::size_t begin, end;  // in the text that was searched, with its angle brackets
};
// The first address at or after `from`.
std::optional<FoundAddress> find_address(std::string_view text, std::size_t from = 0);

// The address in "rfc822; user@example.org" or "utf-8; ...", without type, brackets and comment.
// A value without an at sign is returned as it is.
std::string typed_address(std::string_view value);

// The part after the last at sign; empty if there is none.
std::string_view domain_of(std::string_view address);

}  // namespace turnaway::bounce
