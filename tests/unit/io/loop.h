// An event loop for tests: runs a coroutine to its end, makes pairs of connections on loopback.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "io/connection.h"

namespace turnaway::io {

using namespace std::chrono_literals;

// Nothing here takes this long unless it hangs.
inline constexpr auto timeout = 20s;

inline void run_until(asio::io_context& loop, const bool& done) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    loop.restart();
    while (!done && loop.run_one_until(end) != 0) {
    }
    if (!done) throw std::runtime_error("the event loop never came to the end");
}

inline void run(asio::io_context& loop, asio::awaitable<void> work) {
    bool done = false;
    std::exception_ptr failure;
    asio::co_spawn(loop, std::move(work), [&](std::exception_ptr thrown) {
        failure = thrown;
        done = true;
    });
    run_until(loop, done);
    if (failure) std::rethrow_exception(failure);
}

template <class T>
asio::awaitable<void> keep(asio::awaitable<T> work, std::optional<T>* result) {
    result->emplace(co_await std::move(work));
}

// Through keep(), since co_spawn wants values it can make out of nothing.
template <class T>
T run(asio::io_context& loop, asio::awaitable<T> work) {
    std::optional<T> result;
    run(loop, keep(std::move(work), &result));
    return *std::move(result);
}

struct Pair {
    std::shared_ptr<Connection> client;
    std::unique_ptr<Connection> server;
};

inline Pair make_pair(asio::io_context& loop) {
    using asio::ip::tcp;
    tcp::acceptor acceptor(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    tcp::socket client(loop);
    client.connect(acceptor.local_endpoint());
    tcp::socket server = acceptor.accept();
    return {std::make_shared<Connection>(std::move(client)),
            std::make_unique<Connection>(std::move(server))};
}

inline asio::awaitable<std::string> read_some(Connection& connection) {
    std::string text(65536, '\0');
    const auto bytes = co_await connection.read(text, 10s);
    text.resize(bytes.value_or(0));
    co_return text;
}

// Until the other side ends.
inline asio::awaitable<std::string> read_all(Connection& connection) {
    std::string all;
    while (true) {
        const std::string some = co_await read_some(connection);
        if (some.empty()) co_return all;
        all += some;
    }
}

}  // namespace turnaway::io
