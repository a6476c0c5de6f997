#include "queue/disposition.h"

#include <algorithm>
#include <span>

#include "base/check.h"
#include "codes/constants.h"
#include "codes/table.h"
#include "queue/history.h"

namespace turnaway::queue {
namespace {

using codes::EnhancedCode;
using smtp::ClientCause;
using smtp::ClientVerdict;

std::string_view token_of(const Attempt& attempt) {
    if (is_lookup(attempt)) return route::name(route::RouteKind::later);
    if (attempt.cause != ClientCause::replied) return smtp::name(attempt.cause);
    if (*attempt.stage < codes::Stage::mail) return "greeting_refused";
    return attempt.verdict == ClientVerdict::permanent ? "refused" : "deferred";
}

Disposition by_attempt(Disposition::Kind kind, const std::vector<Attempt>& attempts, std::size_t at,
                       std::string_view cause) {
    return {.kind = kind, .status = attempts[at].status, .decided_by = at, .cause = cause};
}

// The last attempt at this address never left this machine.
bool has_no_way(const std::vector<Attempt>& attempts, const route::MailHost& host,
                const route::IpAddress& address) {
    const auto last = std::find_if(attempts.rbegin(), attempts.rend(), [&](const Attempt& attempt) {
        return is_at(attempt, host, address);
    });
    return last != attempts.rend() && is_without_way(*last);
}

// If all hosts are closed: the attempt at the most preferred one.
std::optional<std::size_t> all_closed_by(const route::Route& route,
                                         const std::vector<Attempt>& attempts) {
    if (route.hosts.empty() || route.has_failed_exchange) return std::nullopt;
    if (route.has_note(route::NoteKind::too_many_addresses)) return std::nullopt;
    for (const route::MailHost& host : route.hosts) {
        if (!closed_by(attempts, host)) return std::nullopt;
    }
    return closed_by(attempts, route.hosts.front());
}

std::optional<Disposition> permanent_of(const route::Route& route,
                                        const std::vector<Attempt>& attempts, std::size_t fresh) {
    using enum Disposition::Kind;
    if (fresh > 0) {
        const std::size_t last = attempts.size() - 1;
        const Attempt& attempt = attempts[last];
        if (attempt.verdict == ClientVerdict::delivered)
            return by_attempt(delivered, attempts, last, "delivered");
        if (ends_recipient(attempt)) return by_attempt(failed, attempts, last, token_of(attempt));
        if (is_lookup(attempt) && attempt.verdict == ClientVerdict::permanent)
            return by_attempt(failed, attempts, last, route::name(route.kind));
    }
    if (const auto closed = all_closed_by(route, attempts))
        return by_attempt(failed, attempts, *closed, token_of(attempts[*closed]));
    return std::nullopt;
}

// The most informative temporary attempt: of this round, the best host that replied, else the first
// attempt; if there is none, the last one of earlier rounds.
std::optional<std::size_t> telling_one(const std::vector<Attempt>& attempts, std::size_t fresh) {
    const auto is_temporary = [](const Attempt& attempt) {
        return attempt.verdict == ClientVerdict::temporary;
    };
    const std::size_t begin = attempts.size() - fresh;
    std::optional<std::size_t> first;
    for (std::size_t i = begin; i < attempts.size(); ++i) {
        if (!is_temporary(attempts[i])) continue;
        if (attempts[i].remote) return i;
        if (!first) first = i;
    }
    for (std::size_t i = begin; !first && i-- > 0;) {
        if (is_temporary(attempts[i])) first = i;
    }
    return first;
}

std::chrono::seconds lifetime_of(const route::Route& route, const RecipientState& state,
                                 const Circumstances& circumstances) {
    const Lifetimes& lifetimes = circumstances.lifetimes;
    std::chrono::seconds lifetime = lifetimes.temporary;
    const bool all_lookups = std::ranges::all_of(state.attempts, is_lookup);
    const bool none_reached = std::ranges::all_of(state.attempts, [](const Attempt& attempt) {
        return is_lookup(attempt) || is_unreachable(attempt);
    });
    if (!state.attempts.empty() && all_lookups) {
        lifetime = lifetimes.dns;
    } else if (!state.attempts.empty() && none_reached && state.tries > 0 &&
               route.has_note(route::NoteKind::implicit_mx)) {
        // Not after the first round: the message may have waited for the relay rather than for the
        // host.
        lifetime = lifetimes.implicit_unreachable;
    }
    return circumstances.is_null_sender ? std::min(lifetime, lifetimes.bounce) : lifetime;
}

// The cause remains temporary although the relay gives up (RFC 3464 section 2.3.4); 4.4.7 if it is
// not specific.
EnhancedCode expired_status(EnhancedCode last) {
    const bool says_nothing =
        last.detail() == codes::other_status || codes::find(last.detail()) == nullptr;
    return says_nothing ? EnhancedCode::temporary(codes::delivery_expired) : last;
}

}  // namespace

std::string_view name(Disposition::Kind kind) {
    switch (kind) {
        case Disposition::Kind::delivered:
            return "delivered";
        case Disposition::Kind::failed:
            return "failed";
        case Disposition::Kind::later:
            return "later";
    }
    return "";
}

std::optional<std::size_t> closed_by(const std::vector<Attempt>& attempts,
                                     const route::MailHost& host, const route::IpAddress& address) {
    for (std::size_t i = attempts.size(); i-- > 0;) {
        if (closes_host(attempts[i]) && is_at(attempts[i], host, address)) return i;
    }
    return std::nullopt;
}

std::optional<std::size_t> closed_by(const std::vector<Attempt>& attempts,
                                     const route::MailHost& host) {
    std::optional<std::size_t> first;
    for (const route::IpAddress& address : host.addresses) {
        const auto closed = closed_by(attempts, host, address);
        if (!closed && !has_no_way(attempts, host, address)) return std::nullopt;
        if (!first) first = closed;
    }
    return first;
}

Disposition judge(const route::Route& route, const RecipientState& state, std::size_t fresh,
                  const Circumstances& circumstances, std::uint64_t random) {
    TURNAWAY_CHECK(fresh <= state.attempts.size());
    if (auto final = permanent_of(route, state.attempts, fresh)) return *final;

    Disposition disposition{.status = EnhancedCode::temporary(codes::other_network_status),
                            .decided_by = telling_one(state.attempts, fresh),
                            .cause = "not_tried"};
    if (disposition.decided_by) {
        const Attempt& attempt = state.attempts[*disposition.decided_by];
        disposition.status = attempt.status;
        disposition.cause = token_of(attempt);
    }
    const Lifetimes& lifetimes = circumstances.lifetimes;
    const auto end = circumstances.arrival + lifetime_of(route, state, circumstances);
    if (circumstances.now >= end) {
        disposition.kind = Disposition::Kind::failed;
        disposition.status = expired_status(disposition.status);
        disposition.cause = "expired";
        return disposition;
    }
    disposition.retry_until = end;
    // The last attempt is made when the lifetime ends, not hours before.
    disposition.due =
        std::min(circumstances.now + back_off(lifetimes, state.tries + 1, random), end);
    disposition.is_delay_notice_due =
        !circumstances.is_null_sender && !state.is_delay_reported &&
        lifetimes.delay_notice > std::chrono::seconds(0) &&
        circumstances.now >= circumstances.arrival + lifetimes.delay_notice;
    return disposition;
}

}  // namespace turnaway::queue
