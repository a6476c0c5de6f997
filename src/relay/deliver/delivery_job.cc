#include "relay/deliver/delivery_job.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "io/awaiting.h"
#include "judge/destination.h"
#include "queue/delivery.h"
#include "queue/history.h"
#include "relay/deliver/message_report.h"
#include "relay/log/delivery_log.h"
#include "relay/queue/queue_table.h"
#include "relay/shard.h"

namespace turnaway::relay {
namespace {

using queue::Delivery;
using queue::Disposition;
using queue::Feedback;

// The delay after the spool had no room for a report.
constexpr std::chrono::seconds spool_pause{300};
// The delay after a message could temporarily not be read, as with too many open files.
constexpr std::chrono::seconds load_pause{60};

// An empty route for a message whose content cannot be read.
io::RoutePtr nowhere() {
    static const route::Route hostless{.kind = route::RouteKind::hosts};
    return std::make_shared<const route::Route>(hostless);
}

// One round, with all it needs.
class Round {
  public:
    Round(Shard& shard, LiveMessagePtr live, std::string_view destination, OutboundConnection& kept)
        : shard_(shard),
          rules_(shard.rules()),
          config_(rules_->config),
          live_(std::move(live)),
          destination_(destination),
          kept_(kept) {}

    // False: no recipient is waiting for this destination.
    bool choose_recipients();
    asio::awaitable<Feedback> run();

  private:
    asio::awaitable<void> attempt(Delivery& delivery, const Delivery::Target& target);
    smtp::ClientMessage message_for(const std::vector<std::size_t>& recipients) const;
    const mail::Address& first_recipient() const {
        return live_->message.envelope.recipients[chosen_.front()].address;
    }
    asio::awaitable<void> finish(Delivery& delivery);
    asio::awaitable<void> read_original(const std::vector<Disposition>& dispositions);
    queue::DeliverySettings delivery_settings() const;
    std::vector<Ending> merge(std::vector<queue::RecipientState> states,
                              const std::vector<Disposition>& dispositions,
                              queue::Message* next) const;
    void settle(std::size_t chosen, const Disposition& disposition, queue::Message* next,
                std::vector<Ending>* endings) const;
    base::Result<std::optional<spool::StoredMessage>> report(const queue::Message& message,
                                                             const std::vector<Ending>& endings);
    void apply(std::optional<spool::StoredMessage> told);
    void schedule_again();

    Shard& shard_;
    std::shared_ptr<const Rules> rules_;  // as at its beginning, even after a reload
    const Config& config_;
    LiveMessagePtr live_;
    std::string_view destination_;
    OutboundConnection& kept_;

