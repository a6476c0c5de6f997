#include "smtp/server_session.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "codes/constants.h"
#include "smtp/reply.h"

namespace turnaway::smtp {

namespace limits = base::limits;

ServerSession::ServerSession(const ServerSettings& settings, std::string client_address)
    : settings_(settings),
      client_address_(std::move(client_address)),
      content_(settings.message_bytes_max, settings.is_nul_refused) {
    say(ServerSays::greeting);
    proceed();
}

ServerSession::Action ServerSession::action() const {
    Action action{.kind = wished_};
    if (wished_ == Action::Kind::send) action.bytes = out_;
    if (wished_ == Action::Kind::store) action.bytes = to_store_;
    return action;
}

const mail::Recipient& ServerSession::asked_recipient() const {
    TURNAWAY_CHECK(asked_recipient_.has_value());
    return asked_recipient_->recipient;
}

bool ServerSession::is_postmaster_asked() const {
    TURNAWAY_CHECK(asked_recipient_.has_value());
    return asked_recipient_->is_postmaster;
}

void ServerSession::received(std::string_view bytes) {
    if (is_over()) return;
    TURNAWAY_CHECK(wished_ == Action::Kind::read);
    input_.erase(0, input_at_);
    input_at_ = 0;
    input_.append(bytes);
    proceed();
}

void ServerSession::sent() {
    if (is_over()) return;
    TURNAWAY_CHECK(wished_ == Action::Kind::send);
    out_.clear();
    answers_held_ = 0;
    is_flush_due_ = false;
    proceed();
}

// Input from before TLS is no longer trusted (requirement 53, RFC 3207 section 4.2).
void ServerSession::tls_up() {
    if (is_over()) return;
    TURNAWAY_CHECK(phase_ == Phase::handshake);
    is_encrypted_ = true;
    forget_client();
    phase_ = Phase::command;
    proceed();
}

void ServerSession::tls_failed() {
    closed();
}

void ServerSession::answered(const ServerAnswer& answer) {
    if (phase_ == Phase::closing || is_over()) return;
    const bool is_accepted = answer.code.is_positive();
    switch (phase_) {
        case Phase::sender_asked:
            is_mail_taken_ = is_accepted;
            if (!is_accepted) end_transaction();
            break;
        case Phase::recipient_asked:
            if (is_accepted) {
                envelope_.recipients.push_back(std::move(asked_recipient_->recipient));
            }
            asked_recipient_.reset();
            break;
        case Phase::committing:
            end_transaction();
            break;
        default:
            TURNAWAY_CHECK(false);
    }
    phase_ = Phase::command;
    say_answer(answer);
    ++answers_held_;
    if (answer.code == codes::service_not_available) begin_closing();
    proceed();
}

void ServerSession::stored(bool ok) {
    if (phase_ == Phase::closing || is_over()) return;
    TURNAWAY_CHECK(wished_ == Action::Kind::store);
    to_store_ = {};
    if (!ok) content_.refuse(ServerSays::storage_full);
    proceed();
}

void ServerSession::closed() {
    end_transaction();
    out_.clear();
    phase_ = Phase::over;
    wished_ = Action::Kind::close;
}

void ServerSession::timed_out() {
    // No reply reaches a client that does not read or is inside a handshake.
    if (is_over() || wished_ == Action::Kind::send || wished_ == Action::Kind::start_tls) {
        return closed();
    }
    close_with(ServerSays::timed_out);
    proceed();
}

void ServerSession::shut_down() {
    is_shutting_down_ = true;
    if (wished_ == Action::Kind::read && phase_ == Phase::command) proceed();
}

// Processes the input until something is needed from outside.
void ServerSession::proceed() {
    while (true) {
        const bool is_flush_wanted = is_flush_due_ || out_.size() > limits::server_batch_bytes_max;
        bool can_go_on = true;
        wished_ = Action::Kind::read;
        if (!to_store_.empty()) {
            wished_ = Action::Kind::store;
            return;
        }
        if (is_flush_wanted && !out_.empty()) {
            wished_ = Action::Kind::send;
            return;
        }
        switch (phase_) {
            case Phase::command:
                can_go_on = take_command();
                break;
            case Phase::sender_asked:
            case Phase::recipient_asked:
                // So that the client sees a reply before its timeout ends.
                is_flush_due_ = answers_held_ >= limits::server_answers_held_max;
                if (is_flush_due_) break;
                wished_ = phase_ == Phase::sender_asked ? Action::Kind::ask_sender
                                                        : Action::Kind::ask_recipient;
                return;
            case Phase::data:
                can_go_on = take_data();
                break;
            case Phase::chunk:
                can_go_on = take_chunk();
                break;
            case Phase::committing:
                wished_ = Action::Kind::commit;
                return;
            case Phase::handshake:
            case Phase::closing:
                wished_ =
                    phase_ == Phase::handshake ? Action::Kind::start_tls : Action::Kind::close;
                if (out_.empty() && phase_ == Phase::closing) phase_ = Phase::over;
                can_go_on = false;
                break;
            case Phase::over:
                wished_ = Action::Kind::close;
                return;
        }
        if (can_go_on) continue;
        // The client may be waiting for exactly these replies (RFC 2920 section 3.2).
        if (!out_.empty()) wished_ = Action::Kind::send;
        return;
    }
}

bool ServerSession::take_data() {
    if (is_content_ended_) {
        end_content();
        return true;
    }
    const auto taken = content_.take_data(std::span(input_).subspan(input_at_));
    input_at_ += taken.consumed;
    to_store_ = taken.content;
    is_content_ended_ = taken.is_end;
    if (taken.is_lost) lose_content();
    return taken.consumed > 0 || taken.is_lost;
}

void ServerSession::end_content() {
    is_content_ended_ = false;
    if (const auto fault = content_.fault()) {
        content_refusal_ = {.says = *fault, .sender = envelope_.reverse_path};
        end_transaction();
        phase_ = Phase::command;
        say(*fault);
    } else {
        phase_ = Phase::committing;
    }
}

// The end of the content is unknown.
void ServerSession::lose_content() {
    content_refusal_ = {.says = *content_.fault(), .sender = envelope_.reverse_path};
    close_with(content_refusal_->says);
}

std::optional<ServerSession::ContentRefusal> ServerSession::take_content_refusal() {
    return std::exchange(content_refusal_, {});
}

bool ServerSession::take_chunk() {
    if (chunk_left_ == 0) {
        end_chunk();
        return true;
    }
    const std::string_view rest = unread();
    const std::string_view bytes =
        chunk_left_ < rest.size() ? rest.substr(0, static_cast<std::size_t>(chunk_left_)) : rest;
    if (bytes.empty()) return false;
    const auto taken = content_.take_chunk(bytes);
    input_at_ += taken.consumed;
    chunk_left_ -= taken.consumed;
    to_store_ = taken.content;
    if (taken.is_lost) lose_content();
    return true;
}

void ServerSession::end_chunk() {
    phase_ = Phase::command;
    if (const auto refusal = std::exchange(chunk_refusal_, {})) {
        content_ = ServerContent(settings_.message_bytes_max, settings_.is_nul_refused);
        return say(*refusal);
    }
    if (is_last_chunk_) content_.end_chunks();
    if (is_last_chunk_ || content_.fault()) {
        end_content();
    } else {
        say(ServerSays::chunk_taken);
    }
}

void ServerSession::say(ServerSays says) {
    if (is_shortage(says)) ++shortages_;
    append_server_reply(says, {settings_.hostname, client_address_}, &out_);
}

void ServerSession::say_error(ServerSays says) {
    if (++errors_ > settings_.errors_max + bad_recipients_) {
        return close_with(ServerSays::too_many_errors);
    }
    say(says);
}

// The message may still have good recipients, and a long list has some that cannot be read: as many
// as it may have good ones are forgiven.
void ServerSession::say_bad_recipient(ServerSays says) {
    if (is_mail_taken_ && bad_recipients_ < settings_.recipients_max) ++bad_recipients_;
    say_error(says);
}

void ServerSession::say_answer(const ServerAnswer& answer) {
    TURNAWAY_CHECK(!answer.code.is_intermediate());
    auto enhanced = answer.enhanced;
    if (!enhanced || !enhanced->agrees_with(answer.code)) {
        enhanced = answer.code.is_positive() ? codes::EnhancedCode::success(codes::other_status)
                   : answer.code.is_temporary()
                       ? codes::EnhancedCode::temporary(codes::other_status)
                       : codes::EnhancedCode::permanent(codes::other_status);
    }
    append_reply_line({.code = answer.code, .enhanced = enhanced, .text = answer.text}, &out_);
}

void ServerSession::close_with(ServerSays says) {
    last_words_ = says;
    say(says);
    begin_closing();
}

void ServerSession::begin_closing() {
    end_transaction();
    phase_ = Phase::closing;
    input_.clear();
    input_at_ = 0;
}

void ServerSession::end_transaction() {
    ++transaction_;
    is_mail_taken_ = false;
    has_chunks_ = false;
    envelope_ = {};
    asked_recipient_.reset();
    content_ = ServerContent(settings_.message_bytes_max, settings_.is_nul_refused);
    to_store_ = {};
    is_content_ended_ = false;
}

void ServerSession::forget_client() {
    end_transaction();
    is_greeted_ = false;
    is_esmtp_ = false;
    helo_name_.clear();
    input_.clear();
    input_at_ = 0;
    framer_ = {};
}

}  // namespace turnaway::smtp
