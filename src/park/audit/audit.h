// Audit: compares the DNS of a domain with what its intent requires.
//
// Pure and in one step: `audit` looks up everything it needs in Answers; the caller asks what was
// not known yet (Answers::take_open), and `audit` runs again, until nothing is open. What DNS could
// not answer is `unknown` with the reason, and never evidence of absence. Whether mail can be
// delivered is decided by route/, not here.
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
    std::optional<mail::Address> abuse = {};  // the address for complaints about the domain
    bool wants_retirement = false;            // the steps for removing MTA-STS
};

enum class AuditVerdict : std::uint8_t {
    clean,     // nothing of severity warning or worse, and every lookup succeeded
    findings,  // at least one finding of severity warning or worse
    unknown,   // none so far, and a lookup failed
};
std::string_view name(AuditVerdict verdict);

// A lookup that failed.
struct UnknownThing {
    std::string about;   // the DNS name
    std::string type;    // "MX", "A", "AAAA", "TXT"
    std::string reason;  // "no answer within the timeout"
    auto operator<=>(const UnknownThing&) const = default;
};

struct AuditResult {
    mail::Domain domain;
    Intent intent = Intent::none;
    std::vector<Finding> findings = {};        // the worst first, then in the order of FindingKind
    std::vector<UnknownThing> unknown = {};    // sorted, each once
    std::vector<std::string> right = {};       // correct points, in sentences
    std::vector<std::string> retirement = {};  // steps in order; only if requested and needed

    AuditVerdict verdict() const;
    std::optional<Severity> worst() const;  // nothing if there are no findings
    std::size_t count(Severity severity) const;
    bool has(FindingKind kind) const;
};

// Final if `answers` has no open question afterwards.
AuditResult audit(const mail::Domain& domain, const AuditOptions& options, Answers& answers);

}  // namespace turnaway::park
