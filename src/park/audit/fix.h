// Fix: the records that remove a finding, as lines of a zone file. They are those of the plan
// (park/records/plan.h), so that an audit never asks for what `park records` would not print.
//
// Empty if no record can: the name is too long, or only its owner knows who may send.
#pragma once

#include <string>
#include <vector>

#include "mail/address.h"
#include "mail/domain.h"
#include "park/records/intent.h"

namespace turnaway::park {

using ZoneLines = std::vector<std::string>;

ZoneLines null_mx_lines(const mail::Domain& name);
ZoneLines reject_all_lines(const mail::Domain& name);  // SPF
// For names that do not exist: a null MX.
ZoneLines wildcard_lines(const mail::Domain& domain);
// A policy of reject, with reports to those addresses.
ZoneLines dmarc_lines(const mail::Domain& domain, Intent intent,
                      const std::vector<mail::Address>& reports_to);
// The record of the domain of `address` that allows it to receive the reports about `domain`.
ZoneLines permission_lines(const mail::Domain& domain, const mail::Address& address);
// A revoked DKIM key; `relative` is its name below the domain.
ZoneLines revoked_key_lines(const mail::Domain& domain, const std::string& relative);

}  // namespace turnaway::park
