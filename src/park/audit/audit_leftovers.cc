// Records left over from earlier mail: MTA-STS (RFC 8461), TLS reports (RFC 8460), BIMI. All are
// harmless.
#include <algorithm>

#include "base/text.h"
#include "park/audit/audit_context.h"

namespace turnaway::park {
namespace {

using enum FindingKind;

// The first text at `labels` below the domain that begins with that prefix.
std::optional<std::string> find_text(AuditContext& context, std::string_view labels,
                                     std::string_view begin) {
    const auto name = context.below(labels);
    const auto* answer = name ? context.look(*name, route::DnsType::txt) : nullptr;
    if (answer == nullptr) return std::nullopt;
    const auto found = std::ranges::find_if(answer->texts, [&](const std::string& text) {
        return base::starts_with_no_case(text, begin);
    });
    if (found == answer->texts.end()) return std::nullopt;
    return *found;
}

// RFC 8461 section 8.3. Senders that cached the old policy must see that it ended before it is
// removed, or they treat the removal as an attack.
std::vector<std::string> retirement_steps(const mail::Domain& domain) {
    constexpr std::string_view serve =
        "Serve the following there, with a valid certificate: \"version: STSv1\", \"mode: none\", "
        "\"max_age: 86400\", each on a separate line.";
    constexpr std::string_view wait =
        "Wait for the longest max_age after the old policy was last served (it can be a year). The "
        "null MX can be published in the meantime.";
    const std::string& name = domain.text();
    std::string look = "Look up max_age in https://mta-sts." + name + "/.well-known/mta-sts.txt, ";
    look += "and in every policy served before it, and keep the longest.";
    std::string publish =
        "Publish a new id, so that senders fetch the policy again: _mta-sts." + name;
    publish += ". 3600 IN TXT \"v=STSv1; id=retired1\".";
    std::string remove = "Remove the TXT records at _mta-sts." + name + " and _smtp._tls." + name;
    remove += ", then the web host mta-sts." + name + '.';
    return {look, std::string(serve), publish, std::string(wait), remove};
}

}  // namespace

void judge_leftovers(AuditContext& context) {
    struct Leftover {
        FindingKind kind;
        std::string_view labels;
        std::string_view begin;
        bool is_for_senders;
    };
    constexpr Leftover leftovers[] = {
        {mta_sts_left, "_mta-sts", "v=STSv1", false},
        {tls_rpt_left, "_smtp._tls", "v=TLSRPTv1", false},
        {bimi_left, "default._bimi", "v=BIMI1", true},
    };
    for (const Leftover& leftover : leftovers) {
        const bool is_in_use = leftover.is_for_senders ? context.sends() : context.receives();
        if (is_in_use) continue;
        const auto text = find_text(context, leftover.labels, leftover.begin);
        if (!text) continue;
        context.find(leftover.kind, *context.below(leftover.labels),
                     "TXT " + evidence_text(*text) + '.');
        if (leftover.kind == mta_sts_left && context.options().wants_retirement) {
            context.retire(retirement_steps(context.domain()));
        }
    }
}

}  // namespace turnaway::park
