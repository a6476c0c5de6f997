// The command lines of ServerSession: which are allowed now, and what each does.
//
// RFC 5321 section 4.1.4 (order), RFC 3207 section 4 (commands allowed before TLS), RFC 3030
// section 2 (BDAT: refused or not, its octets are content and never commands).
#include "base/limits.h"
#include "base/text.h"
#include "smtp/reply_words.h"
#include "smtp/server_envelope.h"
#include "smtp/server_session.h"

namespace turnaway::smtp {

namespace limits = base::limits;

using enum ServerSays;

namespace {

// If the size of a BDAT cannot be read, the end of its octets is unknown.
ServerSays reply_to_fault(const CommandError& error) {
    return error.verb == Verb::bdat ? chunk_syntax : reply_to<ServerSays>(error);
}

// RFC 3207 section 4: the commands that a server that requires TLS accepts before it; HELO because
// its reply may not carry the enhanced code that 530 needs.
bool goes_before_tls(Verb verb) {
    return verb == Verb::ehlo || verb == Verb::helo || verb == Verb::starttls ||
           verb == Verb::noop || verb == Verb::quit;
}

}  // namespace

// False when no whole line is there.
bool ServerSession::take_command() {
    if (is_shutting_down_) {
        close_with(shutting_down);
        return true;
    }
    const Frame frame = framer_.next(unread(), limits::command_line_bytes_max);
    input_at_ += frame.consumed;
    if (frame.kind == Frame::Kind::none) return false;
    if (++commands_ > settings_.commands_max) {
        close_with(too_many_commands);
    } else if (frame.kind == Frame::Kind::too_long) {
        say_error(line_too_long);
    } else {
        take_line(frame.text);
    }
    return true;
}

void ServerSession::take_line(std::string_view line) {
    const auto command = parse_command(line);
    if (command) return obey(*command);
    const ServerSays says = reply_to_fault(command.error());
    // Its octets begin somewhere after that line, and they must not be taken for commands.
    if (says == chunk_syntax) return close_with(says);
    command.error().verb == Verb::rcpt ? say_bad_recipient(says) : say_error(says);
}

void ServerSession::obey(const Command& command) {
    const bool must_encrypt =
        settings_.is_tls_required && !is_encrypted_ && !goes_before_tls(command.verb);
    if (command.verb == Verb::bdat) {
        return obey_bdat(command, must_encrypt ? std::optional(tls_first) : std::nullopt);
    }
    if (must_encrypt) return say_error(tls_first);
    switch (command.verb) {
        case Verb::ehlo:
        case Verb::helo:
            return obey_hello(command);
        case Verb::mail:
            return obey_mail(command);
        case Verb::rcpt:
            return obey_rcpt(command);
        case Verb::data:
            return obey_data();
        case Verb::rset:
            end_transaction();
            return say(ok);
        case Verb::noop:
            return say(ok);
        case Verb::help:
            return say(help);
        case Verb::vrfy:
            return say(cannot_verify);
        case Verb::quit:
            return close_with(bye);
        case Verb::starttls:
            return obey_start_tls();
        case Verb::bdat:
        case Verb::expn:
        case Verb::auth:
        case Verb::etrn:
            return say_error(not_implemented);
    }
}

void ServerSession::obey_hello(const Command& command) {
    if (!base::is_utf8(command.argument)) return say_error(hello_syntax);
    end_transaction();
    is_greeted_ = true;
    is_esmtp_ = command.verb == Verb::ehlo;
    helo_name_ = command.argument;
    if (!is_esmtp_) return say(hello);
    append_server_reply(hello, {settings_.hostname, client_address_}, &out_, false);
    say_extensions();
}

void ServerSession::say_extensions() {
    out_ += "250-PIPELINING\r\n250-SIZE ";
    out_ += std::to_string(settings_.message_bytes_max);
    out_ += "\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250-DSN\r\n";
    out_ += "250-ENHANCEDSTATUSCODES\r\n";
    if (settings_.is_tls_offered && !is_encrypted_) out_ += "250-STARTTLS\r\n";
    out_ += "250-LIMITS RCPTMAX=" + std::to_string(settings_.recipients_max);
    out_ += " MAILMAX=" + std::to_string(settings_.messages_max);
    out_ += "\r\n250 HELP\r\n";
}

void ServerSession::obey_start_tls() {
    if (is_encrypted_) return say_error(already_encrypted);
    if (!settings_.is_tls_offered) return say_error(not_implemented);
    if (!is_esmtp_) return say_error(hello_first);
    say(start_tls);
    forget_client();
    phase_ = Phase::handshake;
}

void ServerSession::obey_mail(const Command& command) {
    if (!is_greeted_) return say_error(hello_first);
    if (is_mail_taken_) return say_error(sender_given);
    if (messages_ >= settings_.messages_max) return close_with(too_many_messages);
    auto envelope = read_mail(command, is_esmtp_, settings_);
    if (!envelope) {
        // A message that is too big is not an error in the command.
        return envelope.error() == message_too_big ? say(message_too_big)
                                                   : say_error(envelope.error());
    }
    ++messages_;
    ++transaction_;
    envelope_ = std::move(*envelope);
    phase_ = Phase::sender_asked;
}

void ServerSession::obey_rcpt(const Command& command) {
    if (!is_mail_taken_) return say_error(is_greeted_ ? sender_first : hello_first);
    if (has_chunks_) return say_error(chunks_begun);
    auto recipient = read_rcpt(command, is_esmtp_, envelope_.needs_smtputf8, settings_);
    if (!recipient) return say_bad_recipient(recipient.error());
    if (envelope_.recipients.size() >= settings_.recipients_max) return say(too_many_recipients);
    asked_recipient_ = std::move(*recipient);
    phase_ = Phase::recipient_asked;
}

void ServerSession::obey_data() {
    if (!is_mail_taken_) return say_error(is_greeted_ ? sender_first : hello_first);
    if (has_chunks_) return say_error(chunks_begun);
    if (envelope_.recipients.empty()) return say_error(recipient_first);
    say(start_input);
    is_flush_due_ = true;
    phase_ = Phase::data;
}

void ServerSession::obey_bdat(const Command& command, std::optional<ServerSays> refusal) {
    if (!refusal && !is_mail_taken_) refusal = is_greeted_ ? sender_first : hello_first;
    if (!refusal && !is_esmtp_) refusal = not_implemented;
    if (!refusal && envelope_.recipients.empty()) refusal = recipient_first;
    phase_ = Phase::chunk;
    chunk_left_ = command.chunk_bytes;
    is_last_chunk_ = command.is_last_chunk;
    chunk_refusal_ = refusal;
    if (refusal) {
        content_.refuse(*refusal);
    } else {
        has_chunks_ = true;
        content_.announce_chunk(chunk_left_);
    }
}

}  // namespace turnaway::smtp
