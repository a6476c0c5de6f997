// Peer: the bytes from and to one mail server, whatever carries them: a TCP or Unix socket, or
// standard input and output.
//
// As io/connection.h: one read and one write may be active at a time, each with a deadline.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <expected>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "io/connection.h"
#include "io/failure.h"

namespace turnaway::gate {

class Peer {
  public:
    template <class T>
    using Done = boost::asio::awaitable<std::expected<T, io::Failure>>;

    Peer() = default;
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    virtual ~Peer() = default;

    virtual Done<std::size_t> read(std::span<char> into, std::chrono::milliseconds wait) = 0;
    virtual Done<void> write(std::string_view bytes, std::chrono::milliseconds wait) = 0;
    // As much as can be written without waiting, perhaps nothing: the number of bytes.
    virtual std::size_t write_now(std::string_view) { return 0; }
    virtual boost::asio::awaitable<void> close() = 0;
    // Active operations end.
    virtual void cancel() = 0;
};

class SocketPeer final : public Peer {
  public:
    explicit SocketPeer(std::unique_ptr<io::Connection> connection)
        : connection_(std::move(connection)) {}

    Done<std::size_t> read(std::span<char> into, std::chrono::milliseconds wait) override {
        return connection_->read(into, wait);
    }
    Done<void> write(std::string_view bytes, std::chrono::milliseconds wait) override {
        return connection_->write(bytes, wait);
    }
    std::size_t write_now(std::string_view bytes) override { return connection_->write_now(bytes); }
    boost::asio::awaitable<void> close() override { return connection_->close(); }
    void cancel() override { connection_->cancel(); }

  private:
    std::unique_ptr<io::Connection> connection_;
};

}  // namespace turnaway::gate
