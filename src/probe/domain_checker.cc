#include "probe/domain_checker.h"

#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <utility>

#include "probe/egress_probe.h"

namespace turnaway::probe {

using Clock = std::chrono::steady_clock;

// One check under way. Its pending operations keep it alive.
class DomainChecker::Job : public std::enable_shared_from_this<Job> {
  public:
    Job(DomainChecker& checker, check::Subject subject, const check::CheckSettings& settings,
        Done done)
        : checker_(checker),
          check_(std::move(subject), settings, checker.random_()),
          done_(std::move(done)) {
        if (settings.connects) timer_.emplace(checker.context_, checker.settings_.give_up);
    }

    void start();

  private:
    check::Milliseconds now() const {
        return std::chrono::duration_cast<check::Milliseconds>(Clock::now() - begin_);
    }
    void advance();
    bool ask_dns();
    bool ask_hosts();
    bool ask_egress();

    DomainChecker& checker_;
    check::DomainCheck check_;
    Done done_;
    std::optional<asio::steady_timer> timer_;
    Clock::time_point begin_ = Clock::now();
    bool is_advancing_ = false;
};

void DomainChecker::Job::start() {
    if (timer_) {
        timer_->async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (error) return;
            self->check_.give_up(self->now());
            self->advance();
        });
    }
    advance();
}

void DomainChecker::Job::advance() {
    // A resolver that answers at once calls back here while questions are still being sent.
    if (!done_ || std::exchange(is_advancing_, true)) return;
    while (ask_dns() || ask_hosts() || ask_egress()) {
    }
    is_advancing_ = false;
    if (!check_.is_done()) return;
    if (timer_) timer_->cancel();
    std::exchange(done_, nullptr)(check_.assessment());
}

bool DomainChecker::Job::ask_dns() {
    const auto questions = check_.next_questions(now());
    for (const route::DnsQuestion& question : questions) {
        checker_.resolver_.ask(question, [self = shared_from_this(), question](const auto& answer) {
            if (self->check_.take(question, answer, self->now())) self->advance();
        });
    }
    return !questions.empty();
}

bool DomainChecker::Job::ask_hosts() {
    const auto targets = check_.next_probes();
    for (const check::ProbeTarget& target : targets) {
        std::optional<std::string> tls_host;
        if (checker_.settings_.inspects_tls) {
            tls_host = target.host ? target.host->text() : target.address.text();
        }
        checker_.prober_.probe(
            target.address, target.port,
            [self = shared_from_this(), target](const auto& result) {
                if (self->check_.take(target, result, self->now())) self->advance();
            },
            std::move(tls_host));
    }
    return !targets.empty();
}

bool DomainChecker::Job::ask_egress() {
    if (!check_.wants_egress()) return false;
    checker_.egress_->ask([self = shared_from_this()](const check::Egress& egress) {
        if (self->check_.take(egress, self->now())) self->advance();
    });
    return true;
}

DomainChecker::DomainChecker(asio::io_context& context, route::Resolver& resolver,
                             Settings settings)
    : context_(context),
      resolver_(resolver),
      settings_(std::move(settings)),
      prober_(context, settings_.probe),
      egress_(std::make_unique<EgressProbe>(*this, prober_, settings_.egress)),
      random_(std::random_device()()) {}

DomainChecker::~DomainChecker() = default;

void DomainChecker::start(check::Subject subject, Done done) {
    start(std::move(subject), settings_.check, std::move(done));
}

void DomainChecker::start(check::Subject subject, const check::CheckSettings& settings, Done done) {
    std::make_shared<Job>(*this, std::move(subject), settings, std::move(done))->start();
}

}  // namespace turnaway::probe
