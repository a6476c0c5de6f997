// Remedy: the records that set a finding right, as lines of a zone file.
#pragma once

#include <string>
#include <vector>

#include "mail/address.h"
#include "mail/domain.h"

namespace turnaway::park {

std::string null_mx_line(const mail::Domain& name);
std::string reject_all_line(const mail::Domain& name);  // SPF
// A policy of reject, with the reports that go to a place where they are read.
std::string dmarc_line(const mail::Domain& domain, const std::vector<mail::Address>& reports_to);
// What `target` publishes so that it gets the reports about `domain`.
std::string permission_line(const mail::Domain& domain, const mail::Domain& target);

}  // namespace turnaway::park
