#include "io/dns/unbound_resolver.h"

#include <arpa/nameser.h>

#include <boost/asio/post.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "io/dns/absence_trial.h"
#include "io/dns/dns_message.h"
#include "io/dns/question_line.h"
#include "io/dns/unbound_context.h"
#include "io/dns/unbound_loop.h"
#include "io/timer_queue.h"

namespace turnaway::io {

namespace {

using route::DnsAnswer;
using route::DnsFailure;
using route::DnsQuestion;

constexpr int is_bogus = 1;
constexpr int is_secure = 2;  // libunbound's value for a validated answer

MessageAnswer failed(DnsFailure failure) {
    MessageAnswer answer;
    answer.failure = failure;
    return answer;
}

struct HashQuestion {
    std::size_t operator()(const DnsQuestion& question) const {
        return std::hash<mail::Domain>()(question.name) * 31 +
               static_cast<std::size_t>(question.type);
    }
};

// With any code but NOERROR the buffer was not written: it holds the last packet, for whatever
// name. NXDOMAIN comes as a message with the code NOERROR.
MessageAnswer answer_of(const DnsQuestion& question, int code, std::string_view message,
                        int security) {
    if (code != ns_r_noerror) {
        return failed(code == ns_r_refused ? DnsFailure::refused : DnsFailure::servfail);
    }
    if (security == is_bogus) return failed(DnsFailure::bogus);
    auto answer = read_message(question, message);
    if (!answer) return failed(DnsFailure::servfail);
    if (security == is_secure) answer->is_unproven = false;
    answer->is_secure = security == is_secure && answer->outcome != route::DnsOutcome::failed;
    return *std::move(answer);
}

std::string_view text_of(const void* message, int bytes) {
    return {static_cast<const char*>(message),
            message == nullptr ? 0 : static_cast<std::size_t>(bytes)};
}

}  // namespace

class UnboundResolver::State : public std::enable_shared_from_this<State> {
  public:
    State(asio::io_context& loop, std::unique_ptr<UnboundLoop> events, UnboundContext unbound,
          const Settings& settings)
        : loop_(loop),
          events_(std::move(events)),
          deadlines_(loop),
          unbound_(std::move(unbound)),
          line_(settings.questions_max),
          deadline_(settings.deadline) {}
    // libunbound would answer open questions while it is destroyed.
    ~State() {
        for (const auto& [question, open] : open_) cancel(*open);
        for (const auto& [open, abandoned] : abandoned_) cancel(*abandoned);
    }

    void ask(const DnsQuestion& question, Done done);
    void change_deadline(std::chrono::milliseconds deadline) { deadline_ = deadline; }

  private:
    struct Open {
        State* state;
        DnsQuestion question;
        std::string zone;
        TimerQueue::Entry deadline = {};
        std::vector<Done> waiting = {};
        bool is_asked = false;  // otherwise it waits in the line
        int id = 0;
        std::optional<MessageAnswer> answer = {};
        std::optional<AbsenceTrial> trial = {};  // of `answer`, which is unproven
        bool is_asking_control = false;
    };

    static void take(void* open, int code, void* message, int bytes, int security, char* why_bogus,
                     int was_limited);
    static void take_control(void* open, int code, void* message, int bytes, int security,
                             char* why_bogus, int was_limited);
    void begin(Open* open);
    bool ask_control(Open* open);
    void answered(Open* open);
    void hand_out_answered();
    void cancel(const Open& open) {
        const bool is_awaited = !open.answer || open.is_asking_control;
        if (open.is_asked && is_awaited) ub_cancel(unbound_.get(), open.id);
    }
    void give_up(Open* open);
    void hand_out(const std::vector<Done>& waiting, const DnsAnswer& answer);

