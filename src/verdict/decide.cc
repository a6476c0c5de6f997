#include "verdict/decide.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "codes/constants.h"
#include "verdict/wording.h"

namespace turnaway::verdict {
namespace {

using codes::EnhancedCode;

Answer accept(std::string_view why = reason::accepted) {
    return {.code = codes::ok,
            .enhanced = EnhancedCode::success(codes::recipient_valid),
            .text = "Recipient ok",
            .reason = why};
}

Answer refuse(codes::ReplyCode code, codes::Detail detail, std::string text, std::string_view why) {
    return {.code = code,
            .enhanced = EnhancedCode::permanent(detail),
            .text = std::move(text),
            .reason = why};
}

// The domain, or the literal with its brackets.
std::string host_of(const mail::Address& address) {
    const mail::Domain* domain = address.domain();
    return said(domain != nullptr ? domain->text() : address.literal()->text());
}

Answer mailless(const Policy& policy, const mail::Address& recipient) {
    std::string text = said(recipient) + ": " + host_of(recipient) + " does not accept mail";
    if (policy.mailless_reply == MaillessReply::code_521) {
        return refuse(codes::host_takes_no_mail, codes::system_takes_no_mail, std::move(text),
                      reason::mailless);
    }
    // RFC 7505 section 4.1 reserves X.1.10 for a null MX; this is known from the configuration.
    return refuse(codes::domain_takes_no_mail, codes::system_takes_no_mail, std::move(text),
                  reason::mailless);
}

codes::ReplyCode reply_for_refusing_hosts(const Policy& policy, const HostEvidence& evidence) {
    switch (policy.refusing_host_reply) {
        case RefusingHostReply::code_550:
            return codes::mailbox_unavailable;
        case RefusingHostReply::code_556:
            return codes::domain_takes_no_mail;
        case RefusingHostReply::by_evidence:
            break;
    }
    return evidence.was_asked_now ? codes::mailbox_unavailable : codes::domain_takes_no_mail;
}

std::string_view reason_for(route::RouteKind kind) {
    switch (kind) {
        case route::RouteKind::null_mx:
            return reason::null_mx;
        case route::RouteKind::ourselves:
            return reason::ourselves;
        case route::RouteKind::later:
            return reason::dns_trouble;
        case route::RouteKind::no_such_domain:
            return reason::no_such_domain;
        case route::RouteKind::no_mail_host:
            return reason::no_mail_host;
        case route::RouteKind::loopback_only:
            return reason::loopback_mx;
        case route::RouteKind::unusable_mx:
            return reason::dangling_mx;
        case route::RouteKind::hosts:
            break;
    }
    return reason::accepted;
}

}  // namespace

std::optional<Answer> judge_before_route(const Policy& policy, Right right,
                                         const route::IpAddress& client,
                                         const mail::Address& recipient, bool has_static_route) {
    if (is_mailless(policy, recipient)) return mailless(policy, recipient);
    if (right == Right::outsider && !is_open_domain(policy, recipient)) {
        return refuse(
            codes::mailbox_unavailable, codes::not_authorized,
            said(recipient) + ": relaying denied; this host does not relay for " + client.text(),
            reason::relay_closed);
    }
    if (right == Right::outsider && !policy.may_outsiders_route &&
        has_routed_local_part(recipient)) {
        return refuse(
            codes::mailbox_unavailable, codes::not_authorized,
            said(recipient) + ": relaying denied; the local part contains a route to another host",
            reason::relay_closed);
    }
    if (has_static_route) return accept();
    return std::nullopt;
}

Answer decide_recipient(const Policy& policy, const mail::Address& recipient,
                        const route::Route& route, const HostEvidence& evidence) {
    if (route.kind == route::RouteKind::hosts) {
        const auto words = refusing_hosts(route, evidence);
        if (!words) return accept();
        return refuse(reply_for_refusing_hosts(policy, evidence), codes::system_takes_no_mail,
                      said(recipient) + ": " + *words, reason::refusing_hosts);
    }
    if (route.kind == route::RouteKind::later && policy.dns_trouble == DnsTrouble::accept) {
        return accept(reason::accepted_in_dns_trouble);
    }
    const auto refusal = route::refusal_for(route.kind);
    TURNAWAY_CHECK(refusal.has_value());
    std::string text = said(recipient) + ": " + host_of(recipient) + ' ';
    text += route::sentence_for(route.kind);
    if (refusal->reply.is_temporary()) text += "; try again later";
    return {.code = refusal->reply,
            .enhanced = refusal->status,
            .text = std::move(text),
            .reason = reason_for(route.kind)};
}

Answer decide_sender(const mail::Address* sender, bool takes_no_mail) {
    if (sender == nullptr || !takes_no_mail) {
        return {.code = codes::ok,
                .enhanced = EnhancedCode::success(codes::other_address_status),
                .text = "Sender ok",
                .reason = reason::accepted};
    }
    return refuse(
        codes::mailbox_unavailable, codes::sender_null_mx,
        said(*sender) + ": " + host_of(*sender) +
            " does not accept mail, so replies cannot reach the sender (null MX, RFC 7505)",
        reason::sender_null_mx);
}

Answer refuse_author(const mail::Domain& domain) {
    return refuse(
        codes::mailbox_unavailable, codes::sender_null_mx,
        "The domain of the header From, " + said(domain.text()) +
            ", does not accept mail, so replies cannot reach the author (null MX, RFC 7505)",
        reason::sender_null_mx);
}

}  // namespace turnaway::verdict
