#include "park/audit/drift.h"

#include <algorithm>
#include <tuple>

namespace turnaway::park {
namespace {

FormerFinding remembered(const Finding& finding) {
    return {.id = std::string(row_of(finding.kind).id),
            .about = finding.about,
            .evidence = finding.evidence};
}

const FormerFinding* find(const std::vector<FormerFinding>& among, const FormerFinding& wanted) {
    // Two findings with the same id and name differ by their evidence.
    const auto same = std::ranges::find(among, wanted);
    if (same != among.end()) return &*same;
    const auto like = std::ranges::find_if(among, [&](const FormerFinding& each) {
        return each.id == wanted.id && each.about == wanted.about;
    });
    return like == among.end() ? nullptr : &*like;
}

}  // namespace

std::string_view name(Change change) {
    switch (change) {
        case Change::appeared:
            return "new";
        case Change::changed:
            return "changed";
        case Change::gone:
            return "gone";
        case Change::unknown:
            return "unknown";
    }
    return "";
}

std::vector<Drift> drift_of(const std::vector<FormerFinding>& before, const AuditResult& now) {
    std::vector<FormerFinding> present;
    std::ranges::transform(now.findings, std::back_inserter(present), remembered);
    std::vector<Drift> drift;
    for (const FormerFinding& found : present) {
        const FormerFinding* former = find(before, found);
        if (former == nullptr) {
            drift.push_back({.change = Change::appeared, .before = {}, .now = found});
        } else if (former->evidence != found.evidence) {
            drift.push_back({.change = Change::changed, .before = *former, .now = found});
        }
    }
    for (const FormerFinding& former : before) {
        if (find(present, former) != nullptr) continue;
        drift.push_back({.change = now.unknown.empty() ? Change::gone : Change::unknown,
                         .before = former,
                         .now = {}});
    }
    std::ranges::sort(drift, [](const Drift& a, const Drift& b) {
        return std::tuple(a.change, std::string_view(a.either().id),
                          std::string_view(a.either().about), std::string_view(a.now.evidence)) <
               std::tuple(b.change, std::string_view(b.either().id),
                          std::string_view(b.either().about), std::string_view(b.now.evidence));
    });
    return drift;
}

}  // namespace turnaway::park
