#include "relay/receive/recipient_memory.h"

#include <gtest/gtest.h>

#include "codes/constants.h"

namespace turnaway::relay {
namespace {

using namespace std::chrono_literals;
using Claim = RecipientMemory::Claim;
using Kind = UserFinding::Kind;

constexpr RecipientMemory::Clock::time_point now{100h};

TEST(RecipientMemory, OneAsksAndAllHear) {
    RecipientMemory memory(10, 1);
    int woken = 0;
    EXPECT_EQ(memory.claim("a@b", [&] { ++woken; }), Claim::begun);
    EXPECT_EQ(memory.claim("a@b", [&] { ++woken; }), Claim::shared);
    EXPECT_EQ(memory.claim("c@d", [&] { ++woken; }), Claim::full);
    memory.finished(
        "a@b",
        {.kind = Kind::unknown,
         .refusal = UnknownUser{.status = codes::EnhancedCode::permanent(codes::no_such_mailbox),
                                .words = "mx said 550"}},
        now);
    EXPECT_EQ(woken, 2);
    ASSERT_NE(memory.find("a@b", now), nullptr);
    EXPECT_EQ(memory.find("a@b", now)->refusal->words, "mx said 550");
    EXPECT_EQ(memory.find("c@d", now), nullptr);
    EXPECT_EQ(memory.claim("c@d", [] {}), Claim::begun);
}

TEST(RecipientMemory, ForgetsSoonerWhatIsWorse) {
    RecipientMemory memory(10, 10);
    const auto learn = [&](const std::string& user, Kind kind) {
        memory.claim(user, [] {});
        memory.finished(user, {.kind = kind}, now);
    };
    learn("good", Kind::exists);
    learn("bad", Kind::unknown);
    learn("silent", Kind::no_answer);
    EXPECT_NE(memory.find("silent", now + 59s), nullptr);
    EXPECT_EQ(memory.find("silent", now + 60s), nullptr);
    EXPECT_NE(memory.find("bad", now + 29min), nullptr);
    EXPECT_EQ(memory.find("bad", now + 30min), nullptr);
    EXPECT_NE(memory.find("good", now + 23h), nullptr);
    EXPECT_EQ(memory.find("good", now + 24h), nullptr);
}

TEST(RecipientMemory, IsBounded) {
    RecipientMemory memory(2, 10);
    for (const char* user : {"a", "b", "a", "c"}) {
        memory.claim(user, [] {});
        memory.finished(user, {.kind = Kind::exists}, now);
    }
    EXPECT_EQ(memory.size(), 2U);
    EXPECT_EQ(memory.find("b", now), nullptr);
    EXPECT_NE(memory.find("a", now), nullptr);
}

}  // namespace
}  // namespace turnaway::relay
