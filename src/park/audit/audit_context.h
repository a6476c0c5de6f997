// AuditContext: shared by the parts of an audit of one domain.
//
// Each part is a function in a separate file; it looks up what it needs and adds its findings. A
// part without an answer leaves its question open: the context asks again with more answers, or
// finally lists the question as unknown.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/domain.h"
#include "park/audit/answers.h"
#include "park/audit/audit.h"

namespace turnaway::park {

class AuditContext {
  public:
    AuditContext(const mail::Domain& domain, const AuditOptions& options, Answers& answers,
                 AuditResult& result)
        : domain_(domain), options_(options), answers_(answers), result_(result) {}

    const mail::Domain& domain() const { return domain_; }
    const AuditOptions& options() const { return options_; }
    Intent intent() const { return options_.intent; }
    bool sends() const { return options_.intent == Intent::send_only; }
    bool receives() const { return options_.intent == Intent::receive_only; }

    const route::DnsAnswer* look(const mail::Domain& name, route::DnsType type) {
        return answers_.find(name, type);
    }
    std::optional<route::Route> route(const mail::Domain& name) { return answers_.route(name); }

    void find(FindingKind kind, const mail::Domain& about, std::string evidence,
              std::vector<std::string> records = {});
    void find_at(FindingKind kind, std::string about, std::string evidence,
                 std::vector<std::string> records = {});
    void praise(std::string sentence) { result_.right.push_back(std::move(sentence)); }
    void retire(std::vector<std::string> steps) { result_.retirement = std::move(steps); }

    // `labels` in front of `parent`; nothing if the name would be too long.
    static std::optional<mail::Domain> below(std::string_view labels, const mail::Domain& parent);
    std::optional<mail::Domain> below(std::string_view labels) const {
        return below(labels, domain_);
    }
    // A name that does not exist, unless a wildcard matches it.
    std::optional<mail::Domain> probe() const { return below("turnaway-no-such-name"); }

    // The domain has a null MX and no other MX; set by judge_mx, which runs first.
    bool has_null_mx = false;
    bool exists = true;

  private:
    const mail::Domain& domain_;
    const AuditOptions& options_;
    Answers& answers_;
    AuditResult& result_;
};

// Text from DNS, quoted, escaped and cut to fit a line.
std::string evidence_text(std::string_view text);
// Several texts, separated by commas.
std::string evidence_text(const std::vector<std::string>& texts);

// The route of the domain is permanently undeliverable: it does not accept mail. Nothing while
// unknown.
std::optional<bool> takes_no_mail(AuditContext& context, const mail::Domain& domain);

void judge_mx(AuditContext& context);
void judge_spf(AuditContext& context);
void judge_dmarc(AuditContext& context);
void judge_keys(AuditContext& context);
void judge_names(AuditContext& context);
void judge_leftovers(AuditContext& context);
void judge_abuse(AuditContext& context);

}  // namespace turnaway::park
