// MxSet: the MX records of a domain, evaluated before any address is looked up.
//
// A set of nothing but `.` is a null MX whatever its preference (RFC 7505 section 3); `.` next to a
// real exchange is a mistake and is ignored. This host by name and every record that is not better
// than it are dropped (RFC 5321 section 5.1, requirement 43). The rest is in the order to try: by
// preference, equals shuffled (requirement 42), bounded. The order of the records in the answer
// does not matter, so one seed always gives one order.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mail/domain.h"
#include "route/dns_answer.h"
#include "route/route.h"
#include "route/route_settings.h"

namespace turnaway::route {

struct MxSet {
    bool is_null = false;
    std::vector<MxRecord> records;  // each exchange once, by its best preference; none is the root
    std::optional<std::uint16_t> our_preference;  // this host's; all records are better
    std::vector<Note> notes;
};

// The answer to an MX question means that the domain does not accept mail.
bool is_null_mx(const DnsAnswer& answer);

// `owner` is the domain the records are about, for the notes; `records` is not empty.
MxSet read_mx(const mail::Domain& owner, std::vector<MxRecord> records,
              const RouteSettings& settings, std::uint64_t shuffle_seed);

}  // namespace turnaway::route
