#include "report/dsn_requested.h"

#include <gtest/gtest.h>

#include <set>

namespace turnaway::report {
namespace {

constexpr Action actions[] = {Action::failed, Action::delayed, Action::delivered, Action::relayed,
                              Action::expanded};

std::set<Action> wished(const mail::ReversePath& sender, std::optional<mail::Notify> notify) {
    const mail::Recipient recipient{.address = *mail::Address::parse("bob@example.org"),
                                    .notify = notify};
    std::set<Action> out;
    for (const Action action : actions) {
        if (is_dsn_requested(sender, recipient, action)) out.insert(action);
    }
    return out;
}

// Requirement 49.
TEST(DsnRequested, FollowsNotify) {
    const mail::ReversePath ann(*mail::Address::parse("ann@sender.example"));
    using Set = std::set<Action>;
    EXPECT_EQ(wished(ann, std::nullopt), (Set{Action::failed, Action::delayed}));
    EXPECT_EQ(wished(ann, mail::Notify{.never = true}), Set{});
    EXPECT_EQ(wished(ann, mail::Notify{.failure = true}), Set{Action::failed});
    EXPECT_EQ(wished(ann, mail::Notify{.delay = true}), Set{Action::delayed});
    EXPECT_EQ(wished(ann, mail::Notify{.success = true}),
              (Set{Action::delivered, Action::relayed, Action::expanded}));
}

// Requirement 45.
TEST(DsnRequested, IsNeverThereForANullReversePath) {
    const mail::Notify all{.success = true, .failure = true, .delay = true};
    EXPECT_TRUE(wished(mail::ReversePath(), all).empty());
    EXPECT_TRUE(wished(mail::ReversePath(), std::nullopt).empty());
}

}  // namespace
}  // namespace turnaway::report
