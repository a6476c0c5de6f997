// Audit: what DNS says about a domain, held against what mail the domain is meant to have.
//
// Pure and without steps: `audit` judges with what Answers holds and looks up there all it wants;
// what was not known yet is asked by the caller (Answers::take_open), and `audit` runs again, until
// nothing is open. What DNS could not answer is `unknown` with the reason and never evidence of
// absence. Whether mail can be delivered anywhere is decided by route/, not here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mail/address.h"
#include "mail/domain.h"
#include "park/audit/answers.h"
#include "park/audit/finding.h"
#include "park/records/intent.h"

namespace turnaway::park {

struct AuditOptions {
    Intent intent = Intent::none;
    std::optional<mail::Address> abuse = {};  // where complaints about the domain are read
    bool wants_retirement = false;            // the steps that take MTA-STS back
};

enum class AuditVerdict : std::uint8_t {
    clean,     // nothing of severity warning or worse, and all of it could be looked at
    findings,  // at least one of severity warning or worse
    unknown,   // none so far, and something could not be looked at
};
std::string_view name(AuditVerdict verdict);

// What could not be found out.
struct UnknownThing {
    std::string about;   // the DNS name
    std::string type;    // "MX", "A", "AAAA", "TXT"
    std::string reason;  // "no answer came in time"
    auto operator<=>(const UnknownThing&) const = default;
};

struct AuditResult {
    mail::Domain domain;
    Intent intent = Intent::none;
    std::vector<Finding> findings = {};        // the worst first, then as FindingKind
    std::vector<UnknownThing> unknown = {};    // sorted, each once
    std::vector<std::string> right = {};       // what is as it should be, in sentences
    std::vector<std::string> retirement = {};  // steps in order; only when wanted and there is one

    AuditVerdict verdict() const;
    std::optional<Severity> worst() const;  // nothing without a finding
    std::size_t count(Severity severity) const;
    bool has(FindingKind kind) const;
};

// Final when `answers` has nothing open afterwards.
AuditResult audit(const mail::Domain& domain, const AuditOptions& options, Answers& answers);

}  // namespace turnaway::park
