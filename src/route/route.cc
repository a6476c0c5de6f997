#include "route/route.h"

#include <algorithm>
#include <array>

#include "codes/constants.h"

namespace turnaway::route {
namespace {

struct KindRow {
    RouteKind kind;
    std::string_view name;
    std::string_view sentence;
    codes::ReplyCode reply;
    codes::Detail detail;
    bool is_permanent = true;
};

// The only table of the DNS results for a destination: logs, replies, reports, `check` and `park`
// take their texts from here. A domain that exists but has no route in DNS is X.4.4 (RFC 3463
// section 3.5).
constexpr std::array<KindRow, 7> kinds{{
    {RouteKind::null_mx, "null-mx", "does not accept mail (null MX, RFC 7505)",
     codes::domain_takes_no_mail, codes::recipient_null_mx},
    {RouteKind::no_such_domain, "no-such-domain", "does not exist in DNS",
     codes::mailbox_unavailable, codes::bad_destination_system},
    {RouteKind::no_mail_host, "no-mail-host", "has no mail host (neither MX nor address record)",
     codes::mailbox_unavailable, codes::unable_to_route},
    {RouteKind::loopback_only, "loopback-mx",
     "has only mail hosts at unusable addresses, such as loopback", codes::mailbox_unavailable,
     codes::bad_destination_system},
    {RouteKind::ourselves, "ourselves",
     "names this host as its MX, but this host does not deliver its mail",
     codes::mailbox_unavailable, codes::routing_loop},
    {RouteKind::unusable_mx, "dangling-mx", "has only MX hosts without an address",
     codes::mailbox_unavailable, codes::unable_to_route},
    {RouteKind::later, "dns-failure", "cannot be looked up in DNS at the moment",
     codes::local_error, codes::directory_failure, false},
}};

const KindRow* find_row(RouteKind kind) {
    const auto* const row = std::ranges::find(kinds, kind, &KindRow::kind);
    return row == kinds.end() ? nullptr : &*row;
}

}  // namespace

std::optional<Refusal> refusal_for(RouteKind kind) {
    const KindRow* const row = find_row(kind);
    if (row == nullptr) return std::nullopt;
    return Refusal{.reply = row->reply,
                   .status = row->is_permanent ? codes::EnhancedCode::permanent(row->detail)
                                               : codes::EnhancedCode::temporary(row->detail)};
}

std::string_view name(RouteKind kind) {
    const KindRow* const row = find_row(kind);
    return row == nullptr ? "hosts" : row->name;
}

std::string_view sentence_for(RouteKind kind) {
    const KindRow* const row = find_row(kind);
    return row == nullptr ? "" : row->sentence;
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
