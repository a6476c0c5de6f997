#include "smtp/server_envelope.h"

#include <string>
#include <utility>

#include "base/text.h"
#include "smtp/parameters.h"
#include "smtp/reply_words.h"

namespace turnaway::smtp {
namespace {

// RFC 5321 sections 4.1.1.3 and 4.5.1: postmaster is ours without a domain, and with the name of
// this host.
bool is_our_postmaster(const mail::AddressParts& parts, const ServerSettings& settings) {
    return settings.postmaster && base::equal_no_case(parts.local, "postmaster") &&
           (parts.domain.empty() || base::equal_no_case(parts.domain, settings.hostname));
}

}  // namespace

std::expected<mail::Envelope, ServerSays> read_mail(const Command& command, bool is_esmtp,
                                                    const ServerSettings& settings) {
    if (command.is_path_bare && settings.is_path_strict) {
        return std::unexpected(ServerSays::sender_syntax);
    }
    const auto wishes = parse_mail_parameters(command.parameters());
    if (const auto fault = fault_of<ServerSays>(wishes, command, is_esmtp)) {
        return std::unexpected(*fault);
    }
    if (wishes->body == mail::Body::binary_mime) {
        return std::unexpected(ServerSays::binary_not_offered);
    }
    if (settings.message_bytes_max != 0 &&
        wishes->size_bytes.value_or(0) > settings.message_bytes_max) {
        return std::unexpected(ServerSays::message_too_big);
    }
    mail::Envelope envelope{.ret = wishes->ret,
                            .body = wishes->body.value_or(mail::Body::seven_bit),
                            .needs_smtputf8 = wishes->needs_smtputf8};
    if (!command.path.is_null) {
        if (command.path.address.needs_smtputf8 && !wishes->needs_smtputf8) {
            return std::unexpected(ServerSays::sender_needs_smtputf8);
        }
        auto address = mail::Address::make(command.path.address);
        if (!address) return std::unexpected(ServerSays::sender_syntax);
        envelope.reverse_path = mail::ReversePath(std::move(*address));
    }
    if (!wishes->envid.empty()) {
        auto envid = mail::parse_envid(wishes->envid);
        if (!envid) return std::unexpected(ServerSays::argument_syntax);
        envelope.envid = std::move(*envid);
    }
    return envelope;
}

std::expected<AskedRecipient, ServerSays> read_rcpt(const Command& command, bool is_esmtp,
                                                    bool needs_smtputf8,
                                                    const ServerSettings& settings) {
    if (command.is_path_bare && settings.is_path_strict) {
        return std::unexpected(ServerSays::recipient_syntax);
    }
    const auto wishes = parse_rcpt_parameters(command.parameters());
    if (const auto fault = fault_of<ServerSays>(wishes, command, is_esmtp)) {
        return std::unexpected(*fault);
    }
    const mail::AddressParts& parts = command.path.address;
    if (parts.needs_smtputf8 && !needs_smtputf8) {
        return std::unexpected(ServerSays::recipient_needs_smtputf8);
    }
    const bool is_postmaster = is_our_postmaster(parts, settings);
    if (parts.domain.empty() && !is_postmaster) return std::unexpected(ServerSays::no_postmaster);
    auto address = is_postmaster ? *settings.postmaster : mail::Address::make(parts);
    if (!address) return std::unexpected(ServerSays::recipient_syntax);
    mail::Recipient recipient{.address = std::move(*address), .notify = wishes->notify};
    if (!wishes->original_type.empty()) {
        // The two are contiguous in the line, with the semicolon between them.
        recipient.original = mail::OriginalRecipient::parse(
            {wishes->original_type.begin(), wishes->original_address.end()});
        if (!recipient.original) return std::unexpected(ServerSays::argument_syntax);
    }
    return AskedRecipient{.recipient = std::move(recipient), .is_postmaster = is_postmaster};
}

}  // namespace turnaway::smtp
