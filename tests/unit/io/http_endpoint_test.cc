#include "io/http_endpoint.h"

#include <gtest/gtest.h>

#include "loop.h"

namespace turnaway::io {
namespace {

class HttpEndpointTest : public testing::Test {
  protected:
    void SetUp() override {
        HttpEndpoint::Settings settings{parse_endpoint("127.0.0.1:0").value(), 2, 200ms};
        auto opened = HttpEndpoint::open(loop_, settings, [](std::string_view path) {
            return path == "/metrics" ? std::optional(HttpAnswer{200, "text/plain", "up 1\n"})
                                      : std::nullopt;
        });
        ASSERT_TRUE(opened) << opened.error().message;
        endpoint_ = *std::move(opened);
    }
    std::unique_ptr<Connection> dial() {
        const auto at = endpoint_->local();
        return run(loop_, Connection::dial(loop_.get_executor(), *at.address, at.port, 10s))
            .value();
    }
    std::string ask(std::string_view request) {
        const auto client = dial();
        run(loop_, client->write(request, 10s));
        return run(loop_, read_all(*client));
    }

    asio::io_context loop_;
    std::unique_ptr<HttpEndpoint> endpoint_;
};

TEST_F(HttpEndpointTest, ShowsItsPages) {
    const std::string answer = ask("GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(answer.contains("Content-Length: 5\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\n\r\nup 1\n"));
    EXPECT_TRUE(ask("HEAD /metrics HTTP/1.1\r\n\r\n").ends_with("\r\n\r\n"));
    EXPECT_TRUE(ask("GET /other HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 404 "));
}

TEST_F(HttpEndpointTest, RefusesTheRest) {
    EXPECT_TRUE(
        ask("POST /metrics HTTP/1.1\r\nContent-Length: 0\r\n\r\n").starts_with("HTTP/1.1 405 "));
    EXPECT_TRUE(ask("EHLO client.example\r\n\r\n").starts_with("HTTP/1.1 400 "));
    EXPECT_TRUE(ask("GET / HTTP/1.1\r\nA: " + std::string(9000, 'x') + "\r\n\r\n")
                    .starts_with("HTTP/1.1 431 "));
}

TEST_F(HttpEndpointTest, ASlowClientIsClosedAndTooManyAreNotServed) {
    const auto first = dial(), second = dial(), third = dial();
    EXPECT_EQ(run(loop_, read_all(*third)), "");
    EXPECT_EQ(run(loop_, read_all(*first)), "");
    EXPECT_TRUE(ask("GET /metrics HTTP/1.1\r\n\r\n").contains("up 1"));
}

}  // namespace
}  // namespace turnaway::io
