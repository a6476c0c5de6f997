#include "smtp/client_commands.h"

#include <algorithm>

#include "base/limits.h"
#include "mail/xtext.h"

namespace turnaway::smtp {

namespace {

using mail::Body;

// RFC 6531 section 3.4: an address or a header beyond ASCII. SMTPUTF8 in MAIL does not show it,
// because some clients always send it. A message of ASCII alone goes anywhere, its domains as
// A-labels, and an 8-bit body under an ASCII header needs no more than 8BITMIME. Known gap: the
// headers of the parts of a body are not checked.
bool needs_smtputf8(const ClientMessage& message) {
    const mail::Address* sender = message.envelope.reverse_path.address();
    return (message.envelope.needs_smtputf8 && message.is_eight_bit && !message.has_ascii_header) ||
           (sender && sender->needs_smtputf8()) ||
           std::ranges::any_of(message.envelope.recipients, [](const mail::Recipient& recipient) {
               return recipient.address.needs_smtputf8();
           });
}

// The sender's SMTPUTF8 is passed on where the host supports it.
bool says_smtputf8(const ClientMessage& message, const ClientExtensions& extensions) {
    return extensions.smtputf8 && (message.envelope.needs_smtputf8 || needs_smtputf8(message));
}

std::string_view notify_text(const mail::Notify& notify, std::string* words) {
    if (notify.never) return "NEVER";
    if (notify.success) *words += ",SUCCESS";
    if (notify.failure) *words += ",FAILURE";
    if (notify.delay) *words += ",DELAY";
    // A value that requests nothing at all can only mean this.
    if (words->empty()) return "NEVER";
    return std::string_view(*words).substr(1);
}

}  // namespace

std::optional<ClientCause> what_is_missing(const ClientMessage& message,
                                           const ClientExtensions& extensions) {
    if (needs_smtputf8(message) && !extensions.smtputf8) return ClientCause::smtputf8_missing;
    const bool is_binary = message.envelope.body == Body::binary_mime;
    if (is_binary || (message.is_eight_bit && !extensions.eight_bit_mime)) {
        return ClientCause::eight_bit_mime_missing;
    }
    if (extensions.content_bytes_max && message.content_bytes > *extensions.content_bytes_max) {
        return ClientCause::content_too_big;
    }
    return std::nullopt;
}

void append_mail(const ClientMessage& message, const ClientExtensions& extensions,
                 std::string* out) {
    const mail::Envelope& envelope = message.envelope;
    *out += "MAIL FROM:" + envelope.reverse_path.text();
    if (extensions.size) *out += " SIZE=" + std::to_string(message.content_bytes);
    const bool is_eight_bit = message.is_eight_bit || envelope.body == Body::eight_bit_mime;
    if (extensions.eight_bit_mime && is_eight_bit) *out += " BODY=8BITMIME";
    if (says_smtputf8(message, extensions)) *out += " SMTPUTF8";
    if (extensions.dsn) {
        if (envelope.ret) *out += envelope.ret == mail::Return::full ? " RET=FULL" : " RET=HDRS";
        if (!envelope.envid.empty()) *out += " ENVID=" + mail::xtext_encode(envelope.envid);
    }
    *out += "\r\n";
}

void append_rcpt(const mail::Recipient& recipient, const ClientMessage& message,
                 const ClientExtensions& extensions, std::string* out) {
    *out += "RCPT TO:<" + recipient.address.text() + '>';
    if (extensions.dsn) {
        std::string words;
        if (recipient.notify) {
            *out += " NOTIFY=";
            *out += notify_text(*recipient.notify, &words);
        }
        if (recipient.original) {
            const std::string value = recipient.original->value(says_smtputf8(message, extensions));
            // In ASCII an address can exceed the length that a host must accept; then it is left
            // out.
            if (value.size() <= base::limits::orcpt_bytes_max) *out += " ORCPT=" + value;
        }
    }
    *out += "\r\n";
}

}  // namespace turnaway::smtp
