#include "smtp/client_transaction.h"

#include <set>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/limits.h"
#include "codes/constants.h"
#include "smtp/client_commands.h"

namespace turnaway::smtp {

ClientTransaction::ClientTransaction(ClientMessage message)
    : message_(std::move(message)),
      outcomes_(message_.envelope.recipients.size()),
      undecided_(outcomes_.size()),
      offered_(outcomes_.size()) {
    TURNAWAY_CHECK(undecided_ > 0);
}

void ClientTransaction::start(const ClientExtensions& extensions, bool is_reset_needed) {
    extensions_ = extensions;
    keep_limits();
    sent_ = answered_ = is_reset_needed ? reset : mail;
}

void ClientTransaction::keep_limits() {
    if (!extensions_.recipients_max && !extensions_.recipient_domains_max) return;
    const auto& recipients = message_.envelope.recipients;
    std::set<std::string> domains;
    offered_ = 0;
    for (const mail::Recipient& recipient : recipients) {
        domains.insert(
            std::visit([](const auto& host) { return host.text(); }, recipient.address.host()));
        if (offered_ >= extensions_.recipients_max.value_or(recipients.size()) ||
            domains.size() > extensions_.recipient_domains_max.value_or(recipients.size())) {
            break;
        }
        ++offered_;
    }
    for (std::size_t i = offered_; i < recipients.size(); ++i) {
        outcomes_[i] = local_outcome(ClientCause::recipient_limit, codes::Stage::ehlo);
        outcomes_[i]->over_recipient_limit = true;
        --undecided_;
    }
}

ClientTransaction::Next ClientTransaction::next() const {
    if (answered_ < sent_) return Next::read;
    if (sent_ > dot()) return Next::done;
    if (sent_ == dot()) {
        if (!is_data_taken_) return Next::done;
        return accepted_ > 0 ? Next::content : Next::write;
    }
    if (has_failed_) return Next::done;
    if (sent_ == data() && (accepted_ == 0 || message_.ends_at_rcpt)) return Next::done;
    return Next::write;
}

void ClientTransaction::append_command(std::size_t command, std::string* out) const {
    if (command == reset) {
        *out += "RSET\r\n";
    } else if (command == mail) {
        append_mail(message_, extensions_, out);
    } else if (command < data()) {
        append_rcpt(message_.envelope.recipients[command - first_rcpt], message_, extensions_, out);
    } else {
        *out += command == data() ? "DATA\r\n" : ".\r\n";
    }
}

void ClientTransaction::write(std::string* out) {
    TURNAWAY_CHECK(next() == Next::write);
    append_command(sent_, out);
    ++sent_;
    // DATA ends a group; what follows it must wait for the host's reply.
    const std::size_t end = message_.ends_at_rcpt ? data() : data() + 1;
    while (extensions_.pipelining && sent_ < end) {
        std::string line;
        append_command(sent_, &line);
        if (out->size() + line.size() > base::limits::client_batch_bytes_max) return;
        *out += line;
        ++sent_;
    }
}

void ClientTransaction::content_sent() {
    TURNAWAY_CHECK(next() == Next::content);
    ++sent_;
}

bool ClientTransaction::take(std::shared_ptr<const Reply> reply) {
    TURNAWAY_CHECK(answered_ < sent_);
    const codes::ReplyCode code = reply->code;
    const codes::Stage at = stage();
    const std::size_t command = answered_;
    // The reply to DATA is 3yz or a refusal; no other command gets 3yz.
    const bool is_possible = command == data() ? !code.is_positive() : !code.is_intermediate();
    if (!is_possible) return false;
    if (command == reset && !code.is_positive()) return false;
    ++answered_;
    if (command == mail) {
        is_mail_taken_ = code.is_positive();
        if (!is_mail_taken_) fail(outcome_of(std::move(reply), at));
    } else if (command == data()) {
        is_data_taken_ = code.is_intermediate();
        if (!is_data_taken_) decide_all(outcome_of(std::move(reply), at));
    } else if (command == dot()) {
        decide_all(outcome_of(std::move(reply), at));
    } else if (command != reset) {
        take_rcpt(command - first_rcpt, std::move(reply));
    }
    return true;
}

void ClientTransaction::take_rcpt(std::size_t index, std::shared_ptr<const Reply> reply) {
    std::optional<ClientOutcome>& outcome = outcomes_[index];
    if (outcome) return;  // MAIL was refused; this reply is only about the order of commands
    if (reply->code.is_positive()) {
        ++accepted_;
        return;
    }
    const codes::ReplyCode code = reply->code;
    outcome = outcome_of(std::move(reply), codes::Stage::rcpt, accepted_ > 0);
    const bool may_be_limit =
        code == codes::insufficient_storage || code == codes::storage_exceeded;
    outcome->over_recipient_limit =
        may_be_limit && accepted_ > 0 && outcome->verdict == ClientVerdict::temporary;
    --undecided_;
}

void ClientTransaction::decide_all(const ClientOutcome& outcome) {
    for (auto& each : outcomes_) {
        if (!each) each = outcome;
    }
    undecided_ = 0;
}

void ClientTransaction::fail(const ClientOutcome& outcome) {
    has_failed_ = true;
    decide_all(outcome);
}

codes::Stage ClientTransaction::stage() const {
    if (answered_ <= mail) return codes::Stage::mail;
    if (answered_ < data()) return codes::Stage::rcpt;
    return answered_ == data() ? codes::Stage::data : codes::Stage::final_dot;
}

ClientWait ClientTransaction::wait() const {
    switch (stage()) {
        case codes::Stage::rcpt:
            return ClientWait::rcpt;
        case codes::Stage::data:
            return ClientWait::data;
        case codes::Stage::final_dot:
            return ClientWait::final_dot;
        default:
            return ClientWait::mail;
    }
}

}  // namespace turnaway::smtp
