#include "daemon/pages.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>

#include "unit/io/loop.h"

namespace turnaway::daemon {
namespace {

class PagesTest : public testing::Test {
  protected:
    void SetUp() override {
        auto opened = open_pages(
            loop_, io::parse_endpoint("127.0.0.1:0").value(),
            {.metrics = [this] { return metrics_; }, .health = [this] { return health_; }});
        ASSERT_TRUE(opened) << opened.error().message;
        pages_ = *std::move(opened);
    }
    std::string get(const std::string& path) {
        const auto at = pages_->local();
        const auto client = io::run(loop_, io::Connection::dial(loop_.get_executor(), *at.address,
                                                                at.port, io::timeout))
                                .value();
        io::run(loop_, client->write("GET " + path + " HTTP/1.1\r\n\r\n", io::timeout));
        return io::run(loop_, io::read_all(*client));
    }

    boost::asio::io_context loop_;
    std::string metrics_ = "up 1\n";
    Health health_{.is_serving = true, .words = "accepting mail"};
    std::unique_ptr<io::HttpEndpoint> pages_;
};

TEST_F(PagesTest, EachIsMadeWhenItIsAskedFor) {
    const auto first = get("/metrics");
    EXPECT_TRUE(first.contains("text/plain; version=0.0.4")) << first;
    EXPECT_TRUE(first.ends_with("\r\n\r\nup 1\n")) << first;
    metrics_ = "up 2\n";
    EXPECT_TRUE(get("/metrics").ends_with("\r\n\r\nup 2\n"));
    EXPECT_TRUE(get("/other").starts_with("HTTP/1.1 404 "));
}

TEST_F(PagesTest, HealthIsAStatus) {
    const auto good = get("/healthz");
    EXPECT_TRUE(good.starts_with("HTTP/1.1 200 ")) << good;
    EXPECT_TRUE(good.ends_with("accepting mail\n")) << good;
    health_ = {.is_serving = false, .words = "ending"};
    const auto bad = get("/healthz");
    EXPECT_TRUE(bad.starts_with("HTTP/1.1 503 ")) << bad;
    EXPECT_TRUE(bad.ends_with("ending\n")) << bad;
}

}  // namespace
}  // namespace turnaway::daemon
