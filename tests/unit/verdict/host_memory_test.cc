// The memory of hosts that said 521: how long it is believed, how much it holds, what ends it.
#include "verdict/host_memory.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"

namespace turnaway::verdict {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds start{1'700'000'000s};

route::HostPort at(std::string_view text) {
    return route::HostPort::parse(text, 25).value();
}

HostMemory::Entry said(std::string host, std::string_view where, std::string words,
                       std::chrono::sys_seconds seen) {
    return {.host = std::move(host), .at = at(where), .words = std::move(words), .seen = seen};
}

HostMemory memory_of_three() {
    HostMemory memory({.age_max = 24h}, 3);
    EXPECT_TRUE(memory.remember(said("b.example", "192.0.2.2", "521 b", start + 2s)));
    EXPECT_TRUE(memory.remember(said("a.example", "192.0.2.1", "521 a", start + 1s)));
    EXPECT_TRUE(memory.remember(said("c.example", "2001:db8::3", "521 c", start + 3s)));
    return memory;
}

std::string hosts_of(const HostMemory& memory, std::chrono::sys_seconds now = start + 1min) {
    std::string out;
    for (const auto& entry : memory.list(now)) out += entry.host + ' ';
    return out;
}

TEST(HostMemory, KeepsWhatWasSaid) {
    const HostMemory memory = memory_of_three();
    const auto* entry = memory.find(at("192.0.2.1"), start + 1min);
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(*entry, said("a.example", "192.0.2.1", "521 a", start + 1s));
    EXPECT_EQ(memory.find(at("192.0.2.9"), start + 1min), nullptr);
    EXPECT_EQ(hosts_of(memory), "c.example b.example a.example ");
}

TEST(HostMemory, CountsWhatItWouldList) {
    HostMemory memory = memory_of_three();
    for (const auto now : {start - 1s, start, start + 1s, start + 2s, start + 1min, start + 24h,
                           start + 24h + 1s, start + 24h + 2s, start + 24h + 3s}) {
        EXPECT_EQ(memory.count(now), memory.list(now).size()) << now.time_since_epoch();
    }
    memory.forget_all();
    EXPECT_EQ(memory.count(start), 0U);
}

TEST(HostMemory, ANewAgeCountsForWhatIsKnown) {
    HostMemory memory = memory_of_three();
    memory.change({.age_max = 10s});
    EXPECT_EQ(hosts_of(memory, start + 12s), "c.example ");
    memory.change({.age_max = 24h});
    EXPECT_EQ(hosts_of(memory, start + 12s), "c.example b.example a.example ");
}

TEST(HostMemory, KnowsAHostByAddressAndPort) {
    HostMemory memory({.age_max = 24h}, 3);
    EXPECT_TRUE(memory.remember(said("a.example", "192.0.2.1:25", "521", start)));
    EXPECT_EQ(memory.find(at("192.0.2.1:2525"), start), nullptr);
    EXPECT_TRUE(memory.remember(said("b.example", "::ffff:192.0.2.1", "521 b", start + 1s)));
    EXPECT_EQ(memory.find(at("192.0.2.1"), start + 1s)->words, "521 b");
    EXPECT_FALSE(memory.forget(at("192.0.2.1:2525")));
    EXPECT_TRUE(memory.forget(at("192.0.2.1:25")));
}

std::string due(HostMemory& memory, std::chrono::sys_seconds now) {
    std::string out;
    for (const auto& entry : memory.take_due(now)) out += entry.host + ' ';
    return out;
}

const HostMemory::Settings asking{.age_max = 24h, .ask_first = 15min, .ask_max = 1h};

TEST(HostMemory, AsksAgainAfterAShortTimeThenAfterTwiceAsLong) {
    HostMemory memory(asking, 3);
    memory.remember(said("a.example", "192.0.2.1", "521", start));
    EXPECT_EQ(due(memory, start + 15min - 1s), "");
    EXPECT_EQ(due(memory, start + 15min), "a.example ");
    EXPECT_EQ(due(memory, start + 15min), "") << "it is being asked";
    for (const auto time : {45min, 105min, 165min}) {
        EXPECT_NE(memory.renew(at("192.0.2.1"), "521 still", start + time - 2s), nullptr);
        EXPECT_EQ(due(memory, start + time - 1s), "");
        EXPECT_EQ(due(memory, start + time), "a.example ");
    }
}

TEST(HostMemory, AsksAsLongAsMailForTheHostComes) {
    HostMemory memory(asking, 3);
    memory.remember(said("a.example", "192.0.2.1", "521", start));
    EXPECT_EQ(due(memory, start + 23h), "a.example ");
    // The answer makes the evidence young again, but no mail wants it: nobody is asked, and it
    // ages.
    EXPECT_NE(memory.renew(at("192.0.2.1"), "521", start + 23h), nullptr);
    EXPECT_EQ(due(memory, start + 25h), "");
    memory.use(at("192.0.2.1"), start + 25h);
    EXPECT_EQ(due(memory, start + 26h), "a.example ");
    EXPECT_EQ(memory.expire(start + 47h - 1s).size(), 0U);
    EXPECT_EQ(memory.expire(start + 47h).size(), 1U);
    EXPECT_EQ(due(memory, start + 48h), "");
}

TEST(HostMemory, AnAnswerAboutAForgottenHostIsNotRemembered) {
    HostMemory memory(asking, 3);
    memory.remember(said("a.example", "192.0.2.1", "521", start));
    EXPECT_EQ(due(memory, start + 15min), "a.example ");
    EXPECT_TRUE(memory.forget(at("192.0.2.1")));
    EXPECT_EQ(memory.renew(at("192.0.2.1"), "521", start + 15min), nullptr);
    EXPECT_EQ(memory.size(), 0U);
    // Nor does an old one replace what was said since.
    memory.remember(said("a.example", "192.0.2.1", "521 now", start + 16min));
    EXPECT_EQ(memory.renew(at("192.0.2.1"), "521 then", start + 15min), nullptr);
    EXPECT_EQ(memory.find(at("192.0.2.1"), start + 16min)->words, "521 now");
}

TEST(HostMemory, AsksAboutNothingThatIsNotEvidenceOrWhenToldNotTo) {
    HostMemory memory({.age_max = 1h, .ask_first = 15min, .ask_max = 1h}, 3);
    memory.remember(said("a.example", "192.0.2.1", "521", start));
    EXPECT_EQ(due(memory, start + 1h), "");
    memory.change({.age_max = 24h});
    EXPECT_EQ(due(memory, start + 10h), "");
}

TEST(HostMemory, ANewTimeToAskCountsForWhatIsKnown) {
    HostMemory memory(asking, 3);
    memory.remember(said("a.example", "192.0.2.1", "521", start));
    memory.change({.age_max = 24h, .ask_first = 1min, .ask_max = 1h});
    EXPECT_EQ(due(memory, start + 1min), "a.example ");
    memory.change({.age_max = 24h});
    EXPECT_EQ(due(memory, start + 2h), "");
    memory.change(asking);
    EXPECT_EQ(due(memory, start + 2h), "a.example ");
}

TEST(HostMemory, SaysWhoHadToMakeRoom) {
    HostMemory memory = memory_of_three();
    std::optional<route::HostPort> dropped;
    EXPECT_TRUE(memory.remember(said("c.example", "2001:db8::3", "521", start + 4s), &dropped));
    EXPECT_FALSE(dropped);
    EXPECT_TRUE(memory.remember(said("d.example", "192.0.2.4", "521", start + 4s), &dropped));
    EXPECT_EQ(dropped, at("192.0.2.1"));
}

TEST(HostMemory, BelievesEvidenceForALimitedTime) {
    HostMemory memory({.age_max = 1h}, 3);
    memory.remember(said("a.example", "192.0.2.1", "521", start));
    EXPECT_NE(memory.find(at("192.0.2.1"), start), nullptr);
    EXPECT_NE(memory.find(at("192.0.2.1"), start + 1h - 1s), nullptr);
    EXPECT_EQ(memory.find(at("192.0.2.1"), start + 1h), nullptr);
    EXPECT_EQ(hosts_of(memory, start + 1h), "");
    EXPECT_EQ(memory.size(), 1U);
    EXPECT_TRUE(memory.expire(start + 1h - 1s).empty());
    EXPECT_EQ(memory.expire(start + 1h), std::vector{at("192.0.2.1")});
    EXPECT_EQ(memory.size(), 0U);
}

TEST(HostMemory, TakesNothingFromTheFutureForEvidence) {
    HostMemory memory({.age_max = 1h}, 3);
    memory.remember(said("a.example", "192.0.2.1", "521", start + 1min));
    memory.remember(said("b.example", "192.0.2.2", "521", std::chrono::sys_seconds::max()));
    EXPECT_EQ(memory.find(at("192.0.2.1"), start), nullptr);
    EXPECT_EQ(memory.find(at("192.0.2.2"), start), nullptr);
    EXPECT_NE(memory.find(at("192.0.2.1"), start + 1min), nullptr);
    EXPECT_EQ(memory.expire(start + 1min).size(), 1U);
}

TEST(HostMemory, LetsNewerEvidenceReplaceOlderOnly) {
    HostMemory memory({.age_max = 24h}, 3);
    memory.remember(said("a.example", "192.0.2.1", "521 first", start));
    EXPECT_TRUE(memory.remember(said("b.example", "192.0.2.1", "521 second", start + 1s)));
    EXPECT_FALSE(memory.remember(said("a.example", "192.0.2.1", "521 late", start)));
    EXPECT_EQ(memory.size(), 1U);
    EXPECT_EQ(memory.find(at("192.0.2.1"), start + 1s)->words, "521 second");
}

TEST(HostMemory, LosesTheOldestWhenFull) {
    HostMemory memory = memory_of_three();
    EXPECT_TRUE(memory.remember(said("d.example", "192.0.2.4", "521", start + 4s)));
    EXPECT_EQ(hosts_of(memory), "d.example c.example b.example ");
    EXPECT_FALSE(memory.remember(said("old.example", "192.0.2.5", "521", start)));
    EXPECT_EQ(hosts_of(memory), "d.example c.example b.example ");
    // One that is known already pushes nobody out, and is young again.
    EXPECT_TRUE(memory.remember(said("b.example", "192.0.2.2", "521", start + 5s)));
    EXPECT_EQ(hosts_of(memory), "b.example d.example c.example ");
    EXPECT_TRUE(memory.remember(said("e.example", "192.0.2.6", "521", start + 6s)));
    EXPECT_EQ(hosts_of(memory), "e.example b.example d.example ");
}

TEST(HostMemory, IsBoundedUnderAFlood) {
    HostMemory memory({.age_max = 24h}, 100);
    for (int i = 0; i < 10'000; ++i) {
        memory.remember(said("x.example",
                             "10.0." + std::to_string(i / 256) + '.' + std::to_string(i % 256),
                             "521", start + std::chrono::seconds(i * 7919 % 10'000)));
        ASSERT_LE(memory.size(), 100U);
    }
    EXPECT_EQ(memory.list(start + 10'000s).size(), 100U);
    EXPECT_EQ(memory.list(start + 10'000s).back().seen, start + 9'900s);
}

TEST(HostMemory, ForgetsWhenTold) {
    HostMemory memory = memory_of_three();
    EXPECT_TRUE(memory.forget(at("192.0.2.1")));
    EXPECT_FALSE(memory.forget(at("192.0.2.1")));
    EXPECT_TRUE(memory.forget(at("192.0.2.2")));
    EXPECT_EQ(hosts_of(memory), "c.example ");
    memory.forget_all();
    EXPECT_EQ(memory.size(), 0U);
    EXPECT_TRUE(memory.remember(said("a.example", "192.0.2.1", "521", start)));
}

TEST(HostMemory, CutsWhatIsTooLong) {
    HostMemory memory({.age_max = 24h}, 3);
    memory.remember(said(std::string(5'000, 'h'), "192.0.2.1", std::string(5'000, 'w'), start));
    const auto* entry = memory.find(at("192.0.2.1"), start);
    EXPECT_EQ(entry->host.size(), base::limits::dns_name_bytes_max);
    EXPECT_EQ(entry->words.size(), base::limits::refusing_words_bytes_max);
}

}  // namespace
}  // namespace turnaway::verdict
