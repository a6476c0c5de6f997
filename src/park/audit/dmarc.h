// Dmarc: parses a DMARC record: its policies, its report addresses, and its faults.
//
// RFC 9989 (which replaced RFC 7489 and 9091 in May 2026), with pct of RFC 7489, since receivers of
// both are in use. Texts that were meant as DMARC but are invalid are distinguished. Of the report
// addresses only rua is parsed; ruf is useless to a domain that does not send.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/address.h"

namespace turnaway::park {

enum class DmarcStanding : std::uint8_t {
    not_dmarc,  // about something else
    record,     // receivers read it as DMARC
    // `v=dmarc1; ...`, `p=none; v=DMARC1`, a tag twice: meant as DMARC, but ignored by receivers
    not_read,
};

// The weakest first.
enum class DmarcPolicy : std::uint8_t { none, quarantine, reject };
std::string_view name(DmarcPolicy policy);

struct DmarcReading {
    DmarcStanding standing = DmarcStanding::not_dmarc;
    std::optional<std::string> repeated_tag = {};    // if it is not read for that reason
    std::optional<std::string> broken_part = {};     // the first part that is not tag=value
    std::optional<std::string> unknown_policy = {};  // `p=rejct`: the value as written
    std::optional<DmarcPolicy> policy = {};          // p
    std::optional<DmarcPolicy> below = {};           // sp
    std::optional<DmarcPolicy> nonexistent = {};     // np
    unsigned percent = 100;
    bool is_testing = false;        // t=y
    bool is_public_suffix = false;  // psd=y
    bool ends_tree_walk = false;    // psd=y or psd=n
    std::vector<mail::Address> reports_to = {};
    std::vector<std::string> broken_reports = {};  // parts of rua that are not a mailto: address
};

DmarcReading read_dmarc(std::string_view text);

}  // namespace turnaway::park
