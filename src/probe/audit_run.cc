#include "probe/audit_run.h"

#include <memory>
#include <optional>
#include <utility>

#include "park/audit/answers.h"

namespace turnaway::probe {
namespace {

class Run : public std::enable_shared_from_this<Run> {
  public:
    Run(route::Resolver& resolver, mail::Domain domain, park::AuditOptions options,
        std::function<void(park::AuditResult)> done)
        : resolver_(resolver),
          domain_(std::move(domain)),
          options_(std::move(options)),
          done_(std::move(done)) {}

    void judge() {
        park::AuditResult result = park::audit(domain_, options_, answers_);
        const auto questions = answers_.take_open();
        if (questions.empty()) return done_(std::move(result));
        awaited_ = questions.size();
        for (const auto& question : questions) {
            resolver_.ask(question,
                          [self = shared_from_this(), question](const route::DnsAnswer& answer) {
                              self->take(question, answer);
                          });
        }
    }

  private:
    void take(const route::DnsQuestion& question, const route::DnsAnswer& answer) {
        answers_.take(question, answer);
        if (--awaited_ == 0) judge();
    }

    route::Resolver& resolver_;
    mail::Domain domain_;
    park::AuditOptions options_;
    std::function<void(park::AuditResult)> done_;
    park::Answers answers_;
    std::size_t awaited_ = 0;
};

// Each has some dozens of open questions; libunbound sends about as many at a time.
constexpr std::size_t audits_at_once_max = 32;

class Runs {
  public:
    Runs(route::Resolver& resolver, const std::vector<mail::Domain>& domains,
         const park::AuditOptions& options)
        : resolver_(resolver), domains_(domains), options_(options), results_(domains.size()) {}

    std::vector<park::AuditResult> run(boost::asio::io_context& loop) {
        for (std::size_t i = 0; i < audits_at_once_max; ++i) start_next();
        while (done_count_ < domains_.size()) loop.run_one();
        std::vector<park::AuditResult> all;
        all.reserve(results_.size());
        for (auto& result : results_) all.push_back(*std::move(result));
        return all;
    }

  private:
    void start_next() {
        if (started_count_ == domains_.size()) return;
        const std::size_t index = started_count_++;
        run_audit(resolver_, domains_[index], options_, [this, index](park::AuditResult result) {
            results_[index] = std::move(result);
            ++done_count_;
            start_next();
        });
    }

    route::Resolver& resolver_;
    const std::vector<mail::Domain>& domains_;
    const park::AuditOptions& options_;
    std::vector<std::optional<park::AuditResult>> results_;
    std::size_t started_count_ = 0;
    std::size_t done_count_ = 0;
};

}  // namespace

void run_audit(route::Resolver& resolver, mail::Domain domain, park::AuditOptions options,
               std::function<void(park::AuditResult)> done) {
    std::make_shared<Run>(resolver, std::move(domain), std::move(options), std::move(done))
        ->judge();
}

std::vector<park::AuditResult> run_audits(boost::asio::io_context& loop, route::Resolver& resolver,
                                          const std::vector<mail::Domain>& domains,
                                          const park::AuditOptions& options) {
    return Runs(resolver, domains, options).run(loop);
}

}  // namespace turnaway::probe
