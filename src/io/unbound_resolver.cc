#include "io/unbound_resolver.h"

#include <arpa/nameser.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <utility>

#include "io/dns_rdata.h"
#include "io/unbound_context.h"

namespace turnaway::io {

namespace {

using route::DnsAnswer;
using route::DnsFailure;
using route::DnsOutcome;
using route::DnsQuestion;
using route::DnsType;

struct FreeResult {
    void operator()(ub_result* result) const { ub_resolve_free(result); }
};
using UnboundResult = std::unique_ptr<ub_result, FreeResult>;

int wire_type(DnsType type) {
    switch (type) {
        case DnsType::mx:
            return ns_t_mx;
        case DnsType::a:
            return ns_t_a;
        case DnsType::aaaa:
            return ns_t_aaaa;
        case DnsType::txt:
            return ns_t_txt;
    }
    return ns_t_invalid;
}

DnsAnswer failed(DnsFailure failure) {
    DnsAnswer answer;
    answer.failure = failure;
    return answer;
}

// False when a record cannot be read.
bool read_records(const ub_result& result, DnsType type, DnsAnswer* answer) {
    for (std::size_t i = 0; result.data != nullptr && result.data[i] != nullptr; ++i) {
        const std::string_view rdata(result.data[i], static_cast<std::size_t>(result.len[i]));
        if (type == DnsType::mx) {
            auto record = read_mx(rdata);
            if (!record) return false;
            answer->mx.push_back(*std::move(record));
            continue;
        }
        if (type == DnsType::txt) {
            auto text = read_text(rdata);
            if (!text) return false;
            answer->texts.push_back(*std::move(text));
            continue;
        }
        const auto address = read_address(rdata);
        if (!address) return false;
        answer->addresses.push_back(*address);
    }
    return true;
}

DnsAnswer answer_of(const DnsQuestion& question, const ub_result& result) {
    if (result.bogus != 0) return failed(DnsFailure::bogus);
    if (result.rcode == ns_r_refused) return failed(DnsFailure::refused);
    if (result.rcode != ns_r_noerror && result.rcode != ns_r_nxdomain) {
        return failed(DnsFailure::servfail);
    }
    DnsAnswer answer;
    if (!read_records(result, question.type, &answer)) return failed(DnsFailure::servfail);
    const bool has_records =
        !answer.mx.empty() || !answer.addresses.empty() || !answer.texts.empty();
    answer.outcome = has_records            ? DnsOutcome::answered
                     : result.nxdomain != 0 ? DnsOutcome::no_such_name
                                            : DnsOutcome::no_data;
    answer.is_secure = result.secure != 0;
    answer.ttl_seconds = result.ttl > 0 ? static_cast<std::uint32_t>(result.ttl) : 0;
    if (result.canonname != nullptr) {
        auto canonical = mail::Domain::parse(result.canonname);
        if (canonical && *canonical != question.name) answer.canonical_name = *canonical;
    }
    return answer;
}

}  // namespace

class UnboundResolver::State : public std::enable_shared_from_this<State> {
  public:
    State(asio::io_context& loop, UnboundContext unbound, std::chrono::milliseconds deadline)
        : unbound_(std::move(unbound)),
          descriptor_(loop, ub_fd(unbound_.get())),
          deadline_(deadline) {}
    ~State() { descriptor_.release(); }  // it is libunbound's

    void watch();
    void ask(const DnsQuestion& question, Done done);
    void change_deadline(std::chrono::milliseconds deadline) { deadline_ = deadline; }

  private:
    struct Open {
        State* state;
        DnsQuestion question;
        asio::steady_timer timer;
        std::vector<Done> waiting = {};
        int id = 0;
        std::optional<DnsAnswer> answer = {};
    };

    static void take(void* open, int error, ub_result* result);
    void take_answers();
    void give_up(const DnsQuestion& question);
    void hand_out(const DnsQuestion& question, const DnsAnswer& answer);

    UnboundContext unbound_;
    asio::posix::stream_descriptor descriptor_;
    std::chrono::milliseconds deadline_;
    std::map<DnsQuestion, std::unique_ptr<Open>> open_;
    std::vector<DnsQuestion> answered_;  // by libunbound, not handed out yet
};

void UnboundResolver::State::watch() {
    descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                           [weak = weak_from_this()](const boost::system::error_code& error) {
                               const auto self = weak.lock();
                               if (error || !self) return;
                               self->take_answers();
                               self->watch();
                           });
}

void UnboundResolver::State::ask(const DnsQuestion& question, Done done) {
    auto& open = open_[question];
    if (open) {
        open->waiting.push_back(std::move(done));
        return;
    }
    open = std::make_unique<Open>(
        Open{this, question, asio::steady_timer(descriptor_.get_executor(), deadline_)});
    open->waiting.push_back(std::move(done));
    const int error =
        ub_resolve_async(unbound_.get(), question.name.text().c_str(), wire_type(question.type),
                         ns_c_in, open.get(), &State::take, &open->id);
    if (error != 0) return hand_out(question, failed(DnsFailure::servfail));
    open->timer.async_wait(
        [weak = weak_from_this(), question](const boost::system::error_code& cancelled) {
            const auto self = weak.lock();
            if (!cancelled && self) self->give_up(question);
        });
}

// Called from within ub_process, where nothing of libunbound may be torn down: so no `done` yet.
void UnboundResolver::State::take(void* raw, int error, ub_result* raw_result) {
    const UnboundResult result(raw_result);
    auto* open = static_cast<Open*>(raw);
    open->answer =
        error != 0 || !result ? failed(DnsFailure::servfail) : answer_of(open->question, *result);
    open->state->answered_.push_back(open->question);
}

void UnboundResolver::State::take_answers() {
    ub_process(unbound_.get());
    // A `done` may ask again; that answer comes by a later ub_process.
    for (const DnsQuestion& question : std::exchange(answered_, {})) {
        const DnsAnswer answer = *open_.at(question)->answer;
        hand_out(question, answer);
    }
}

void UnboundResolver::State::give_up(const DnsQuestion& question) {
    const auto found = open_.find(question);
    // The timer may have rung for a question that was answered, and asked again, just then.
    if (found == open_.end() || found->second->answer ||
        found->second->timer.expiry() > asio::steady_timer::clock_type::now()) {
        return;
    }
    ub_cancel(unbound_.get(), found->second->id);
    hand_out(question, failed(DnsFailure::timeout));
}

void UnboundResolver::State::hand_out(const DnsQuestion& question, const DnsAnswer& answer) {
    const auto self = shared_from_this();  // a `done` may destroy the resolver
    const auto open = std::move(open_.extract(question).mapped());
    for (const Done& done : open->waiting) done(answer);
}

UnboundResolver::UnboundResolver(std::shared_ptr<State> state) : state_(std::move(state)) {}

UnboundResolver::~UnboundResolver() = default;

base::Result<std::unique_ptr<UnboundResolver>> UnboundResolver::open(asio::io_context& context,
                                                                     const Settings& settings) {
    auto unbound = make_unbound_context(settings);
    if (!unbound) return std::unexpected(unbound.error());
    auto state = std::make_shared<State>(context, *std::move(unbound), settings.deadline);
    state->watch();
    return std::unique_ptr<UnboundResolver>(new UnboundResolver(std::move(state)));
}

void UnboundResolver::ask(const DnsQuestion& question, Done done) {
    state_->ask(question, std::move(done));
}

void UnboundResolver::change_deadline(std::chrono::milliseconds deadline) {
    state_->change_deadline(deadline);
}

}  // namespace turnaway::io
