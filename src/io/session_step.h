// Session step: one write or one read for a pure session, within a deadline; passes the result to
// the session: sent(), received(), timed_out() or closed().
//
// Every driver of a session is a loop around these two (except the refusing worker, which has no
// coroutines). A session whose functions take further arguments gets an adapter with these four
// functions.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <concepts>
#include <span>
#include <string_view>

#include "io/connection.h"

namespace turnaway::io {

template <class Session>
concept Driven = requires(Session session, std::string_view bytes) {
    session.sent();
    session.received(bytes);
    session.timed_out();
    session.closed();
};

// `bytes` remain valid until the session changes, which it does not before the end.
template <Driven Session>
asio::awaitable<void> send_for(Session& session, Connection& connection, std::string_view bytes,
                               std::chrono::milliseconds wait) {
    if (co_await connection.write(bytes, wait)) {
        session.sent();
    } else {
        session.closed();
    }
}

// Reads at most what fits into `buffer`.
template <Driven Session>
asio::awaitable<void> read_for(Session& session, Connection& connection, std::span<char> buffer,
                               std::chrono::milliseconds wait) {
    const auto got = co_await connection.read(buffer, wait);
    if (got) {
        session.received({buffer.data(), *got});
    } else if (got.error() == Failure::timed_out) {
        session.timed_out();
    } else {
        session.closed();
    }
}

}  // namespace turnaway::io
