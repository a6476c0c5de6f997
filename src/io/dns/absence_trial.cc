#include "io/dns/absence_trial.h"

#include <arpa/nameser.h>

#include <algorithm>
#include <utility>

namespace turnaway::io {

namespace {

using route::DnsOutcome;

// Registered long ago, passed on by every forwarder, and hardly ever published at a mail domain.
constexpr int control_type = ns_t_hinfo;
// Those nearest to the root: a name may have over a hundred labels.
constexpr std::size_t names_above_max = 6;

// From the root down; empty for the root.
std::vector<mail::Domain> names_above(const mail::Domain& name) {
    std::vector<mail::Domain> names;
    for (auto above = name.parent(); above; above = above->parent()) names.push_back(*above);
    std::ranges::reverse(names);
    if (names.size() > names_above_max) {
        names.erase(names.begin() + names_above_max, names.end());
    }
    return names;
}

}  // namespace

AbsenceTrial::AbsenceTrial(Question question, DnsOutcome absence)
    : question_(std::move(question)), absence_(absence) {
    const mail::Domain& name = question_.name;
    const std::vector<mail::Domain> above = names_above(name);
    questions_.push_back({name, ns_t_soa});
    for (const mail::Domain& each : above) questions_.push_back({each, control_type});
    questions_.push_back({name, control_type});
    evidence_at_ = questions_.size();
    // That a name does not exist has a separate code, which no lame server returns.
    if (absence_ == DnsOutcome::no_such_name) return;
    for (auto each = above.rbegin(); each != above.rend(); ++each) {
        questions_.push_back({*each, ns_t_soa});
    }
    for (const int type : {ns_t_a, ns_t_aaaa, ns_t_mx, ns_t_txt}) {
        if (type != question_.type) questions_.push_back({name, type});
    }
}

const AbsenceTrial::Question* AbsenceTrial::next() const {
    return verdict_ == Verdict::open ? &questions_[at_] : nullptr;
}

void AbsenceTrial::take(const std::optional<ControlAnswer>& answer) {
    if (at_ == 0) {
        take_zone_of_name(answer);
    } else if (at_ < evidence_at_) {
        take_control(answer);
    } else {
        take_evidence(answer);
    }
    ++at_;
    if (verdict_ == Verdict::open) decide_without_further();
}

// A known zone proves NXDOMAIN, but nothing about one type. For AAAA it is nevertheless accepted as
// proof: forwarders that cache addresses often give no other, and a host without an A record proved
// absent remains in doubt.
void AbsenceTrial::take_zone_of_name(const std::optional<ControlAnswer>& answer) {
    const bool proves = absence_ == DnsOutcome::no_such_name || question_.type == ns_t_aaaa;
    const bool agrees = answer && answer->absence == absence_;
    if (agrees && answer->zone_ttl_seconds && proves) {
        verdict_ = Verdict::believed;
        ttl_seconds_ = *answer->zone_ttl_seconds;
    } else if (!agrees || answer->names_zone) {
        verdict_ = Verdict::trouble;
    } else if (answer->has_records) {
        has_evidence_ = true;
        ttl_seconds_ = *answer->zone_ttl_seconds;
    }
}

// A parent name without an answer proves nothing.
void AbsenceTrial::take_control(const std::optional<ControlAnswer>& answer) {
    if (answer && answer->names_zone) {
        verdict_ = Verdict::trouble;
        return;
    }
    if (is_of_name() && (!answer || answer->absence != absence_)) verdict_ = Verdict::trouble;
    if (!answer) return;
    if (is_of_name()) {
        has_evidence_ |= answer->has_records;
    } else {
        // systemd-resolved sends SOAs, but answers itself that the root has no records.
        has_other_control_ |= !answer->has_records && !questions_[at_].name.is_root();
    }
}

void AbsenceTrial::take_evidence(const std::optional<ControlAnswer>& answer) {
    if (!answer) return;
    if (answer->names_zone) verdict_ = Verdict::trouble;
    has_evidence_ |= answer->has_records;
}

void AbsenceTrial::decide_without_further() {
    if (at_ < evidence_at_) return;
    const bool is_proved = has_evidence_ || absence_ == DnsOutcome::no_such_name;
    if (has_other_control_ && is_proved) {
        verdict_ = Verdict::believed;
    } else if (!has_other_control_ || at_ == questions_.size()) {
        verdict_ = Verdict::trouble;
    }
}

}  // namespace turnaway::io