    std::vector<std::size_t> chosen_;            // recipients of the message
    std::vector<queue::RecipientState> states_;  // of these recipients
    std::string original_;  // what a report returns, if the content is not in memory
    io::RoutePtr route_;
    smtp::TlsPolicy tls_ = smtp::TlsPolicy::opportunistic;  // of the destination
    RoundTimes times_;
    bool had_host_trouble_ = false;
    bool had_success_ = false;
};

bool Round::choose_recipients() {
    const std::lock_guard lock(live_->mutex);
    const auto& message = live_->message;
    if (live_->is_gone || message.is_held) return false;
    for (std::size_t i = 0; i < message.states.size(); ++i) {
        if (message.states[i].progress != queue::Progress::waiting) continue;
        if (message.envelope.recipients[i].address.host_text() != destination_) continue;
        chosen_.push_back(i);
        states_.push_back(message.states[i]);
    }
    return !chosen_.empty();
}

queue::DeliverySettings Round::delivery_settings() const {
    queue::DeliverySettings settings;
    settings.lifetimes = rules_->lifetimes;
    settings.greeting_5xx = config_.delivery.greeting_5xx;
    settings.is_null_sender = live_->message.envelope.reverse_path.is_null();
    // A host known to reply 521 to all mail is tried last, like one that does not answer.
    settings.is_resting = [this, now = shard_.now_seconds()](const route::IpAddress& address) {
        return shard_.relay().resting_hosts().is_resting(address, now) ||
               shard_.relay().refusing_hosts().is_refusing({address, times_.port});
    };
    return settings;
}

asio::awaitable<Feedback> Round::run() {
    times_.began_at = shard_.now_seconds();
    times_.began = std::chrono::steady_clock::now();
    times_.due = std::ranges::min(states_, {}, &queue::RecipientState::due).due;
    const auto destination = judge::destination_of(first_recipient(), rules_->judging);
    times_.port = destination.port;
    tls_ = destination.tls;
    const base::Error* const trouble = live_->content->trouble();
    if (trouble != nullptr) {
        log_trouble(shard_.relay(), *trouble, live_->message.id);
        route_ = nowhere();
    } else {
        route_ = co_await shard_.routing().route_to(destination);
    }
    Delivery delivery(*route_, std::move(states_), delivery_settings(), live_->message.arrival,
                      shard_.now_seconds());
    if (trouble != nullptr) {
        delivery.give_up(unreadable_content, shard_.now_seconds());
    }
    while (const auto target = delivery.next()) co_await attempt(delivery, *target);
    co_await finish(delivery);
    if (had_success_) co_return Feedback::good;
    co_return had_host_trouble_ ? Feedback::host_trouble : Feedback::neutral;
}

smtp::ClientMessage Round::message_for(const std::vector<std::size_t>& recipients) const {
    const auto& message = live_->message;
    smtp::ClientMessage out;
    out.envelope.reverse_path = message.envelope.reverse_path;
    out.envelope.envid = message.envelope.envid;
    out.envelope.ret = message.envelope.ret;
    out.envelope.body = message.envelope.body;
    out.envelope.needs_smtputf8 = message.envelope.needs_smtputf8;
    for (const auto i : recipients) {
        out.envelope.recipients.push_back(message.envelope.recipients[chosen_[i]]);
    }
    out.content_bytes = message.content_bytes;
    out.is_eight_bit = message.is_eight_bit;
    out.has_ascii_header = message.has_ascii_header;
    return out;
}

asio::awaitable<void> Round::attempt(Delivery& delivery, const Delivery::Target& target) {
    const auto& host = route_->hosts.at(target.host);
    const auto& address = host.addresses.at(target.address);
    const HostAddress where{.host = host.name ? host.name->text() : std::string(),
                            .address = address,
                            .port = times_.port};
    const auto dialogue =
        co_await kept_.deliver(where, tls_, message_for(target.recipients), live_->content);
    const auto now = shard_.now_seconds();
    times_.mail_began = dialogue.mail_began;
    log_attempt(shard_.relay(), dialogue, target.recipients.size(), live_->message.content_bytes);
    if (dialogue.host_outcome) had_host_trouble_ = true;
    const auto& outcome = dialogue.host_outcome;
    if (outcome && outcome->stage == codes::Stage::connect) {
        // A missing route costs no wait, and is needed for the disposition in each round.
        if (outcome->status != queue::without_way()) {
            shard_.relay().resting_hosts().unreachable(address, now);
        }
    } else {
        shard_.relay().resting_hosts().reachable(address);
    }
    learn_of_host(shard_.relay().refusing_hosts(), where, dialogue);
    had_success_ |= std::ranges::any_of(dialogue.outcomes, [](const auto& each) {
        return each && each->verdict == smtp::ClientVerdict::delivered;
    });
    if (!dialogue.outcomes.empty()) {
        delivery.took(target, dialogue.outcomes, now, dialogue.offers_dsn);
    } else if (dialogue.host_outcome) {
        delivery.host_failed(target, *dialogue.host_outcome, dialogue.words, now);
    }
    if (!dialogue.own_fault.empty()) delivery.give_up(dialogue.own_fault, now);
}

void Round::settle(std::size_t chosen, const Disposition& disposition, queue::Message* next,
                   std::vector<Ending>* endings) const {
    const std::size_t recipient = chosen_[chosen];
    auto& state = next->states[recipient];
    Ending ending{.recipient = recipient,
                  .action = report::Action::failed,
                  .status = disposition.status,
                  .decided_by = disposition.decided_by,
                  .retry_until = {}};
    switch (disposition.kind) {
        case Disposition::Kind::delivered:
            state.progress = queue::Progress::done;
            if (!disposition.lacks_dsn) return;
            ending.action = report::Action::relayed;
            break;
        case Disposition::Kind::failed:
            // A failure that cannot be reported is kept for the administrator (requirement 45).
            state.progress = next->envelope.reverse_path.is_null() ? queue::Progress::unreportable
                                                                   : queue::Progress::done;
            break;
        case Disposition::Kind::later:
            state.due = disposition.due;
            if (!disposition.is_delay_notice_due || state.is_delay_reported) return;
            state.is_delay_reported = true;
            ending.action = report::Action::delayed;
            ending.retry_until = disposition.retry_until;
            break;
    }
    endings->push_back(ending);
}

std::vector<Ending> Round::merge(std::vector<queue::RecipientState> states,
                                 const std::vector<Disposition>& dispositions,
                                 queue::Message* next) const {
    std::vector<Ending> endings;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
        next->states[chosen_[i]] = std::move(states[i]);
        settle(i, dispositions[i], next, &endings);
    }
    return endings;
}

base::Result<std::optional<spool::StoredMessage>> Round::report(
    const queue::Message& message, const std::vector<Ending>& endings) {
    if (endings.empty()) return std::nullopt;
    const auto in_memory = live_->content->in_memory();
    const std::string_view original = in_memory.empty() ? original_ : in_memory;
    const ReportSource source{.hostname = config_.hostname().text(),
                              .from = config_.report_from(),
                              .report_id = shard_.new_id(),
                              .now = shard_.now_seconds(),
                              .original = original,
                              .original_is_whole = original.size() == live_->content->size()};
    auto written = write_message_report(message, endings, source);
    if (!written) return std::nullopt;
    auto sink = shard_.relay().spool().new_content({});
    if (auto done = sink->write(written->content); !done) return std::unexpected(done.error());
    auto content = sink->finish();
    if (!content) return std::unexpected(content.error());
    return spool::StoredMessage{.message = std::move(written->message),
                                .content = *std::move(content)};
}

// Before the message is locked, since it may wait for the disk. Without the original content the
// report is still sent.
asio::awaitable<void> Round::read_original(const std::vector<Disposition>& dispositions) {
    const bool may_report = std::ranges::any_of(dispositions, [](const Disposition& each) {
        return each.kind == Disposition::Kind::failed || each.lacks_dsn || each.is_delay_notice_due;
    });
    if (!may_report || !live_->content->in_memory().empty()) co_return;
    auto read = co_await shard_.read_content(live_->content, 0, base::limits::returned_bytes_max);
    if (!read) log_trouble(shard_.relay(), read.error(), live_->message.id);
    if (read) original_ = *std::move(read);
}

asio::awaitable<void> Round::finish(Delivery& delivery) {
    times_.ended = std::chrono::steady_clock::now();
    const auto dispositions = delivery.judge(shard_.now_seconds(), shard_.random());
    auto states = delivery.take_states();
    co_await read_original(dispositions);
    {
        const std::lock_guard lock(live_->mutex);
        if (live_->is_gone) co_return;  // an administrator deleted it meanwhile
        queue::Message next = live_->message;
        const auto endings = merge(std::move(states), dispositions, &next);
        auto told = report(next, endings);
        if (told) {
            // Only the states: other shards are reading the envelope.
            live_->message.states = std::move(next.states);
            log_round(shard_.relay(), live_->message, chosen_, dispositions, times_);
            if (*told) log_reported(shard_.relay(), live_->message, (*told)->message, endings);
            apply(*std::move(told));
        } else {
            // The report could not be written, so a failure cannot be reported yet: only deliveries
            // count.
            for (std::size_t i = 0; i < chosen_.size(); ++i) {
                auto& state = live_->message.states[chosen_[i]];
                if (dispositions[i].kind == Disposition::Kind::delivered) {
                    state = std::move(next.states[chosen_[i]]);
                } else {
                    state.due = shard_.now_seconds() + spool_pause;
                }
            }
            log_trouble(shard_.relay(), told.error(), live_->message.id);
            apply(std::nullopt);
        }
    }
    schedule_again();
}

// Under the message's lock.
void Round::apply(std::optional<spool::StoredMessage> told) {
    spool::Change change;
    if (told) change.add.push_back(*told);
    live_->is_gone = std::ranges::all_of(live_->message.states, [](const auto& state) {
        return state.progress == queue::Progress::done;
    });
    if (live_->is_gone) {
        change.remove.push_back(live_->message.id);
    } else {
        queue::bound_states(&live_->message.states);
        change.update.push_back(live_->message);
    }
    shard_.relay().apply_soon(std::move(change), std::move(told));
}

void Round::schedule_again() {
    std::optional<std::chrono::sys_seconds> due;
    {
        const std::lock_guard lock(live_->mutex);
        // A release schedules it again.
        if (live_->is_gone || live_->message.is_held) return;
        for (const auto i : chosen_) {
            const auto& state = live_->message.states[i];
            if (state.progress != queue::Progress::waiting) continue;
            due = due ? std::min(*due, state.due) : state.due;
        }
    }
    // Immediately, on this thread: a later change by an administrator arrives after this.
    if (due) shard_.deliverer().add(live_->message.id, destination_, *due);
}

// Logs why a message cannot be loaded; returns when to try again, or nothing if that is useless.
std::optional<std::chrono::seconds> log_not_loaded(RelayState& relay, queue::QueueId id,
                                                   base::Error error) {
    // Removed meanwhile, or the spool has failed.
    if (error.fault == base::Fault::no_input || relay.spool().has_failed()) return std::nullopt;
    const bool is_damaged = error.fault == base::Fault::data;
    error.message += is_damaged ? ": set aside, see `turnaway queue list --state corrupt`"
                                : ": tried again in a minute";
    log_trouble(relay, error, id);
    if (!is_damaged) return load_pause;
    relay.queue_totals().add_corrupt(id);
    return std::nullopt;
}

}  // namespace

asio::awaitable<Feedback> deliver_job(Shard& shard, std::string_view destination, queue::QueueId id,
                                      OutboundConnection& kept) {
    auto taken = co_await io::answer_of<base::Result<LiveMessagePtr>>(
        [&shard, id](auto answer) { shard.relay().table().take(id, std::move(answer)); });
    if (!taken) {
        if (const auto pause = log_not_loaded(shard.relay(), id, std::move(taken.error()))) {
            shard.deliverer().add(id, destination, shard.now_seconds() + *pause);
        }
        co_return Feedback::neutral;
    }
    const LiveMessagePtr live = *std::move(taken);
    auto feedback = Feedback::neutral;
    {
        Round round(shard, live, destination, kept);
        if (round.choose_recipients()) feedback = co_await round.run();
    }
    shard.relay().table().give_back(live);
    co_return feedback;
}

}  // namespace turnaway::relay
