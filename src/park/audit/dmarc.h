// Dmarc: reads a DMARC record: its policies, where reports go, and what is wrong with it.
//
// RFC 9989 (which replaced RFC 7489 and 9091 in May 2026), with pct of RFC 7489, since receivers of
// both are about. Texts that were meant as DMARC and are none are told apart. Only rua is read of
// the report addresses; ruf is of no use to a domain that sends nothing.
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
    not_read,   // `v=dmarc1; ...`, `p=none; v=DMARC1`, a tag twice: meant as DMARC, read by nobody
};

// The weakest first.
enum class DmarcPolicy : std::uint8_t { none, quarantine, reject };
std::string_view name(DmarcPolicy policy);

struct DmarcReading {
    DmarcStanding standing = DmarcStanding::not_dmarc;
    std::optional<std::string> repeated_tag = {};    // of what is not read for that reason
    std::optional<std::string> broken_part = {};     // the first part that is no tag=value
    std::optional<std::string> unknown_policy = {};  // `p=rejct`: what it says
    std::optional<DmarcPolicy> policy = {};          // p
    std::optional<DmarcPolicy> below = {};           // sp
    std::optional<DmarcPolicy> nonexistent = {};     // np
    unsigned percent = 100;
    bool is_testing = false;        // t=y
    bool is_public_suffix = false;  // psd=y
    bool ends_tree_walk = false;    // psd=y or psd=n
    std::vector<mail::Address> reports_to = {};
    std::vector<std::string> broken_reports = {};  // parts of rua that are no mailto: address
};

DmarcReading read_dmarc(std::string_view text);

}  // namespace turnaway::park
