#include "smtp/client_session.h"

#include <array>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "codes/constants.h"
#include "smtp/client_commands.h"

namespace turnaway::smtp {

namespace {

using Kind = ClientSession::Action::Kind;

std::shared_ptr<const Reply> share(std::optional<Reply>* reply) {
    return std::make_shared<const Reply>(*std::move(*reply));
}

}  // namespace

ClientSession::ClientSession(ClientPlan plan)
    : own_name_(std::move(plan.own_name)), tls_(plan.tls), transaction_(std::move(plan.message)) {}

// The action of each phase once nothing is left to send, and its stage in an outcome. A transaction
// knows both better.
struct ClientSession::PhaseRow {
    Phase phase;
    Kind wishes;
    ClientWait wait;
    codes::Stage stage;
};

const ClientSession::PhaseRow& ClientSession::row() const {
    using codes::Stage;
    static constexpr std::array rows{
        PhaseRow{Phase::connecting, Kind::connect, ClientWait::connect, Stage::connect},
        PhaseRow{Phase::greeting, Kind::read, ClientWait::greeting, Stage::greeting},
        PhaseRow{Phase::ehlo, Kind::read, ClientWait::ehlo, Stage::ehlo},
        PhaseRow{Phase::helo, Kind::read, ClientWait::ehlo, Stage::ehlo},
        PhaseRow{Phase::starttls, Kind::read, ClientWait::starttls, Stage::starttls},
        PhaseRow{Phase::handshake, Kind::start_tls, ClientWait::handshake, Stage::starttls},
        PhaseRow{Phase::transaction, Kind::read, ClientWait::mail, Stage::mail},
        PhaseRow{Phase::content, Kind::send_content, ClientWait::block, Stage::content},
        PhaseRow{Phase::ready, Kind::ready, ClientWait::block, Stage::idle},
        PhaseRow{Phase::quitting, Kind::read, ClientWait::quit, Stage::idle},
        PhaseRow{Phase::over, Kind::close, ClientWait::block, Stage::idle},
    };
    const PhaseRow& found = rows[static_cast<std::size_t>(phase_)];
    TURNAWAY_CHECK(found.phase == phase_);
    return found;
}

ClientSession::Action ClientSession::action() const {
    if (phase_ != Phase::over && !out_.empty()) return {Kind::send, ClientWait::block, out_};
    if (phase_ == Phase::transaction) return {Kind::read, transaction_.wait()};
    return {row().wishes, row().wait};
}

codes::Stage ClientSession::stage() const {
    return phase_ == Phase::transaction ? transaction_.stage() : row().stage;
}

bool ClientSession::is_our_turn() const {
    return !out_.empty() || phase_ == Phase::content || phase_ == Phase::ready;
}

void ClientSession::say(std::string_view line, Phase next) {
    out_ = line;
    out_ += "\r\n";
    phase_ = next;
}

void ClientSession::connected() {
    TURNAWAY_CHECK(phase_ == Phase::connecting);
    phase_ = Phase::greeting;
}

void ClientSession::sent() {
    TURNAWAY_CHECK(action().kind == Kind::send);
    out_.clear();
    read_replies();
}

void ClientSession::received(std::string_view bytes) {
    if (phase_ == Phase::over || phase_ == Phase::connecting || phase_ == Phase::handshake) return;
    input_ += bytes;
    if (out_.empty()) {
        phase_ == Phase::content ? read_during_content() : read_replies();
    }
    if (input_.size() > base::limits::reply_bytes_max && phase_ != Phase::over) {
        break_off(ClientCause::not_a_reply);
    }
}

void ClientSession::read_replies() {
    const std::string input = std::exchange(input_, {});
    std::string_view rest = input;
    while (!rest.empty() && phase_ != Phase::over) {
        if (is_our_turn()) return take_early(rest);
        auto step = reader_.next(rest);
        if (!step) return break_off(ClientCause::not_a_reply);
        rest.remove_prefix(step->consumed);
        if (!step->reply) continue;
        ++replies_;
        take(share(&step->reply));
        // Nothing received in clear text is trusted after the handshake.
        if (phase_ == Phase::handshake) return;
    }
}

void ClientSession::take_early(std::string_view bytes) {
    // Nothing depends on the host any more.
    if (phase_ == Phase::ready || phase_ == Phase::quitting) {
        phase_ = Phase::over;
        return;
    }
    auto step = reader_.next(bytes);
    if (step && step->reply && step->reply->code == codes::service_not_available) {
        return end(outcome_of(share(&step->reply), stage()));
    }
    break_off(ClientCause::out_of_step);
}

// A refusal counts even before the end of the content. Any other reply waits: the driver may learn
// of the reply before it learns that its last write is done.
void ClientSession::read_during_content() {
    if (early_reply_) return;
    const std::string input = std::exchange(input_, {});
    auto step = reader_.next(input);
    if (!step) return break_off(ClientCause::not_a_reply);
    input_ = input.substr(step->consumed);
    if (!step->reply) return;
    early_reply_ = share(&step->reply);
    const codes::ReplyCode code = early_reply_->code;
    if (code == codes::service_not_available) return end(outcome_of(early_reply_, stage()));
    if (code.is_positive() || code.is_intermediate()) return;
    // The host reads the rest of our content as commands, or not at all.
    transaction_.fail(outcome_of(early_reply_, stage()));
    phase_ = Phase::over;
}

void ClientSession::content_sent() {
    TURNAWAY_CHECK(phase_ == Phase::content);
    transaction_.content_sent();
    phase_ = Phase::transaction;
    if (early_reply_) take(std::exchange(early_reply_, nullptr));
    read_replies();
}

void ClientSession::take(std::shared_ptr<const Reply> reply) {
    const codes::ReplyCode code = reply->code;
    if (phase_ == Phase::quitting) {
        phase_ = Phase::over;
        return;
    }
    if (phase_ == Phase::greeting) greeting_ = reply;
    if (code == codes::service_not_available) return end(outcome_of(std::move(reply), stage()));
    if (phase_ == Phase::transaction) {
        if (transaction_.take(reply)) return proceed();
    } else if (!code.is_intermediate()) {
        if (phase_ == Phase::starttls) return take_starttls(std::move(reply));
        if (phase_ != Phase::greeting) return take_hello(std::move(reply));
        if (code.is_positive()) return greet_back();
        // A host that refused waits for QUIT (requirement 29).
        return end_politely(outcome_of(std::move(reply), codes::Stage::greeting));
    }
    const codes::Stage at = stage();
    end(local_outcome(ClientCause::out_of_step, at, std::move(reply)));
}

void ClientSession::greet_back() {
    say("EHLO " + own_name_, Phase::ehlo);
}

void ClientSession::take_hello(std::shared_ptr<const Reply> reply) {
    const codes::ReplyCode code = reply->code;
    const bool is_ehlo = phase_ == Phase::ehlo;
    if (is_ehlo && code.is_permanent() && code != codes::host_takes_no_mail) {
        return say("HELO " + own_name_, Phase::helo);
    }
    if (!code.is_positive()) return end_politely(outcome_of(std::move(reply), codes::Stage::ehlo));
    extensions_ = is_ehlo ? ClientExtensions::parse(*reply) : ClientExtensions{};
    if (is_encrypted_ || tls_ == TlsPolicy::never) return begin_message();
    if (extensions_.starttls) return say("STARTTLS", Phase::starttls);
    if (tls_ == TlsPolicy::opportunistic) return begin_message();
    end_politely(local_outcome(ClientCause::tls_not_offered, codes::Stage::ehlo));
}

void ClientSession::take_starttls(std::shared_ptr<const Reply> reply) {
    if (reply->code.is_positive()) {
        phase_ = Phase::handshake;
    } else if (tls_ == TlsPolicy::opportunistic) {
        begin_message();
    } else {
        end_politely(
            local_outcome(ClientCause::tls_refused, codes::Stage::starttls, std::move(reply)));
    }
}

void ClientSession::tls_up() {
    TURNAWAY_CHECK(phase_ == Phase::handshake);
    is_encrypted_ = true;
    extensions_ = {};
    greet_back();
}

void ClientSession::tls_failed() {
    TURNAWAY_CHECK(phase_ == Phase::handshake);
    break_off(ClientCause::tls_failed);
}

void ClientSession::begin_message() {
    if (const auto missing = what_is_missing(transaction_.message(), extensions_)) {
        transaction_.fail(local_outcome(*missing, codes::Stage::ehlo));
        phase_ = Phase::ready;
        return;
    }
    ++messages_;
    transaction_.start(extensions_, is_reset_needed_);
    phase_ = Phase::transaction;
    proceed();
}

void ClientSession::proceed() {
    switch (transaction_.next()) {
        case ClientTransaction::Next::read:
            return;
        case ClientTransaction::Next::write:
            return transaction_.write(&out_);
        case ClientTransaction::Next::content:
            phase_ = Phase::content;
            return;
        case ClientTransaction::Next::done:
            is_reset_needed_ = transaction_.is_left_open();
            phase_ = Phase::ready;
            return;
    }
}

void ClientSession::deliver(ClientMessage message) {
    TURNAWAY_CHECK(phase_ == Phase::ready);
    transaction_ = ClientTransaction(std::move(message));
    begin_message();
}

void ClientSession::quit() {
    TURNAWAY_CHECK(phase_ == Phase::ready);
    say("QUIT", Phase::quitting);
}

void ClientSession::closed() {
    lose(ClientCause::lost);
}

void ClientSession::timed_out() {
    lose(ClientCause::timed_out);
}

void ClientSession::lose(ClientCause cause) {
    // A reply that came while we were sending counts before the end of the connection.
    if (action().kind == Kind::send) sent();
    if (phase_ != Phase::over) break_off(cause);
}

void ClientSession::break_off(ClientCause cause) {
    if (phase_ == Phase::ready || phase_ == Phase::quitting) {
        phase_ = Phase::over;
        return;
    }
    end(local_outcome(cause, stage()));
}

void ClientSession::end(ClientOutcome outcome) {
    transaction_.fail(outcome);
    host_outcome_ = std::move(outcome);
    phase_ = Phase::over;
}

void ClientSession::end_politely(ClientOutcome outcome) {
    end(std::move(outcome));
    say("QUIT", Phase::quitting);
}

}  // namespace turnaway::smtp
