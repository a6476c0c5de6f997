// Invariants of reading SPF, DMARC and DKIM records, and of an audit whose every TXT answer is the
// input:
// - what counts as a record begins with its version; only such a record has a policy or rejects
// all;
// - no more than 20 report addresses are read of one record;
// - the audit ends after a few rounds, and nothing it says holds a control character.
#include <algorithm>
#include <string>

#include "base/check.h"
#include "base/text.h"
#include "fuzz/input.h"
#include "park/audit/audit.h"
#include "park/audit/dkim_key.h"
#include "park/audit/dmarc.h"
#include "park/spf/spf.h"

namespace {

using namespace turnaway;
using namespace turnaway::park;

void check_readers(std::string_view text) {
    const SpfReading spf = read_spf(text);
    if (spf.standing == SpfStanding::record) {
        TURNAWAY_CHECK(base::starts_with_no_case(text, "v=spf1"));
    } else {
        TURNAWAY_CHECK(!spf.is_reject_all() && !spf.all && spf.senders.empty());
    }
    const DmarcReading dmarc = read_dmarc(text);
    if (dmarc.standing != DmarcStanding::record) {
        TURNAWAY_CHECK(!dmarc.policy && dmarc.reports_to.empty() && dmarc.percent == 100);
    }
    TURNAWAY_CHECK(dmarc.reports_to.size() + dmarc.broken_reports.size() <= 20);
    TURNAWAY_CHECK(dmarc.percent <= 100);
    // No text is two things at once.
    const int meanings = (spf.standing == SpfStanding::record ? 1 : 0) +
                         (dmarc.standing == DmarcStanding::record ? 1 : 0) +
                         (read_dkim_key(text) != DkimStanding::no_key ? 1 : 0);
    TURNAWAY_CHECK(meanings <= 1);
}

route::DnsAnswer answer_for(const route::DnsQuestion& question, std::string_view text) {
    route::DnsAnswer answer{.outcome = route::DnsOutcome::no_data};
    if (question.type == route::DnsType::txt) {
        answer.outcome = route::DnsOutcome::answered;
        answer.texts.emplace_back(text);
    }
    return answer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    turnaway::fuzz::Input input(data, size);
    const auto intent = static_cast<Intent>(input.byte() % 3);
    const std::string_view text = input.text();
    check_readers(text);
    const auto domain = turnaway::mail::Domain::parse("x.example").value();
    Answers answers;
    for (int rounds = 0;; ++rounds) {
        TURNAWAY_CHECK(rounds < 10);
        const AuditResult result = audit(domain, {.intent = intent}, answers);
        const auto open = answers.take_open();
        for (const auto& question : open) answers.take(question, answer_for(question, text));
        if (!open.empty()) continue;
        for (const Finding& finding : result.findings) {
            TURNAWAY_CHECK(std::ranges::none_of(finding.evidence, base::is_control));
            for (const auto& record : finding.records) {
                TURNAWAY_CHECK(std::ranges::none_of(record, base::is_control));
            }
        }
        return 0;
    }
}
