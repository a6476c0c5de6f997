// Whether DMARC reports arrive: their destination accepts mail, and declares that it accepts these
// reports. Known gap: two domains of one organisation that has no DMARC record count as unrelated.
#include "park/audit/audit_reports.h"

#include <algorithm>

#include "park/audit/fix.h"

namespace turnaway::park {
namespace {

using enum FindingKind;

// The domain itself, if it is not meant to accept mail, whatever its MX is.
bool is_own_parked(const AuditContext& context, const mail::Domain& target) {
    return target == context.domain() && !context.receives();
}

// Within one organisation no permission is needed. Nothing while unknown.
std::optional<bool> is_elsewhere(AuditContext& context, const mail::Domain& target) {
    if (target.is_subdomain_of(context.domain()) || context.domain().is_subdomain_of(target))
        return false;
    // They belong together if a parent of both has a DMARC record (RFC 9989).
    for (auto at = context.domain().parent(); at && !at->is_root(); at = at->parent()) {
        if (!target.is_subdomain_of(*at)) continue;
        const auto name = AuditContext::below("_dmarc", *at);
        const auto* answer = name ? context.look(*name, route::DnsType::txt) : nullptr;
        if (answer == nullptr) return std::nullopt;
        const bool is_one = std::ranges::any_of(answer->texts, [](const std::string& text) {
            const DmarcReading above = read_dmarc(text);
            return above.standing == DmarcStanding::record && !above.is_public_suffix;
        });
        if (is_one) return false;
    }
    return true;
}

void judge_permission(AuditContext& context, const std::string& owner,
                      const mail::Address& address) {
    const mail::Domain& target = *address.domain();
    if (is_elsewhere(context, target) != true) return;
    const auto name = AuditContext::below(context.domain().text() + "._report._dmarc", target);
    const auto* answer = name ? context.look(*name, route::DnsType::txt) : nullptr;
    if (answer == nullptr) return;
    const bool is_permitted = std::ranges::any_of(answer->texts, [](const std::string& text) {
        return read_dmarc(text).standing == DmarcStanding::record;
    });
    if (is_permitted) {
        return context.praise(target.text() + " accepts the DMARC reports.");
    }
    context.find_at(rua_not_authorised, owner,
                    "Reports go to " + evidence_text(address.text()) + "; nothing stands at " +
                        name->text() + '.',
                    permission_lines(context.domain(), address));
}

}  // namespace

std::vector<mail::Address> reports_to_keep(AuditContext& context, const DmarcReading& dmarc) {
    std::vector<mail::Address> kept;
    std::ranges::copy_if(dmarc.reports_to, std::back_inserter(kept), [&](const auto& address) {
        return !is_own_parked(context, *address.domain()) &&
               takes_no_mail(context, *address.domain()) == false;
    });
    return kept;
}

void judge_reports(AuditContext& context, const std::string& owner, const DmarcReading& dmarc) {
    const auto wanted = [&] {
        return dmarc_lines(context.domain(), context.intent(), reports_to_keep(context, dmarc));
    };
    for (const std::string& broken : dmarc.broken_reports) {
        context.find_at(rua_syntax, owner, "rua names " + evidence_text(broken) + '.', wanted());
    }
    for (const mail::Address& address : dmarc.reports_to) {
        const mail::Domain& target = *address.domain();
        const std::string evidence = "Reports go to " + evidence_text(address.text()) + '.';
        if (is_own_parked(context, target)) {
            context.find_at(rua_at_parked_domain, owner, evidence, wanted());
            continue;
        }
        const auto refuses = takes_no_mail(context, target);
        if (refuses == true) {
            context.find_at(rua_takes_no_mail, owner, evidence, wanted());
        } else {
            judge_permission(context, owner, address);
        }
    }
}

}  // namespace turnaway::park
