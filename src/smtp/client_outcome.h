// ClientOutcome: the result for a recipient, or for a host, and its evidence.
//
// The verdict follows the first digit of the reply (RFC 5321 section 4.2.1), the status the
// enhanced code where it agrees, else the code that the reply implies (codes/implied_code.h).
// Without a reply the outcome is ours: `reply` is empty, and nothing in a report may look like text
// of the host (requirement 50). A lost connection counts as 451 (requirement 31). Whether to try
// another host is decided by the disposition, not by this file.
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
    replied,             // see `reply`
    host_takes_no_mail,  // 521 as the greeting or to EHLO, about the host itself: `reply`
    lost,                // the connection was closed, reset or never made
    timed_out,
    not_a_reply,      // the input is not SMTP, or too long
    out_of_step,      // an unexpected or impossible reply; `reply` if there was one
    tls_not_offered,  // required
    tls_refused,      // required, and STARTTLS got `reply`
    tls_failed,       // the handshake; a new attempt without TLS may work if it is not required
    smtputf8_missing,
    eight_bit_mime_missing,  // or BINARYMIME; nothing is converted
    content_too_big,         // for the SIZE of the host
    recipient_limit,         // more than its LIMITS allow; the rest goes in another transaction
};
std::string_view name(ClientCause cause);

struct ClientOutcome {
    ClientVerdict verdict;
    ClientCause cause;
    codes::Stage stage;
    codes::EnhancedCode status;
    std::shared_ptr<const Reply> reply = {};  // null: there was no reply
    // 452 or 552 to RCPT after others were accepted, or our own limit: the rest can go at once in a
    // separate transaction (RFC 5321 section 4.5.3.1.10, RFC 9422).
    bool over_recipient_limit = false;

    // The host may have accepted the message: all of it was sent, and no reply came. It is sent
    // again, since a second copy is better than none (RFC 1047).
    bool may_have_arrived() const {
        return stage == codes::Stage::final_dot && cause != ClientCause::replied;
    }
};

// The outcome of a reply that refuses or delivers at this stage. `reply` has a first digit of 2, 4
// or 5; 2 only at the final dot. A 552 to RCPT without a reason means too many recipients when the
// host `has_accepted_others` before (RFC 5321 section 4.5.3.1.10).
ClientOutcome outcome_of(std::shared_ptr<const Reply> reply, codes::Stage stage,
                         bool has_accepted_others = false);
// An outcome that we decide without a reply of the host, or against it: any cause after
// host_takes_no_mail.
ClientOutcome local_outcome(ClientCause cause, codes::Stage stage,
                            std::shared_ptr<const Reply> reply = {});

}  // namespace turnaway::smtp