    asio::io_context& loop_;
    std::unique_ptr<UnboundLoop> events_;  // outlives its users
    TimerQueue deadlines_;
    UnboundContext unbound_;
    QuestionLine line_;
    std::chrono::milliseconds deadline_;
    std::unordered_map<DnsQuestion, std::unique_ptr<Open>, HashQuestion> open_;
    // No caller waits for these any more, but libunbound continues: it cannot be stopped.
    std::unordered_map<Open*, std::unique_ptr<Open>> abandoned_;
    std::vector<Open*> answered_;  // not delivered yet
};

void UnboundResolver::State::ask(const DnsQuestion& question, Done done) {
    auto& place = open_[question];
    if (place) {
        place->waiting.push_back(std::move(done));
        return;
    }
    place = std::make_unique<Open>(
        Open{.state = this, .question = question, .zone = std::string(zone_guess(question.name))});
    Open* open = place.get();
    open->waiting.push_back(std::move(done));
    open->deadline =
        deadlines_.add(TimerQueue::Clock::now() + deadline_, [this, open] { give_up(open); });
    if (line_.enter(open->zone, open)) begin(open);
}

// Called when it has a slot.
void UnboundResolver::State::begin(Open* open) {
    open->is_asked = true;
    const DnsQuestion& question = open->question;
    // A cached answer is delivered before this returns.
    const int error =
        ub_resolve_event(unbound_.get(), question.name.text().c_str(), wire_type(question.type),
                         ns_c_in, open, &State::take, &open->id);
    if (error == 0 || open->answer) return;
    open->answer = failed(DnsFailure::servfail);
    answered(open);
}

// Called from libunbound, where no part of it may be destroyed: so `done` is not called yet.
void UnboundResolver::State::take(void* raw, int code, void* message, int bytes, int security,
                                  char* /*why_bogus*/, int /*was_limited*/) {
    auto* open = static_cast<Open*>(raw);
    open->answer = answer_of(open->question, code, text_of(message, bytes), security);
    open->state->answered(open);
}

// False if there is no further question: the answer is proven, or trouble.
bool UnboundResolver::State::ask_control(Open* open) {
    if (!open->trial) {
        const AbsenceTrial::Question question{open->question.name, wire_type(open->question.type)};
        open->trial.emplace(question, open->answer->outcome);
    }
    if (const auto* const control = open->trial->next()) {
        open->is_asking_control = true;
        const int error =
            ub_resolve_event(unbound_.get(), control->name.text().c_str(), control->type, ns_c_in,
                             open, &State::take_control, &open->id);
        if (error == 0 || !open->is_asking_control) return true;
        open->is_asking_control = false;
        open->trial->take(std::nullopt);
        answered(open);
        return true;
    }
    deadlines_.cancel(open->deadline);
    if (!open->trial->is_believed()) open->answer = failed(DnsFailure::servfail);
    open->answer->is_unproven = false;
    open->answer->ttl_seconds = open->trial->ttl_seconds();
    return false;
}

void UnboundResolver::State::take_control(void* raw, int code, void* message, int bytes,
                                          int security, char* /*why_bogus*/, int /*was_limited*/) {
    auto* open = static_cast<Open*>(raw);
    open->is_asking_control = false;
    const auto* const control = open->trial->next();
    const bool is_answer = code == ns_r_noerror && security != is_bogus;
    open->trial->take(is_answer
                          ? read_control(control->name, control->type, text_of(message, bytes))
                          : std::nullopt);
    open->state->answered(open);
}

void UnboundResolver::State::answered(Open* open) {
    if (!abandoned_.contains(open) && !open->answer->is_unproven) deadlines_.cancel(open->deadline);
    answered_.push_back(open);
    if (answered_.size() > 1) return;
    asio::post(loop_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->hand_out_answered();
    });
}

void UnboundResolver::State::hand_out_answered() {
    // A `done` may ask again; that answer comes in the next round.
    for (Open* const open : std::exchange(answered_, {})) {
        // It keeps its slot and its deadline.
        const bool is_on_trial = open->answer->is_unproven && !abandoned_.contains(open);
        if (is_on_trial && ask_control(open)) continue;
        if (auto* const next = line_.leave(open->zone)) begin(static_cast<Open*>(next));
        if (abandoned_.erase(open) != 0) continue;
        const auto mine = std::move(open_.extract(open->question).mapped());
        hand_out(mine->waiting, *mine->answer);
    }
}

void UnboundResolver::State::give_up(Open* open) {
    auto mine = std::move(open_.extract(open->question).mapped());
    const auto waiting = std::exchange(open->waiting, {});
    if (open->is_asked) {
        abandoned_.emplace(open, std::move(mine));
    } else {
        line_.withdraw(open->zone, open);
    }
    hand_out(waiting, failed(DnsFailure::timeout));
}

void UnboundResolver::State::hand_out(const std::vector<Done>& waiting, const DnsAnswer& answer) {
    const auto self = shared_from_this();  // a `done` may destroy the resolver
    for (const Done& done : waiting) done(answer);
}

UnboundResolver::UnboundResolver(std::shared_ptr<State> state) : state_(std::move(state)) {}

UnboundResolver::~UnboundResolver() = default;

base::Result<std::unique_ptr<UnboundResolver>> UnboundResolver::open(asio::io_context& context,
                                                                     const Settings& settings) {
    auto events = UnboundLoop::open(context);
    if (!events) return std::unexpected(events.error());
    auto unbound = make_unbound_context(settings, (*events)->base());
    if (!unbound) return std::unexpected(unbound.error());
    return std::unique_ptr<UnboundResolver>(new UnboundResolver(
        std::make_shared<State>(context, *std::move(events), *std::move(unbound), settings)));
}

void UnboundResolver::ask(const DnsQuestion& question, Done done) {
    state_->ask(question, std::move(done));
}

void UnboundResolver::change_deadline(std::chrono::milliseconds deadline) {
    state_->change_deadline(deadline);
}

}  // namespace turnaway::io
