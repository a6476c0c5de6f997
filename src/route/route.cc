#include "route/route.h"

#include <algorithm>

#include "codes/constants.h"

namespace turnaway::route {
namespace {

Refusal permanent(codes::ReplyCode reply, codes::Detail detail) {
    return {.reply = reply, .status = codes::EnhancedCode::permanent(detail)};
}

}  // namespace

std::optional<Refusal> refusal_for(RouteKind kind) {
    switch (kind) {
        case RouteKind::hosts:
            return std::nullopt;
        case RouteKind::null_mx:
            return permanent(codes::domain_takes_no_mail, codes::recipient_null_mx);
        case RouteKind::no_such_domain:
        case RouteKind::loopback_only:
            return permanent(codes::mailbox_unavailable, codes::bad_destination_system);
        case RouteKind::ourselves:
            return permanent(codes::mailbox_unavailable, codes::routing_loop);
        // The domain exists and DNS gives no way to it (RFC 3463 section 3.5).
        case RouteKind::no_mail_host:
        case RouteKind::unusable_mx:
            return permanent(codes::mailbox_unavailable, codes::unable_to_route);
        case RouteKind::later:
            return Refusal{.reply = codes::local_error,
                           .status = codes::EnhancedCode::temporary(codes::directory_failure)};
    }
    return std::nullopt;
}

std::string_view name(RouteKind kind) {
    switch (kind) {
        case RouteKind::hosts:
            return "hosts";
        case RouteKind::null_mx:
            return "null-mx";
        case RouteKind::no_such_domain:
            return "no-such-domain";
        case RouteKind::no_mail_host:
            return "no-mail-host";
        case RouteKind::loopback_only:
            return "loopback-only";
        case RouteKind::ourselves:
            return "ourselves";
        case RouteKind::unusable_mx:
            return "unusable-mx";
        case RouteKind::later:
            return "later";
    }
    return "";
}

std::string_view name(NoteKind kind) {
    switch (kind) {
        case NoteKind::malformed_null_mx:
            return "malformed-null-mx";
        case NoteKind::null_mx_preference:
            return "null-mx-preference";
        case NoteKind::implicit_mx:
            return "implicit-mx";
        case NoteKind::dangling_exchange:
            return "dangling-exchange";
        case NoteKind::failed_exchange:
            return "failed-exchange";
        case NoteKind::unreadable_exchange:
            return "unreadable-exchange";
        case NoteKind::address_as_exchange:
            return "address-as-exchange";
        case NoteKind::alias_as_exchange:
            return "alias-as-exchange";
        case NoteKind::unusable_address:
            return "unusable-address";
        case NoteKind::too_many_mx:
            return "too-many-mx";
        case NoteKind::too_many_addresses:
            return "too-many-addresses";
    }
    return "";
}

bool Route::has_note(NoteKind note) const {
    return std::ranges::find(notes, note, &Note::kind) != notes.end();
}

}  // namespace turnaway::route
