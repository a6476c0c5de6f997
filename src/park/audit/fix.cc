#include "park/audit/fix.h"

#include "park/records/plan.h"

namespace turnaway::park {
namespace {

template <class Wanted>
ZoneLines lines_of(const mail::Domain& domain, const ParkOptions& options,
                   const Wanted& is_wanted) {
    ZoneLines lines;
    if (!fault_of(domain, options).empty()) return lines;
    for (const Record& record : plan(domain, options).records) {
        if (is_wanted(record)) lines.push_back(zone_line(record));
    }
    return lines;
}

}  // namespace

ZoneLines null_mx_lines(const mail::Domain& name) {
    return lines_of(name, {}, [](const Record& record) { return record.is_null_mx(); });
}

ZoneLines reject_all_lines(const mail::Domain& name) {
    return lines_of(name, {}, [](const Record& record) {
        return record.type == RecordType::txt && record.relative.empty();
    });
}

ZoneLines wildcard_lines(const mail::Domain& domain) {
    return lines_of(domain, {.wants_wildcard = true}, [](const Record& record) {
        return record.is_null_mx() && record.relative == "*";
    });
}

ZoneLines dmarc_lines(const mail::Domain& domain, Intent intent,
                      const std::vector<mail::Address>& reports_to) {
    ParkOptions options{.intent = intent, .report_to = reports_to};
    // Only the owner knows who sends; it does not affect the DMARC record.
    if (intent == Intent::send_only) options.spf_networks = {"ip4:192.0.2.0/24"};
    return lines_of(domain, options,
                    [](const Record& record) { return record.relative == "_dmarc"; });
}

ZoneLines permission_lines(const mail::Domain& domain, const mail::Address& address) {
    return lines_of(domain, {.report_to = {address}},
                    [&](const Record& record) { return record.zone == *address.domain(); });
}

ZoneLines revoked_key_lines(const mail::Domain& domain, const std::string& relative) {
    return {zone_line({.zone = domain,
                       .relative = relative,
                       .ttl_seconds = plan_ttl_seconds,
                       .data = "v=DKIM1; p=",
                       .reason = "The key was taken back",
                       .source = "RFC 6376 section 3.6.1"})};
}

}  // namespace turnaway::park
