#include "cli/diagnose/diagnose_metrics.h"

#include <algorithm>

#include "base/text.h"
#include "bounce/addresses.h"
#include "daemon/metrics_page.h"
#include "daemon/pages.h"

namespace turnaway::cli {

void DomainCounters::count(std::string_view domain) {
    if (const auto known = named_.find(domain); known != named_.end()) {
        ++known->second;
        return;
    }
    if (named_.size() < domains_max_) {
        named_.emplace(domain, 1);
        return;
    }
    ++others_;
    if (domains_max_ == 0) return;
    const auto candidate = candidates_.try_emplace(std::string(domain), 0).first;
    ++candidate->second;
    const auto least =
        std::ranges::min_element(named_, {}, [](const auto& entry) { return entry.second; });
    if (candidate->second > 2 * least->second) {
        others_ += least->second;
        named_.erase(least);
        --others_;  // this one is counted under its name; those before stay where they are
        named_.emplace(domain, 1);
        candidates_.erase(candidate);
    } else if (candidates_.size() > candidates_max) {
        candidates_.clear();
    }
}

DiagnoseMetrics::~DiagnoseMetrics() {
    context_.stop();
}

base::Result<void> DiagnoseMetrics::open(const io::Endpoint& listen) {
    auto opened = daemon::open_pages(
        context_, listen,
        {.metrics = [this] { return page(); },
         .health =
             [] { return daemon::Health{.is_serving = true, .words = "following the log"}; }});
    if (!opened) return std::unexpected(opened.error());
    endpoint_ = std::move(*opened);
    thread_ = std::jthread([this] {
        const auto work = boost::asio::make_work_guard(context_);
        context_.run();
    });
    return {};
}

void DiagnoseMetrics::add(const DiagnoseRow& row) {
    if (row.recipient == nullptr) return;
    const bounce::RecipientDiagnosis& recipient = *row.recipient;
    std::string labels = "kind=\"";
    labels += bounce::name_of(row.kind());
    labels += "\",reason=\"";
    labels += bounce::row_of(recipient.judgement.reason).name;
    labels += "\",permanence=\"";
    labels += bounce::name_of(recipient.permanence);
    labels += '"';
    std::string domain(bounce::domain_of(recipient.recipient).substr(0, 255));
    std::ranges::transform(domain, domain.begin(), base::to_lower);
    const std::scoped_lock lock(mutex_);
    ++recipients_[labels];
    if (row.kind() == bounce::Kind::bounce || row.kind() == bounce::Kind::delay)
        domains_.count(domain);
}

std::string DiagnoseMetrics::page() const {
    daemon::MetricsPage page("turnaway_diagnose_");
    const std::scoped_lock lock(mutex_);
    page.add_counter("recipients_total", "Recipients by kind, reason and permanence.", recipients_);
    std::map<std::string, std::uint64_t, std::less<>> domains;
    for (const auto& [domain, count] : domains_.named())
        domains.emplace("domain=\"" + daemon::label_value(domain) + '"', count);
    domains["domain=\"other\""] += domains_.others();
    page.add_counter("failures_total",
                     "Bounces and delays by the domain of the recipient; the rest is other.",
                     domains);
    return page.text();
}

}  // namespace turnaway::cli
