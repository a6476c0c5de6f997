#include "smtp/client_outcome.h"

#include <array>
#include <utility>

#include "base/check.h"
#include "codes/constants.h"
#include "codes/implied_code.h"
#include "smtp/host_refusal.h"

namespace turnaway::smtp {

namespace {

using codes::Detail;
using codes::EnhancedCode;

struct CauseRow {
    ClientCause cause;
    std::string_view name;
    ClientVerdict verdict;  // for our own decisions; a reply determines its own
    Detail detail;
};

// Required TLS that is missing is X.7.4, a security feature not supported on the way, rather than
// X.7.10, which a server sends to a client that came without TLS. It is temporary, because a host
// that lost its certificate, or an attacker who hides the offer, must not cause mail to be
// returned.
constexpr std::array rows{
    CauseRow{ClientCause::replied, "replied", ClientVerdict::temporary, codes::other_status},
    CauseRow{ClientCause::host_takes_no_mail, "host_takes_no_mail", ClientVerdict::permanent,
             codes::system_takes_no_mail},
    CauseRow{ClientCause::lost, "lost", ClientVerdict::temporary, codes::bad_connection},
    CauseRow{ClientCause::timed_out, "timed_out", ClientVerdict::temporary, codes::bad_connection},
    CauseRow{ClientCause::not_a_reply, "not_a_reply", ClientVerdict::temporary,
             codes::other_protocol_status},
    CauseRow{ClientCause::out_of_step, "out_of_step", ClientVerdict::temporary,
             codes::other_protocol_status},
    CauseRow{ClientCause::tls_not_offered, "tls_not_offered", ClientVerdict::temporary,
             codes::security_not_supported},
    CauseRow{ClientCause::tls_refused, "tls_refused", ClientVerdict::temporary,
             codes::security_not_supported},
    CauseRow{ClientCause::tls_failed, "tls_failed", ClientVerdict::temporary,
             codes::cryptographic_failure},
    CauseRow{ClientCause::smtputf8_missing, "smtputf8_missing", ClientVerdict::permanent,
             codes::non_ascii_address_refused},
    CauseRow{ClientCause::eight_bit_mime_missing, "eight_bit_mime_missing",
             ClientVerdict::permanent, codes::conversion_not_supported},
    CauseRow{ClientCause::content_too_big, "content_too_big", ClientVerdict::permanent,
             codes::message_too_big},
    CauseRow{ClientCause::recipient_limit, "recipient_limit", ClientVerdict::temporary,
             codes::too_many_recipients},
};

static_assert([] {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<std::size_t>(rows[i].cause) != i) return false;
    }
    return true;
}());

const CauseRow& row_of(ClientCause cause) {
    return rows[static_cast<std::size_t>(cause)];
}

EnhancedCode status_for(ClientVerdict verdict, Detail detail) {
    if (verdict == ClientVerdict::delivered) return EnhancedCode::success(detail);
    if (verdict == ClientVerdict::permanent) return EnhancedCode::permanent(detail);
    return EnhancedCode::temporary(detail);
}

Detail detail_of(const Reply& reply, codes::Stage stage) {
    if (reply.enhanced) return codes::registered_detail(reply.enhanced->detail());
    const Detail detail = codes::implied_detail(words_of(reply), codes::answered_stage(stage));
    // `220-` with 521 after it is a reply to this client, not a statement about the host.
    const bool is_of_client = reply.code == codes::host_takes_no_mail && reply.codes_differ;
    return detail == codes::system_takes_no_mail && is_of_client ? codes::other_system_status
                                                                 : detail;
}

// Requirement 35. A 552 without an enhanced code means a full mailbox (or a message that is too
// big) unless others were accepted; one with X.2.2 means it in any case.
bool is_recipient_limit(const Reply& reply, codes::Stage stage, bool has_accepted_others) {
    if (stage != codes::Stage::rcpt || reply.code != codes::storage_exceeded) return false;
    return reply.enhanced ? reply.enhanced->detail() == codes::too_many_recipients
                          : has_accepted_others;
}

}  // namespace

std::string_view name(ClientVerdict verdict) {
    constexpr std::array<std::string_view, 3> names{"delivered", "permanent", "temporary"};
    return names[static_cast<std::size_t>(verdict)];
}

std::string_view name(ClientCause cause) {
    return row_of(cause).name;
}

ClientOutcome outcome_of(std::shared_ptr<const Reply> reply, codes::Stage stage,
                         bool has_accepted_others) {
    const codes::ReplyCode code = reply->code;
    TURNAWAY_CHECK(!code.is_intermediate());
    TURNAWAY_CHECK(!code.is_positive() || stage == codes::Stage::final_dot);
    const bool before_mail = stage == codes::Stage::greeting || stage == codes::Stage::ehlo;
    const bool takes_none = before_mail && code == codes::host_takes_no_mail &&
                            scope_of(*reply, stage) == codes::RefusalScope::host;
    auto verdict = code.is_positive()    ? ClientVerdict::delivered
                   : code.is_permanent() ? ClientVerdict::permanent
                                         : ClientVerdict::temporary;
    Detail detail = detail_of(*reply, stage);
    if (is_recipient_limit(*reply, stage, has_accepted_others)) {
        verdict = ClientVerdict::temporary;
        detail = codes::too_many_recipients;
    }
    return {.verdict = verdict,
            .cause = takes_none ? ClientCause::host_takes_no_mail : ClientCause::replied,
            .stage = stage,
            .status = status_for(verdict, detail),
            .reply = std::move(reply)};
}

ClientOutcome local_outcome(ClientCause cause, codes::Stage stage,
                            std::shared_ptr<const Reply> reply) {
    TURNAWAY_CHECK(cause > ClientCause::host_takes_no_mail);
    const CauseRow& row = row_of(cause);
    // Without a connection there was no answer; a connection that broke off is a bad connection.
    const bool no_answer = stage == codes::Stage::connect &&
                           (cause == ClientCause::lost || cause == ClientCause::timed_out);
    return {.verdict = row.verdict,
            .cause = cause,
            .stage = stage,
            .status = status_for(row.verdict, no_answer ? codes::no_answer : row.detail),
            .reply = std::move(reply)};
}

}  // namespace turnaway::smtp
