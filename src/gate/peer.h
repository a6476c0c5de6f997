// Peer: the bytes from and to one mail server, whatever carries them: a TCP or Unix socket, or
// standard input and output.
//
// One read and one write may be active at a time.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <expected>
#include <functional>
#include <string_view>

#include "daemon/progress_timeout.h"
#include "io/failure.h"

namespace turnaway::gate {

class Peer {
  public:
    template <class T>
    using Done = boost::asio::awaitable<std::expected<T, io::Failure>>;
    // Whether more input is wanted. It may write.
    using Take = std::function<bool(std::string_view bytes)>;

    Peer() = default;
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    virtual ~Peer() = default;

    // Passes on what comes until no more is wanted. Fails if the peer leaves, or is silent until
    // the timeout is over, which `take` may renew; it outlives the call.
    virtual Done<void> read(Take take, const daemon::ProgressTimeout& timeout) = 0;
    virtual Done<void> write(std::string_view bytes, std::chrono::milliseconds wait) = 0;
    // As much as can be written without waiting, perhaps nothing: the number of bytes.
    virtual std::size_t write_now(std::string_view) { return 0; }
    virtual boost::asio::awaitable<void> close() = 0;
    // Active operations end.
    virtual void cancel() = 0;
};

}  // namespace turnaway::gate
