// ClientOutcome: what became of a recipient, or of a host, and on what evidence.
//
// The verdict follows the first digit of the reply (RFC 5321 section 4.2.1), the status the
// enhanced code where it agrees, else the one that the reply implies (codes/implied_code.h).
// Without a reply the outcome is ours: `reply` is empty, and nothing in a report may pretend that
// the host said it (requirement 50). A lost connection reads as 451 (requirement 31). Whether to
// try another host is for the disposition, not for this file.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "codes/code.h"
#include "codes/stage.h"
#include "smtp/reply.h"

namespace turnaway::smtp {

enum class ClientVerdict : std::uint8_t { delivered, permanent, temporary };
std::string_view name(ClientVerdict verdict);

enum class ClientCause : std::uint8_t {
    replied,             // `reply` says it all
    host_takes_no_mail,  // 521 as the greeting or to EHLO that speaks of the host: `reply`
    lost,                // the connection was closed or reset, or never came about
    timed_out,
    not_a_reply,      // what came is no SMTP, or too much of it
    out_of_step,      // a reply nobody asked for, or of a kind that cannot be; `reply` if there was
    tls_not_offered,  // required
    tls_refused,      // required, and STARTTLS got `reply`
    tls_failed,       // the handshake; where TLS is not required a new try without it may do
    smtputf8_missing,
    eight_bit_mime_missing,  // or BINARYMIME; nothing is converted
    content_too_big,         // for the SIZE the host names
    recipient_limit,         // more than its LIMITS allow; the rest goes in a further transaction
};
std::string_view name(ClientCause cause);

struct ClientOutcome {
    ClientVerdict verdict;
    ClientCause cause;
    codes::Stage stage;
    codes::EnhancedCode status;
    std::shared_ptr<const Reply> reply = {};  // null: no remote words exist
    // 452 or 552 to RCPT after others were accepted, or our own restraint: the rest can go in a
    // transaction of its own at once (RFC 5321 section 4.5.3.1.10, RFC 9422).
    bool over_recipient_limit = false;

    // The host may have taken the message: all of it was sent, and no word came back. It is sent
    // again, since a second copy is better than none (RFC 1047).
    bool may_have_arrived() const {
        return stage == codes::Stage::final_dot && cause != ClientCause::replied;
    }
};

// What a reply that refuses or delivers means at this stage. `reply` has a first digit of 2, 4 or
// 5; 2 only at the final dot. A 552 to RCPT without a reason means too many recipients when the
// host `has_accepted_others` before (RFC 5321 section 4.5.3.1.10).
ClientOutcome outcome_of(std::shared_ptr<const Reply> reply, codes::Stage stage,
                         bool has_accepted_others = false);
// What we decide without the host's word, or against it: any cause after host_takes_no_mail.
ClientOutcome local_outcome(ClientCause cause, codes::Stage stage,
                            std::shared_ptr<const Reply> reply = {});

}  // namespace turnaway::smtp
