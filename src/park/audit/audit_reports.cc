// Whether reports arrive: the domain they go to takes mail, and says that it takes these reports.
// Known gap: two domains below one organisation that has no DMARC record count as strangers.
#include "park/audit/audit_reports.h"

#include <algorithm>

#include "park/audit/remedy.h"

namespace turnaway::park {
namespace {

using enum FindingKind;

// The domain itself, when it is not meant to take mail, whatever its MX says.
bool is_own_parked(const AuditDesk& desk, const mail::Domain& target) {
    return target == desk.domain() && !desk.receives();
}

// One organisation needs no permission from itself. Nothing while that is not known.
std::optional<bool> is_elsewhere(AuditDesk& desk, const mail::Domain& target) {
    if (target.is_subdomain_of(desk.domain()) || desk.domain().is_subdomain_of(target))
        return false;
    // The highest name above both that has a DMARC record makes them one (RFC 9989).
    for (auto at = desk.domain().parent(); at && !at->is_root(); at = at->parent()) {
        if (!target.is_subdomain_of(*at)) continue;
        const auto name = AuditDesk::below("_dmarc", *at);
        const auto* answer = name ? desk.look(*name, route::DnsType::txt) : nullptr;
        if (answer == nullptr) return std::nullopt;
        const bool is_one = std::ranges::any_of(answer->texts, [](const std::string& text) {
            const DmarcReading above = read_dmarc(text);
            return above.standing == DmarcStanding::record && !above.is_public_suffix;
        });
        if (is_one) return false;
    }
    return true;
}

void judge_permission(AuditDesk& desk, const std::string& owner, const mail::Address& address) {
    const mail::Domain& target = *address.domain();
    if (is_elsewhere(desk, target) != true) return;
    const auto name = AuditDesk::below(desk.domain().text() + "._report._dmarc", target);
    const auto* answer = name ? desk.look(*name, route::DnsType::txt) : nullptr;
    if (answer == nullptr) return;
    const bool is_permitted = std::ranges::any_of(answer->texts, [](const std::string& text) {
        return read_dmarc(text).standing == DmarcStanding::record;
    });
    if (is_permitted) {
        return desk.praise(target.text() + " accepts the DMARC reports.");
    }
    desk.find_at(rua_not_authorised, owner,
                 "Reports go to " + evidence_text(address.text()) + "; nothing stands at " +
                     name->text() + '.',
                 permission_lines(desk.domain(), address));
}

}  // namespace

std::vector<mail::Address> reports_to_keep(AuditDesk& desk, const DmarcReading& dmarc) {
    std::vector<mail::Address> kept;
    std::ranges::copy_if(dmarc.reports_to, std::back_inserter(kept), [&](const auto& address) {
        return !is_own_parked(desk, *address.domain()) &&
               takes_no_mail(desk, *address.domain()) == false;
    });
    return kept;
}

void judge_reports(AuditDesk& desk, const std::string& owner, const DmarcReading& dmarc) {
    const auto wanted = [&] {
        return dmarc_lines(desk.domain(), desk.intent(), reports_to_keep(desk, dmarc));
    };
    for (const std::string& broken : dmarc.broken_reports) {
        desk.find_at(rua_syntax, owner, "rua names " + evidence_text(broken) + '.', wanted());
    }
    for (const mail::Address& address : dmarc.reports_to) {
        const mail::Domain& target = *address.domain();
        const std::string evidence = "Reports go to " + evidence_text(address.text()) + '.';
        if (is_own_parked(desk, target)) {
            desk.find_at(rua_at_parked_domain, owner, evidence, wanted());
            continue;
        }
        const auto refuses = takes_no_mail(desk, target);
        if (refuses == true) {
            desk.find_at(rua_takes_no_mail, owner, evidence, wanted());
        } else {
            judge_permission(desk, owner, address);
        }
    }
}

}  // namespace turnaway::park
