// What each kind of route is called and answered with (requirements 5, 8 and 11).
#include "route/route.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace turnaway::route {
namespace {

TEST(Route, EachKindHasItsReplyAndStatus) {
    const struct {
        RouteKind kind;
        std::string_view name;
        std::string_view refusal;
    } cases[] = {
        {RouteKind::hosts, "hosts", ""},
        {RouteKind::null_mx, "null-mx", "556 5.1.10"},
        {RouteKind::no_such_domain, "no-such-domain", "550 5.1.2"},
        {RouteKind::no_mail_host, "no-mail-host", "550 5.4.4"},
        {RouteKind::loopback_only, "loopback-mx", "550 5.1.2"},
        {RouteKind::ourselves, "ourselves", "550 5.4.6"},
        {RouteKind::unusable_mx, "dangling-mx", "550 5.4.4"},
        {RouteKind::later, "dns-failure", "451 4.4.3"},
    };
    for (const auto& want : cases) {
        EXPECT_EQ(name(want.kind), want.name);
        const auto refusal = refusal_for(want.kind);
        const std::string text =
            refusal ? refusal->reply.text() + ' ' + refusal->status.text() : std::string();
        EXPECT_EQ(text, want.refusal) << want.name;
        EXPECT_EQ(sentence_for(want.kind).empty(), want.refusal.empty()) << want.name;
    }
}

TEST(Route, EachNoteHasItsOwnName) {
    std::set<std::string_view> names;
    constexpr int count = static_cast<int>(NoteKind::too_many_addresses) + 1;
    for (int i = 0; i < count; ++i) names.insert(name(static_cast<NoteKind>(i)));
    EXPECT_EQ(names.size(), std::size_t{count});
    EXPECT_FALSE(names.contains(""));
    EXPECT_EQ(name(NoteKind::malformed_null_mx), "malformed-null-mx");
}

TEST(Route, FindsANoteByItsKind) {
    const Route route{.notes = {{NoteKind::implicit_mx, "example.org"}}};
    EXPECT_TRUE(route.has_note(NoteKind::implicit_mx));
    EXPECT_FALSE(route.has_note(NoteKind::too_many_mx));
}

}  // namespace
}  // namespace turnaway::route
