#include "daemon/listening.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

namespace turnaway::daemon {
namespace {

const io::Endpoint any_port = *io::parse_endpoint("127.0.0.1:0");

TEST(Listening, EachThreadHasEachSocketAndAllHaveTheSamePort) {
    boost::asio::io_context loop;
    const auto opened = open_listeners(std::vector{any_port, any_port}, 3, loop.get_executor());
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_EQ(opened->size(), 3U);
    const auto at = listening_at(*opened);
    ASSERT_EQ(at.size(), 2U);
    EXPECT_NE(at[0].port, 0);
    EXPECT_NE(at[0].port, at[1].port);
    for (const auto& of_thread : *opened) {
        ASSERT_EQ(of_thread.size(), 2U);
        EXPECT_EQ(of_thread[0].local(), at[0]);
        EXPECT_EQ(of_thread[1].local(), at[1]);
    }
}

TEST(Listening, AnEndpointOfAnotherProgramIsAnError) {
    boost::asio::io_context loop;
    boost::asio::ip::tcp::acceptor other(loop, {boost::asio::ip::address_v4::loopback(), 0},
                                         /*reuse_addr=*/false);
    const io::Endpoint taken{.address = any_port.address, .port = other.local_endpoint().port()};
    const auto opened = open_listeners(std::vector{taken}, 1, loop.get_executor());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().fault, base::Fault::unavailable);
    EXPECT_NE(opened.error().message.find(taken.text()), std::string::npos);
}

}  // namespace
}  // namespace turnaway::daemon
