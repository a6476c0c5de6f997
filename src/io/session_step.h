// Session step: one write or one read for a pure session, within a deadline, and what came of it
// told to the session: sent(), received(), timed_out() or closed().
//
// Every driver of a session is a loop around these two (the refusing worker, which has no
// coroutines, has its own). What a session takes further arguments for is given to it by an adapter
// with these four functions.
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

// `bytes` stay where they are until the session changes, which it does not before the end.
template <Driven Session>
asio::awaitable<void> send_for(Session& session, Connection& connection, std::string_view bytes,
                               std::chrono::milliseconds wait) {
    if (co_await connection.write(bytes, wait)) {
        session.sent();
    } else {
        session.closed();
    }
}

// At most what fits into `buffer`.
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
