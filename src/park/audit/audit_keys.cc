// DKIM keys left behind (RFC 6376 section 3.6). DNS cannot list selectors, so the common ones are
// tried (data/dkim-selectors.csv), but none if `_domainkey` itself does not exist, since then no
// name below it exists either (RFC 8020). Known gap: a key under another selector.
#include <algorithm>

#include "park/audit/audit_context.h"
#include "park/audit/dkim_key.h"
#include "park/audit/dkim_selectors.h"
#include "park/audit/fix.h"

namespace turnaway::park {
namespace {

using enum FindingKind;
using Texts = std::vector<std::string>;

DkimStanding strongest(const Texts& texts) {
    DkimStanding standing = DkimStanding::no_key;
    for (const std::string& text : texts) standing = std::max(standing, read_dkim_key(text));
    return standing;
}

// Servers rotate records; the evidence must not change with their order.
Texts sorted(Texts texts) {
    std::ranges::sort(texts);
    return texts;
}

// The number of common selectors with a key, not counting answers of the wildcard.
std::size_t find_keys(AuditContext& context, const mail::Domain& parent, const Texts& wildcard) {
    std::size_t keys = 0;
    for (const DkimSelector& selector : dkim_selectors()) {
        const auto name = AuditContext::below(selector.name, parent);
        const auto* answer = name ? context.look(*name, route::DnsType::txt) : nullptr;
        if (answer == nullptr || std::ranges::is_permutation(answer->texts, wildcard)) continue;
        if (strongest(answer->texts) != DkimStanding::key) continue;
        ++keys;
        std::string evidence = "TXT " + evidence_text(sorted(answer->texts));
        if (answer->canonical_name) {
            evidence += " by the alias " + evidence_text(answer->canonical_name->text());
        }
        context.find(
            dkim_key_left, *name, evidence + "; used by " + std::string(selector.used_by) + '.',
            revoked_key_lines(context.domain(), std::string(selector.name) + "._domainkey"));
    }
    return keys;
}

}  // namespace

void judge_keys(AuditContext& context) {
    if (context.sends()) return;  // its keys are in use
    const auto parent = context.below("_domainkey");
    const auto* top = parent ? context.look(*parent, route::DnsType::txt) : nullptr;
    if (top == nullptr) return;
    if (top->outcome == route::DnsOutcome::no_such_name) {
        return context.praise("There is no DKIM key.");
    }
    const auto probe = AuditContext::below("turnaway-no-such-selector", *parent);
    const auto* any = probe ? context.look(*probe, route::DnsType::txt) : nullptr;
    if (any == nullptr) return;
    if (strongest(any->texts) == DkimStanding::key) {
        return context.find(dkim_wildcard_key, *parent,
                            "Any selector answers TXT " + evidence_text(sorted(any->texts)) + '.',
                            revoked_key_lines(context.domain(), "*._domainkey"));
    }
    if (find_keys(context, *parent, any->texts) > 0) return;
    context.praise(strongest(any->texts) == DkimStanding::revoked
                       ? "Every DKIM selector has a revoked key."
                       : "None of the common DKIM selectors has a key.");
}

}  // namespace turnaway::park
