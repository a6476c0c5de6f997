// Requirement 55: what a client may ask for is bounded, and the others do not pay for it.
#include "refuse/address_rate.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "unit/refuse/clients.h"

namespace turnaway::refuse {
namespace {

constexpr base::KeyedHash key({55, 66});
constexpr std::uint64_t second = 1'000'000;
constexpr std::uint64_t minute = 60 * second;

int allowed(AddressRate& rate, const ClientAddress& client, std::uint32_t most, std::uint64_t now,
            int tries) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += rate.allows(client, most, now) ? 1 : 0;
    return count;
}

TEST(AddressRate, AllowsSoManyAtOnceAndThenSoManyAMinute) {
    for (const std::uint64_t start : {std::uint64_t{1}, 40 * minute, std::uint64_t{1} << 50}) {
        for (const std::uint32_t most : {1U, 7U, 600U, 10'000U}) {
            AddressRate rate(key);
            const auto client = ipv4_client("192.0.2.1");
            const int all = static_cast<int>(most);
            EXPECT_EQ(allowed(rate, client, most, start, all + 5), all) << most;
            EXPECT_EQ(allowed(rate, client, most, start + minute / most, 5), 1) << most;
            EXPECT_EQ(allowed(rate, client, most, start + 5 * minute, all + 5), all) << most;
        }
    }
}

// A client that goes on too quickly is served as often as one that keeps to the limit.
TEST(AddressRate, AnEagerClientIsNotLockedOut) {
    AddressRate rate(key);
    const auto client = ipv4_client("192.0.2.1");
    int count = 0;
    for (std::uint64_t now = second; now <= 600 * second; now += second / 10) {
        count += rate.allows(client, 60, now) ? 1 : 0;
    }
    EXPECT_NEAR(count, 60 + 600, 2);
}

TEST(AddressRate, ASlowClientIsAlwaysAllowed) {
    AddressRate rate(key);
    const auto client = ipv6_client("2001:db8::1");
    for (std::uint64_t now = second; now < 1000 * second; now += second) {
        ASSERT_TRUE(rate.allows(client, 60, now)) << now;
    }
}

TEST(AddressRate, OneIpv6ClientIsOne64) {
    AddressRate rate(key);
    EXPECT_TRUE(rate.allows(ipv6_client("2001:db8:0:1::1"), 1, second));
    EXPECT_FALSE(rate.allows(ipv6_client("2001:db8:0:1::2"), 1, second));
    EXPECT_TRUE(rate.allows(ipv6_client("2001:db8:0:2::1"), 1, second));
}

TEST(AddressRate, OthersAreNotAffected) {
    AddressRate rate(key);
    for (std::uint32_t i = 0; i < 100; ++i) {
        EXPECT_LE(allowed(rate, ipv4_client(0x0a000000 + i), 10, second, 50), 11);
    }
    int refused = 0;
    for (std::uint32_t i = 0; i < 10000; ++i) {
        refused += rate.allows(ipv4_client(0xc0000000 + i), 10, second) ? 0 : 1;
    }
    EXPECT_LE(refused, 5) << "two points at once must belong to one of the hundred";
}

TEST(AddressRate, CountsEachOfManyThreads) {
    AddressRate rate(key);
    const auto client = ipv4_client("192.0.2.9");
    std::atomic<int> count{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] { count += allowed(rate, client, 1000, second, 5000); });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_GE(count, 1000);
    // Two points move separately: of threads that come at once one may see the first of them full
    // and another the second.
    EXPECT_LE(count, 1000 + 4);
}

}  // namespace
}  // namespace turnaway::refuse
