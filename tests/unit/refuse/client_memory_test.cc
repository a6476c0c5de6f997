#include "refuse/client_memory.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "unit/refuse/clients.h"

namespace turnaway::refuse {
namespace {

constexpr std::uint64_t week = ClientMemory::minutes_remembered;
constexpr base::KeyedHash key({11, 22});
constexpr std::uint32_t places = 2048 * 8;
using Visit = ClientMemory::Visit;

// How often the client is refused at EHLO in a row.
std::uint64_t refusals_in_a_row(ClientMemory& memory, const ClientAddress& client,
                                std::uint64_t now) {
    std::uint64_t count = 0;
    while (count < 100 && memory.visit(client, now) == Visit::refuse_at_hello) ++count;
    return count;
}

TEST(ClientMemory, RefusesAtHelloWhoLeftThere) {
    for (const std::uint64_t start :
         {std::uint64_t{0}, std::uint64_t{1'000'000}, (1UL << 23) - 5}) {
        ClientMemory memory(key);
        const auto client = ipv4_client("192.0.2.1");
        EXPECT_EQ(memory.visit(client, start), Visit::unknown);
        EXPECT_EQ(memory.visit(client, start), Visit::unknown) << "a visit is not a note";
        memory.note_left_at_hello(client, start);
        EXPECT_EQ(memory.visit(ipv4_client("192.0.2.2"), start), Visit::unknown);
        EXPECT_EQ(refusals_in_a_row(memory, client, start), ClientMemory::refusals_at_first);
        EXPECT_EQ(memory.visit(client, start), Visit::trial);
        EXPECT_EQ(memory.visit(client, start), Visit::trial) << "until the trial has an outcome";
    }
}

TEST(ClientMemory, LeavingAgainCountsForMore) {
    ClientMemory memory(key);
    const auto client = ipv4_client("192.0.2.1");
    memory.note_left_at_hello(client, 5);
    refusals_in_a_row(memory, client, 5);
    for (int round = 0; round < 3; ++round) {
        memory.note_left_at_hello(client, 6);
        EXPECT_EQ(refusals_in_a_row(memory, client, 6), ClientMemory::refusals_later);
    }
}

TEST(ClientMemory, ForgetsWhoGetsToMail) {
    ClientMemory memory(key);
    const auto client = ipv4_client("192.0.2.1");
    memory.forget(client);
    memory.note_left_at_hello(client, 5);
    memory.forget(ipv4_client("192.0.2.2"));
    EXPECT_EQ(memory.visit(client, 5), Visit::refuse_at_hello);
    memory.forget(client);
    EXPECT_EQ(memory.visit(client, 5), Visit::unknown);
    memory.note_left_at_hello(client, 5);
    EXPECT_EQ(refusals_in_a_row(memory, client, 5), ClientMemory::refusals_at_first);
}

TEST(ClientMemory, RemembersForAWeek) {
    ClientMemory memory(key);
    const auto client = ipv4_client("192.0.2.1");
    memory.note_left_at_hello(client, 5);
    EXPECT_EQ(memory.visit(client, 5 + week), Visit::refuse_at_hello) << "to the minute";
    EXPECT_EQ(memory.visit(client, 6 + week), Visit::unknown);
    memory.note_left_at_hello(client, 6 + week);
    EXPECT_EQ(refusals_in_a_row(memory, client, 6 + week), ClientMemory::refusals_at_first)
        << "after a week it is a new client";
}

TEST(ClientMemory, OneIpv6ClientIsOne64) {
    ClientMemory memory(key);
    memory.note_left_at_hello(ipv6_client("2001:db8:0:1::1"), 5);
    EXPECT_EQ(memory.visit(ipv6_client("2001:db8:0:1:abcd::9"), 6), Visit::refuse_at_hello);
    EXPECT_EQ(memory.visit(ipv6_client("2001:db8:0:2::1"), 6), Visit::unknown);
}

TEST(ClientMemory, AFullTableKeepsTheLatest) {
    ClientMemory memory(key);
    for (std::uint32_t i = 0; i < 4 * places; ++i) {
        memory.note_left_at_hello(ipv4_client(0x0a000000 + i), 1 + i / places);
    }
    int known = 0;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        const auto client = ipv4_client(0x0a000000 + 4 * places - 1000 + i);
        known += memory.visit(client, 10) == Visit::refuse_at_hello ? 1 : 0;
    }
    EXPECT_GT(known, 800);
}

// One customer's /48 has 65536 clients to play with and reaches four sets of eight.
TEST(ClientMemory, ANetworkCannotPushOthersOut) {
    ClientMemory memory(key);
    std::vector<ClientAddress> others;
    for (std::uint32_t i = 0; i < 1000; ++i) others.push_back(ipv4_client(0xc6336400 + i));
    for (const auto& client : others) memory.note_left_at_hello(client, 1);
    std::array<char, 64> text{};
    for (unsigned i = 0; i < 65536; ++i) {
        std::snprintf(text.data(), text.size(), "2001:db8:7:%x::1", i);
        memory.note_left_at_hello(ipv6_client(text.data()), 2);
    }
    // 1000 clients in 2048 sets: about two of them lie in any four sets.
    std::size_t lost = 0;
    for (const auto& client : others) lost += memory.visit(client, 3) == Visit::unknown ? 1 : 0;
    EXPECT_LE(lost, 12U);
    std::size_t kept = 0;
    for (unsigned i = 0; i < 65536; ++i) {
        std::snprintf(text.data(), text.size(), "2001:db8:7:%x::1", i);
        kept += memory.visit(ipv6_client(text.data()), 4) == Visit::unknown ? 0 : 1;
    }
    EXPECT_LE(kept, 32U);
}

TEST(ClientMemory, ManyThreadsAtOnce) {
    ClientMemory memory(key);
    std::vector<std::thread> threads;
    std::atomic<std::uint32_t> mistaken{0};
    for (std::uint32_t number = 0; number < 4; ++number) {
        threads.emplace_back([&memory, &mistaken, number] {
            for (std::uint32_t i = 0; i < 20000; ++i) {
                const auto own = ipv4_client((number + 1) << 24 | i);
                if (memory.visit(own, 5) != Visit::unknown) ++mistaken;
                memory.note_left_at_hello(ipv4_client(i % 16), 5);  // what all threads fight for
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(mistaken, 0U) << "remembered without having left";
    for (std::uint32_t i = 0; i < 16; ++i) {
        EXPECT_EQ(memory.visit(ipv4_client(i), 6), Visit::refuse_at_hello);
    }
}

}  // namespace
}  // namespace turnaway::refuse
