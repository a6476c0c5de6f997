// AuditReports: where the DMARC reports about a domain go, and whether they arrive (RFC 9990).
#pragma once

#include <string>
#include <vector>

#include "mail/address.h"
#include "park/audit/audit_context.h"
#include "park/audit/dmarc.h"

namespace turnaway::park {

// `owner` is the name of the record.
void judge_reports(AuditContext& context, const std::string& owner, const DmarcReading& dmarc);

// The report addresses that a new record may keep: those whose domain accepts mail.
std::vector<mail::Address> reports_to_keep(AuditContext& context, const DmarcReading& dmarc);

}  // namespace turnaway::park
