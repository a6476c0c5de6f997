// The memory of hosts that said 521: how long it is believed, how much it holds, what ends it.
#include "verdict/host_memory.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace turnaway::verdict {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds start{1'700'000'000s};

HostMemory memory_of_three() {
    HostMemory memory(24h, 3);
    EXPECT_TRUE(memory.remember("b.example", "192.0.2.2", "521 b", start + 2s));
    EXPECT_TRUE(memory.remember("a.example", "192.0.2.1", "521 a", start + 1s));
    EXPECT_TRUE(memory.remember("c.example", "2001:db8::3", "521 c", start + 3s));
    return memory;
}

std::string hosts_of(const HostMemory& memory, std::chrono::sys_seconds now = start + 1min) {
    std::string out;
    for (const auto& entry : memory.list(now)) out += entry.host + ' ';
    return out;
}

TEST(HostMemory, KeepsWhatWasSaid) {
    const HostMemory memory = memory_of_three();
    const auto* entry = memory.find("192.0.2.1", start + 1min);
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(*entry, (HostMemory::Entry{"a.example", "192.0.2.1", "521 a", start + 1s}));
    EXPECT_EQ(memory.find("192.0.2.9", start + 1min), nullptr);
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
    memory.change_age(10s);
    EXPECT_EQ(hosts_of(memory, start + 12s), "c.example ");
    memory.change_age(24h);
    EXPECT_EQ(hosts_of(memory, start + 12s), "c.example b.example a.example ");
}

TEST(HostMemory, KnowsAnAddressInAnySpelling) {
    HostMemory memory(24h, 3);
    EXPECT_TRUE(memory.remember("a.example", "2001:DB8:0::1", "521", start));
    EXPECT_NE(memory.find("2001:db8::1", start), nullptr);
    EXPECT_EQ(memory.find("2001:db8::1", start)->address, "2001:db8::1");
    EXPECT_TRUE(memory.remember("b.example", "::ffff:192.0.2.1", "521", start));
    EXPECT_NE(memory.find("192.0.2.1", start), nullptr);
    EXPECT_TRUE(memory.forget("2001:0db8::0001"));
    for (const std::string_view text : {"", "a.example", "192.0.2.1:25", "[192.0.2.1]"}) {
        EXPECT_FALSE(memory.remember("a.example", text, "521", start)) << text;
        EXPECT_EQ(memory.find(text, start), nullptr);
        EXPECT_FALSE(memory.forget(text));
    }
    EXPECT_EQ(memory.size(), 1U);
}

TEST(HostMemory, BelievesEvidenceForALimitedTime) {
    HostMemory memory(1h, 3);
    memory.remember("a.example", "192.0.2.1", "521", start);
    EXPECT_NE(memory.find("192.0.2.1", start), nullptr);
    EXPECT_NE(memory.find("192.0.2.1", start + 1h - 1s), nullptr);
    EXPECT_EQ(memory.find("192.0.2.1", start + 1h), nullptr);
    EXPECT_EQ(hosts_of(memory, start + 1h), "");
    EXPECT_EQ(memory.size(), 1U);
    EXPECT_EQ(memory.expire(start + 1h - 1s), 0U);
    EXPECT_EQ(memory.expire(start + 1h), 1U);
    EXPECT_EQ(memory.size(), 0U);
}

TEST(HostMemory, TakesNothingFromTheFutureForEvidence) {
    HostMemory memory(1h, 3);
    memory.remember("a.example", "192.0.2.1", "521", start + 1min);
    memory.remember("b.example", "192.0.2.2", "521", std::chrono::sys_seconds::max());
    EXPECT_EQ(memory.find("192.0.2.1", start), nullptr);
    EXPECT_EQ(memory.find("192.0.2.2", start), nullptr);
    EXPECT_NE(memory.find("192.0.2.1", start + 1min), nullptr);
    EXPECT_EQ(memory.expire(start + 1min), 1U);
}

TEST(HostMemory, LetsNewerEvidenceReplaceOlderOnly) {
    HostMemory memory(24h, 3);
    memory.remember("a.example", "192.0.2.1", "521 first", start);
    EXPECT_TRUE(memory.remember("b.example", "192.0.2.1", "521 second", start + 1s));
    EXPECT_FALSE(memory.remember("a.example", "192.0.2.1", "521 late", start));
    EXPECT_EQ(memory.size(), 1U);
    EXPECT_EQ(memory.find("192.0.2.1", start + 1s)->words, "521 second");
}

TEST(HostMemory, LosesTheOldestWhenFull) {
    HostMemory memory = memory_of_three();
    EXPECT_TRUE(memory.remember("d.example", "192.0.2.4", "521", start + 4s));
    EXPECT_EQ(hosts_of(memory), "d.example c.example b.example ");
    EXPECT_FALSE(memory.remember("old.example", "192.0.2.5", "521", start));
    EXPECT_EQ(hosts_of(memory), "d.example c.example b.example ");
    // One that is known already pushes nobody out, and is young again.
    EXPECT_TRUE(memory.remember("b.example", "192.0.2.2", "521", start + 5s));
    EXPECT_EQ(hosts_of(memory), "b.example d.example c.example ");
    EXPECT_TRUE(memory.remember("e.example", "192.0.2.6", "521", start + 6s));
    EXPECT_EQ(hosts_of(memory), "e.example b.example d.example ");
}

TEST(HostMemory, IsBoundedUnderAFlood) {
    HostMemory memory(24h, 100);
    for (int i = 0; i < 10'000; ++i) {
        memory.remember("x.example",
                        "10.0." + std::to_string(i / 256) + '.' + std::to_string(i % 256), "521",
                        start + std::chrono::seconds(i * 7919 % 10'000));
        ASSERT_LE(memory.size(), 100U);
    }
    EXPECT_EQ(memory.list(start + 10'000s).size(), 100U);
    EXPECT_EQ(memory.list(start + 10'000s).back().seen, start + 9'900s);
}

TEST(HostMemory, ForgetsWhenTold) {
    HostMemory memory = memory_of_three();
    EXPECT_TRUE(memory.accepted("192.0.2.1"));
    EXPECT_FALSE(memory.accepted("192.0.2.1"));
    EXPECT_TRUE(memory.forget("192.0.2.2"));
    EXPECT_EQ(hosts_of(memory), "c.example ");
    memory.forget_all();
    EXPECT_EQ(memory.size(), 0U);
    EXPECT_TRUE(memory.remember("a.example", "192.0.2.1", "521", start));
}

TEST(HostMemory, CutsWhatIsTooLong) {
    HostMemory memory(24h, 3);
    memory.remember(std::string(5'000, 'h'), "192.0.2.1", std::string(5'000, 'w'), start);
    const auto* entry = memory.find("192.0.2.1", start);
    EXPECT_EQ(entry->host.size(), base::limits::dns_name_bytes_most);
    EXPECT_EQ(entry->words.size(), base::limits::refusing_words_bytes_most);
}

}  // namespace
}  // namespace turnaway::verdict
