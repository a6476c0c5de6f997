#include "daemon/admission.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "unit/io/loop.h"

namespace turnaway::daemon {
namespace {

using io::run;

const route::IpAddress address = *route::IpAddress::parse("192.0.2.1");

struct Door {
    boost::asio::io_context loop;
    ClientCount clients;
    std::optional<ClientCount::Entry> why;
    io::Pair pair = io::make_pair(loop);

    std::unique_ptr<ClientGuard> admit(ClientCount::Limits limits) {
        return run(loop, daemon::admit({.clients = clients,
                                        .limits = limits,
                                        .turn_away =
                                            [this](ClientCount::Entry entry) {
                                                why = entry;
                                                return std::string("421 full\r\n");
                                            }},
                                       *pair.server, address));
    }
};

TEST(Admission, AClientHasItsPlaceUntilItLeaves) {
    Door door;
    auto guard = door.admit({.all = 1, .per_address = 1});
    ASSERT_NE(guard, nullptr);
    EXPECT_FALSE(door.why);
    EXPECT_EQ(door.clients.total(), 1U);
    guard.reset();
    EXPECT_EQ(door.clients.total(), 0U);
}

TEST(Admission, AClientThatIsTurnedAwayIsTold) {
    for (const auto& [limits, why] :
         {std::pair{ClientCount::Limits{.all = 0, .per_address = 1}, ClientCount::Entry::full},
          std::pair{ClientCount::Limits{.all = 1, .per_address = 0},
                    ClientCount::Entry::address_full}}) {
        Door door;
        // A client that closes its side does not keep the door busy.
        boost::asio::co_spawn(door.loop, door.pair.client->close(), boost::asio::detached);
        EXPECT_EQ(door.admit(limits), nullptr);
        EXPECT_EQ(door.why, why);
        EXPECT_EQ(door.clients.total(), 0U);
    }
}

TEST(Admission, TheReplyArrivesBeforeTheEnd) {
    Door door;
    std::string got;
    boost::asio::co_spawn(
        door.loop,
        [&door, &got]() -> boost::asio::awaitable<void> {
            got = co_await io::read_all(*door.pair.client);
            co_await door.pair.client->close();
        },
        boost::asio::detached);
    EXPECT_EQ(door.admit({.all = 0, .per_address = 0}), nullptr);
    EXPECT_EQ(got, "421 full\r\n");
    EXPECT_TRUE(door.clients.linger());
}

}  // namespace
}  // namespace turnaway::daemon
