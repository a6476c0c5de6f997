#include "refuse/client_memory.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "unit/refuse/clients.h"

namespace turnaway::refuse {
namespace {

constexpr std::uint64_t week = ClientMemory::minutes_remembered;
constexpr base::KeyedHash key({11, 22});
constexpr std::uint32_t places = 8192 * 8;

TEST(ClientMemory, RemembersForAWeek) {
    for (const std::uint64_t start :
         {std::uint64_t{0}, std::uint64_t{1'000'000}, (1UL << 23) - 5}) {
        ClientMemory memory(key);
        const auto client = ipv4_client("192.0.2.1");
        EXPECT_FALSE(memory.visit(client, start));
        EXPECT_TRUE(memory.visit(client, start));
        EXPECT_TRUE(memory.visit(client, start + week)) << "a week to the minute";
        EXPECT_TRUE(memory.visit(client, start + 2 * week)) << "each visit counts anew";
        EXPECT_FALSE(memory.visit(client, start + 3 * week + 1));
        EXPECT_TRUE(memory.visit(client, start + 3 * week + 2));
        EXPECT_FALSE(memory.visit(ipv4_client("192.0.2.2"), start));
    }
}

TEST(ClientMemory, OneIpv6ClientIsOne64) {
    ClientMemory memory(key);
    EXPECT_FALSE(memory.visit(ipv6_client("2001:db8:0:1::1"), 5));
    EXPECT_TRUE(memory.visit(ipv6_client("2001:db8:0:1:abcd::9"), 6));
    EXPECT_FALSE(memory.visit(ipv6_client("2001:db8:0:2::1"), 6));
    EXPECT_TRUE(memory.visit(ipv6_client("2001:db8:0:2::2"), 6));
}

// A flood of addresses that come once pushes out nobody who came back.
TEST(ClientMemory, AFloodLeavesThoseWhoCameBack) {
    ClientMemory memory(key);
    std::vector<ClientAddress> regulars;
    for (std::uint32_t i = 0; i < 1000; ++i) regulars.push_back(ipv4_client(0xc0000200 + i));
    for (int visit = 0; visit < 2; ++visit) {
        for (const auto& client : regulars) memory.visit(client, 1);
    }
    for (std::uint32_t i = 0; i < 4 * places; ++i) memory.visit(ipv4_client(0x0a000000 + i), 100);
    for (const auto& client : regulars) EXPECT_TRUE(memory.visit(client, 200));
    // The flood itself is remembered as far as there is room, the latest of it.
    int known = 0;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        known += memory.visit(ipv4_client(0x0a000000 + 4 * places - 1000 + i), 200) ? 1 : 0;
    }
    EXPECT_GT(known, 800);
}

TEST(ClientMemory, WhatIsOlderThanAWeekMakesRoom) {
    ClientMemory memory(key);
    for (int visit = 0; visit < 2; ++visit) {
        for (std::uint32_t i = 0; i < 2 * places; ++i) memory.visit(ipv4_client(i), 1);
    }
    // Every place holds a client who came back, and all are too old to matter.
    const std::uint64_t later = week + 2;
    int forgotten = 0;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        const auto newcomer = ipv4_client(0xc0000000 + i);
        memory.visit(newcomer, later);
        forgotten += memory.visit(newcomer, later) ? 0 : 1;
    }
    EXPECT_EQ(forgotten, 0);
}

// One customer's /48 has 65536 clients to play with and reaches four sets of eight.
TEST(ClientMemory, ANetworkCannotPushOthersOut) {
    ClientMemory memory(key);
    std::vector<ClientAddress> others;
    for (std::uint32_t i = 0; i < 4000; ++i) others.push_back(ipv4_client(0xc6336400 + i));
    for (const auto& client : others) memory.visit(client, 1);
    std::array<char, 64> text{};
    for (int round = 0; round < 2; ++round) {
        for (unsigned i = 0; i < 65536; ++i) {
            std::snprintf(text.data(), text.size(), "2001:db8:7:%x::1", i);
            memory.visit(ipv6_client(text.data()), 2);
        }
    }
    // 4000 clients in 131072 places: about one of them lies in any four sets.
    std::size_t lost = 0;
    for (const auto& client : others) lost += memory.visit(client, 3) ? 0 : 1;
    EXPECT_LE(lost, 8U);
    std::size_t kept = 0;
    for (unsigned i = 0; i < 65536; ++i) {
        std::snprintf(text.data(), text.size(), "2001:db8:7:%x::1", i);
        kept += memory.visit(ipv6_client(text.data()), 4) ? 1 : 0;
    }
    EXPECT_LE(kept, 32U);
}

TEST(ClientMemory, NotesOnceWhoLeftAtHello) {
    ClientMemory memory(key);
    const auto client = ipv4_client("192.0.2.1");
    memory.note_left_at_hello(client);
    EXPECT_FALSE(memory.take_left_at_hello(client)) << "a client never seen has no place";
    memory.visit(client, 1);
    EXPECT_FALSE(memory.take_left_at_hello(client));
    memory.note_left_at_hello(client);
    EXPECT_TRUE(memory.visit(client, 2)) << "a visit leaves the note";
    EXPECT_FALSE(memory.take_left_at_hello(ipv4_client("192.0.2.2")));
    EXPECT_TRUE(memory.take_left_at_hello(client));
    EXPECT_FALSE(memory.take_left_at_hello(client));
    EXPECT_TRUE(memory.visit(client, 3)) << "the client itself is still known";
    memory.note_left_at_hello(client);
    EXPECT_FALSE(memory.visit(client, 4 + week));
    EXPECT_FALSE(memory.take_left_at_hello(client)) << "after a week it is a new client";
}

TEST(ClientMemory, ManyThreadsVisitAtOnce) {
    ClientMemory memory(key);
    std::vector<std::thread> threads;
    std::atomic<std::uint32_t> mistaken{0};
    for (std::uint32_t number = 0; number < 4; ++number) {
        threads.emplace_back([&memory, &mistaken, number] {
            for (std::uint32_t i = 0; i < 20000; ++i) {
                const auto own = ipv4_client((number + 1) << 24 | i);
                if (memory.visit(own, 5)) ++mistaken;
                memory.visit(ipv4_client(i % 16), 5);  // what all threads fight for
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(mistaken, 0U) << "remembered without having been here";
    for (std::uint32_t i = 0; i < 16; ++i) EXPECT_TRUE(memory.visit(ipv4_client(i), 6));
}

}  // namespace
}  // namespace turnaway::refuse
