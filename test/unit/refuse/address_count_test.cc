// Requirement 55: bounded per address.
#include "refuse/address_count.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "unit/refuse/clients.h"

namespace turnaway::refuse {
namespace {

constexpr base::KeyedHash key({33, 44});

TEST(AddressCount, GivesAsManyPlacesAsAllowed) {
    AddressCount count(key);
    const auto client = ipv4_client("192.0.2.1");
    for (int round = 0; round < 100; ++round) {
        for (int i = 0; i < 3; ++i) EXPECT_TRUE(count.take(client, 3));
        EXPECT_FALSE(count.take(client, 3));
        EXPECT_FALSE(count.take(client, 1));
        EXPECT_TRUE(count.take(client, 4));
        for (int i = 0; i < 4; ++i) count.release(client);
    }
    EXPECT_TRUE(count.take(client, 1)) << "refused and released ones left nothing behind";
}

TEST(AddressCount, OthersAreNotAffected) {
    AddressCount count(key);
    const auto greedy = ipv6_client("2001:db8:0:1::1");
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(count.take(greedy, 1000));
    EXPECT_FALSE(count.take(ipv6_client("2001:db8:0:1::2"), 1000)) << "the same /64";
    int refused = 0;
    for (std::uint32_t i = 0; i < 10000; ++i) refused += count.take(ipv4_client(i), 2) ? 0 : 1;
    // Both counters of a client must be full before it is mistaken for a bigger one: 10000 clients
    // in 65536 counters, so a few percent of a few percent.
    EXPECT_LT(refused, 150);
}

TEST(AddressCount, IsBalancedAfterManyThreads) {
    AddressCount count(key);
    std::vector<std::thread> threads;
    std::atomic<std::uint32_t> held{0}, most_held{0};
    const auto client = ipv4_client("192.0.2.9");
    for (std::uint32_t number = 0; number < 4; ++number) {
        threads.emplace_back([&] {
            for (int i = 0; i < 20000; ++i) {
                if (!count.take(client, 2)) continue;
                const std::uint32_t now = ++held;
                std::uint32_t most = most_held;
                while (now > most && !most_held.compare_exchange_weak(most, now)) {
                }
                --held;
                count.release(client);
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_LE(most_held, 2U);
    EXPECT_GE(most_held, 1U);
    EXPECT_TRUE(count.take(client, 1));
    EXPECT_FALSE(count.take(client, 1));
}

}  // namespace
}  // namespace turnaway::refuse
