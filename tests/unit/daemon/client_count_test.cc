#include "daemon/client_count.h"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"

namespace turnaway::daemon {
namespace {

using Entry = ClientCount::Entry;

route::IpAddress address(std::string_view text) {
    return *route::IpAddress::parse(text);
}

TEST(ClientCount, BoundsAllAndEachAddress) {
    ClientCount count;
    const ClientCount::Limits limits{.all = 3, .per_address = 2};
    EXPECT_EQ(count.enter(address("192.0.2.1"), limits), Entry::admitted);
    EXPECT_EQ(count.enter(address("192.0.2.1"), limits), Entry::admitted);
    EXPECT_EQ(count.enter(address("192.0.2.1"), limits), Entry::address_full);
    EXPECT_EQ(count.enter(address("192.0.2.2"), limits), Entry::admitted);
    EXPECT_EQ(count.enter(address("192.0.2.3"), limits), Entry::full);
    EXPECT_EQ(count.total(), 3U);
    count.leave(address("192.0.2.1"));
    EXPECT_EQ(count.enter(address("192.0.2.3"), limits), Entry::admitted);
}

TEST(ClientCount, AnIpv6NetworkIsOneClient) {
    ClientCount count;
    const ClientCount::Limits limits{.all = 10, .per_address = 1};
    EXPECT_EQ(count.enter(address("2001:db8:0:1::1"), limits), Entry::admitted);
    EXPECT_EQ(count.enter(address("2001:db8:0:1:ffff:ffff:ffff:ffff"), limits),
              Entry::address_full);
    EXPECT_EQ(count.enter(address("2001:db8:0:2::1"), limits), Entry::admitted);
    count.leave(address("2001:db8:0:1:2::3"));  // whoever of that network leaves
    EXPECT_EQ(count.enter(address("2001:db8:0:1::9"), limits), Entry::admitted);
}

TEST(ClientCount, AMappedAddressIsTheIpv4Address) {
    ClientCount count;
    const ClientCount::Limits limits{.all = 10, .per_address = 1};
    EXPECT_EQ(count.enter(address("::ffff:192.0.2.1"), limits), Entry::admitted);
    EXPECT_EQ(count.enter(address("192.0.2.1"), limits), Entry::address_full);
    EXPECT_EQ(count.enter(address("::ffff:192.0.2.2"), limits), Entry::admitted);
}

TEST(ClientCount, AGuardLeavesByItself) {
    ClientCount count;
    ASSERT_EQ(count.enter(address("192.0.2.1"), {.all = 1, .per_address = 1}), Entry::admitted);
    {
        const ClientGuard place(count, address("192.0.2.1"));
    }
    EXPECT_EQ(count.total(), 0U);
}

TEST(ClientCount, TellsOnceAWhileHowManyWereTurnedAway) {
    ClientCount count;
    const ClientCount::Clock::time_point start{};
    EXPECT_EQ(count.turned_away(start), 1U);
    EXPECT_EQ(count.turned_away(start), std::nullopt);
    EXPECT_EQ(count.not_accepted(start), 1U);  // told apart
    const auto every = base::limits::turned_away_told_every;
    EXPECT_EQ(count.turned_away(start + every - std::chrono::milliseconds(1)), std::nullopt);
    EXPECT_EQ(count.turned_away(start + every), 3U);
}

TEST(ClientCount, LingeringClientsAreBoundedAndLeaveByThemselves) {
    ClientCount count;
    std::vector<ClientCount::LingerGuard> lingering;
    for (std::size_t i = 0; i < base::limits::lingering_clients_max; ++i) {
        auto one = count.linger();
        ASSERT_TRUE(one);
        lingering.push_back(*std::move(one));
    }
    EXPECT_FALSE(count.linger());
    lingering.pop_back();
    EXPECT_TRUE(count.linger());
    EXPECT_TRUE(count.linger());  // the one before has left
}

}  // namespace
}  // namespace turnaway::daemon
