#include "io/endpoint.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "io/listener.h"
#include "loop.h"

namespace turnaway::io {
namespace {

TEST(Endpoint, ReadsWhatUsersWrite) {
    for (const char* text : {"127.0.0.1:2525", "[::1]:2525", ":25", "0.0.0.0:0", "[::]:65535"}) {
        const auto endpoint = parse_endpoint(text);
        ASSERT_TRUE(endpoint) << text;
        EXPECT_EQ(endpoint->text(), text);
    }
}

TEST(Endpoint, RefusesTheRestAndNamesIt) {
    for (const char* text : {"", "25", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:25",
                             "[::1]", "[::1:25", "host.example:25", "[127.0.0.1]:25", "1.2.3:1"}) {
        const auto endpoint = parse_endpoint(text);
        ASSERT_FALSE(endpoint) << text;
        EXPECT_TRUE(endpoint.error().message.contains('\'' + std::string(text) + '\''));
    }
}

TEST(Listener, SharesItsPortAndTakesClients) {
    asio::io_context loop;
    auto first = Listener::open(loop.get_executor(), parse_endpoint("127.0.0.1:0").value());
    ASSERT_TRUE(first);
    const Endpoint at = first->local();
    ASSERT_NE(at.port, 0);
    EXPECT_TRUE(Listener::open(loop.get_executor(), at));
    const auto taken = may_listen(at);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().fault, base::Fault::unavailable);
    EXPECT_TRUE(taken.error().message.contains(at.text()));
    asio::ip::tcp::socket client(loop);
    client.connect({asio_address(*at.address), at.port});
    EXPECT_TRUE(run(loop, first->accept()));
}

// A client taken by a socket that asks, and closes, hears nothing for a minute.
TEST(Listener, AskingTakesNoClient) {
    asio::io_context loop;
    Endpoint at;
    {
        // Not 127.0.0.1: from there a client may come to connect to itself.
        auto listener = Listener::open(loop.get_executor(), parse_endpoint("127.0.0.2:0").value());
        ASSERT_TRUE(listener);
        at = listener->local();
    }
    std::atomic<bool> is_over = false;
    std::thread asker([&] {
        while (!is_over) EXPECT_TRUE(may_listen(at));
    });
    int taken = 0;
    for (int i = 0; i < 2000; ++i) {
        asio::ip::tcp::socket client(loop);
        boost::system::error_code refused;
        client.connect({asio_address(*at.address), at.port}, refused);
        if (!refused) ++taken;
    }
    is_over = true;
    asker.join();
    EXPECT_EQ(taken, 0);
}

TEST(Listener, EveryAddressTakesIpv4) {
    asio::io_context loop;
    auto listener = Listener::open(loop.get_executor(), parse_endpoint(":0").value());
    ASSERT_TRUE(listener);
    asio::ip::tcp::socket client(loop);
    client.connect({asio::ip::address_v4::loopback(), listener->local().port});
    EXPECT_TRUE(run(loop, listener->accept()));
}

TEST(Listener, NamesAnAddressThatIsNotOurs) {
    asio::io_context loop;
    const auto listener =
        Listener::open(loop.get_executor(), parse_endpoint("192.0.2.1:2525").value());
    ASSERT_FALSE(listener);
    EXPECT_TRUE(listener.error().message.contains("192.0.2.1:2525"));
}

}  // namespace
}  // namespace turnaway::io
