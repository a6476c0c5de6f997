#include "park/audit/audit_context.h"

#include "base/printable.h"

namespace turnaway::park {
namespace {

constexpr std::size_t quoted_bytes_max = 160;
constexpr std::size_t quoted_texts_max = 8;

}  // namespace

void AuditContext::find(FindingKind kind, const mail::Domain& about, std::string evidence,
                        std::vector<std::string> records) {
    find_at(kind, about.text(), std::move(evidence), std::move(records));
}

void AuditContext::find_at(FindingKind kind, std::string about, std::string evidence,
                           std::vector<std::string> records) {
    result_.findings.push_back({.kind = kind,
                                .about = std::move(about),
                                .evidence = std::move(evidence),
                                .records = std::move(records)});
}

std::optional<mail::Domain> AuditContext::below(std::string_view labels,
                                                const mail::Domain& parent) {
    auto name = mail::Domain::parse(std::string(labels) + '.' + parent.text());
    if (!name) return std::nullopt;
    return *std::move(name);
}

std::string evidence_text(std::string_view text) {
    std::string out = "\"";
    base::append_printable(out, text, quoted_bytes_max);
    out += '"';
    return out;
}

std::string evidence_text(const std::vector<std::string>& texts) {
    std::string out;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i == quoted_texts_max) {
            out += " and " + std::to_string(texts.size() - i) + " more";
            break;
        }
        if (i != 0) out += ", ";
        out += evidence_text(texts[i]);
    }
    return out;
}

std::optional<bool> takes_no_mail(AuditContext& context, const mail::Domain& domain) {
    const auto route = context.route(domain);
    if (!route || (route->kind == route::RouteKind::later && route->failure)) return std::nullopt;
    const auto refusal = route::refusal_for(route->kind);
    return refusal && refusal->reply.is_permanent();
}

}  // namespace turnaway::park
