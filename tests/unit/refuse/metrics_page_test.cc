#include "refuse/metrics_page.h"

#include <gtest/gtest.h>

#include <string>

namespace turnaway::refuse {
namespace {

std::string status_of(std::string_view request) {
    const std::string answer = http_answer(request, "m 1\n", false);
    return answer.substr(0, answer.find("\r\n"));
}

TEST(HttpAnswer, WaitsForTheWholeHead) {
    const std::string request = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
    for (std::size_t bytes = 0; bytes < request.size(); ++bytes) {
        EXPECT_EQ(http_answer(request.substr(0, bytes), "m 1\n", false), "") << bytes;
    }
    EXPECT_EQ(http_answer(request, "m 1\n", false),
              "HTTP/1.1 200 OK\r\n"
              "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
              "Content-Length: 4\r\n"
              "Connection: close\r\n\r\nm 1\n");
}

TEST(HttpAnswer, HeadHasNoBody) {
    const std::string whole = http_answer("GET /metrics HTTP/1.1\r\n\r\n", "m 1\n", false);
    EXPECT_EQ(http_answer("HEAD /metrics HTTP/1.1\r\n\r\n", "m 1\n", false),
              whole.substr(0, whole.size() - 4));
}

TEST(HttpAnswer, SaysThatItIsThere) {
    EXPECT_EQ(http_answer("GET /healthz HTTP/1.1\r\n\r\n", "m 1\n", false),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n"
              "Connection: close\r\n\r\nok\n");
    EXPECT_EQ(http_answer("GET /healthz HTTP/1.1\r\n\r\n", "m 1\n", true),
              "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
              "Content-Length: 7\r\nConnection: close\r\n\r\nending\n");
    EXPECT_TRUE(http_answer("GET /metrics HTTP/1.1\r\n\r\n", "m 1\n", true).contains(" 200 OK"));
    EXPECT_TRUE(http_answer("HEAD /healthz HTTP/1.1\r\n\r\n", "", false).ends_with("\r\n\r\n"));
}

TEST(HttpAnswer, ServesOnlyTheMetrics) {
    EXPECT_EQ(status_of("GET /metrics?x=1 HTTP/1.0\r\n\r\n"), "HTTP/1.1 200 OK");
    EXPECT_EQ(status_of("GET /metrics\r\n\r\n"), "HTTP/1.1 200 OK");
    for (const char* target :
         {"/", "/metrics/", "/metricsx", "/METRICS", "//metrics", "/../metrics", ""}) {
        EXPECT_EQ(status_of("GET " + std::string(target) + " HTTP/1.1\r\n\r\n"),
                  "HTTP/1.1 404 Not Found")
            << target;
    }
    for (const char* method : {"POST", "get", "PUT", "GETX", "", "\x16\x03\x01"}) {
        EXPECT_EQ(status_of(std::string(method) + " /metrics HTTP/1.1\r\n\r\n"),
                  "HTTP/1.1 405 Method Not Allowed")
            << method;
    }
    EXPECT_EQ(status_of("GET\r\n\r\n"), "HTTP/1.1 404 Not Found");
    EXPECT_EQ(status_of("\r\n\r\n"), "HTTP/1.1 405 Method Not Allowed");
}

TEST(HttpAnswer, RepeatsNothingOfTheRequest) {
    const std::string answer =
        http_answer("GET /<script> HTTP/1.1\r\nX: <script>\r\n\r\n", "", false);
    EXPECT_EQ(answer.find("script"), std::string::npos);
}

}  // namespace
}  // namespace turnaway::refuse
