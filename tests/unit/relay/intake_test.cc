#include "relay/receive/intake.h"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>
#include <vector>

namespace turnaway::relay {
namespace {

using mail::Notify;
using mail::Recipient;

Recipient recipient(std::string_view address, std::optional<Notify> notify = {},
                    std::string_view original = {}) {
    Recipient made{.address = *mail::Address::parse(address), .notify = notify};
    if (!original.empty()) made.original = mail::OriginalRecipient::parse(original);
    return made;
}

std::vector<Recipient> merged(std::vector<Recipient> recipients) {
    merge_repeated(&recipients);
    return recipients;
}

TEST(Intake, ARecipientNamedTwiceIsThereOnce) {
    const auto kept = merged({recipient("bob@example.org"), recipient("ann@example.org"),
                              recipient("bob@EXAMPLE.org"), recipient("Bob@example.org")});
    ASSERT_EQ(kept.size(), 3U);
    EXPECT_EQ(kept[0], recipient("bob@example.org"));
    EXPECT_EQ(kept[1], recipient("ann@example.org"));
    EXPECT_EQ(kept[2], recipient("Bob@example.org"));  // a local-part has cases
}

TEST(Intake, WhatEitherTimeWishedToHearIsTold) {
    constexpr Notify never{.never = true}, success{.success = true}, failure{.failure = true};
    constexpr Notify usual{.failure = true, .delay = true};
    const struct {
        std::optional<Notify> one, other, both;
    } cases[] = {
        {{}, {}, {}},
        {never, never, never},
        {never, success, success},
        {never, {}, usual},
        {success, failure, Notify{.success = true, .failure = true}},
        {{}, success, Notify{.success = true, .failure = true, .delay = true}},
    };
    for (const auto& each : cases) {
        for (const bool is_turned : {false, true}) {
            const auto kept =
                merged({recipient("bob@example.org", is_turned ? each.other : each.one),
                        recipient("bob@example.org", is_turned ? each.one : each.other)});
            ASSERT_EQ(kept.size(), 1U);
            EXPECT_EQ(kept[0].notify, each.both);
        }
    }
}

TEST(Intake, AnotherOriginalRecipientIsAnotherRecipient) {
    const auto ann = recipient("bob@example.org", {}, "rfc822;ann@example.org");
    const auto eve = recipient("bob@example.org", {}, "rfc822;eve@example.org");
    const auto none = recipient("bob@example.org");
    EXPECT_EQ(merged({ann, eve, none, ann, eve, none}), (std::vector{ann, eve, none}));
}

}  // namespace
}  // namespace turnaway::relay
