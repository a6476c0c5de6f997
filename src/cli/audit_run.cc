#include "cli/audit_run.h"

#include <memory>
#include <utility>

#include "park/answers.h"

namespace turnaway::cli {
namespace {

class Run : public std::enable_shared_from_this<Run> {
  public:
    Run(route::Resolver& resolver, mail::Domain domain, park::AuditWish wish,
        std::function<void(park::AuditResult)> done)
        : resolver_(resolver),
          domain_(std::move(domain)),
          wish_(std::move(wish)),
          done_(std::move(done)) {}

    void judge() {
        park::AuditResult result = park::audit(domain_, wish_, answers_);
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
    park::AuditWish wish_;
    std::function<void(park::AuditResult)> done_;
    park::Answers answers_;
    std::size_t awaited_ = 0;
};

}  // namespace

void run_audit(route::Resolver& resolver, mail::Domain domain, park::AuditWish wish,
               std::function<void(park::AuditResult)> done) {
    std::make_shared<Run>(resolver, std::move(domain), std::move(wish), std::move(done))->judge();
}

}  // namespace turnaway::cli
