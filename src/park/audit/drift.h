// Drift: the differences between an earlier audit of a domain and this one.
//
// Findings are matched by id and name. An earlier finding that could not be checked now is not gone
// but `unknown`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "park/audit/audit.h"

namespace turnaway::park {

struct FormerFinding {
    std::string id;
    std::string about;
    std::string evidence;
    bool operator==(const FormerFinding&) const = default;
};

enum class Change : std::uint8_t {
    appeared,
    changed,  // the same finding with other evidence
    gone,
    unknown,  // not found now, but some lookups failed
};
std::string_view name(Change change);

struct Drift {
    Change change;
    FormerFinding before;  // empty when appeared
    FormerFinding now;     // empty when gone or unknown
    // The one that exists, `now` first.
    const FormerFinding& either() const { return now.id.empty() ? before : now; }
    bool operator==(const Drift&) const = default;
};

// In order of Change, then by id and name.
std::vector<Drift> drift_of(const std::vector<FormerFinding>& before, const AuditResult& now);

}  // namespace turnaway::park
