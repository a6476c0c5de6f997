// SocketPeer: a mail server connected over a TCP or Unix socket.
//
// Its input is read when the InputSet reports it; a coroutine waits only for what needs one. What
// does not fit into the socket's buffer is written, and the connection closed, as io/connection.h
// does it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <expected>
#include <memory>
#include <optional>

#include "gate/peer.h"
#include "io/connection.h"
#include "io/input_set.h"
#include "process/descriptor.h"

namespace turnaway::gate {

class SocketPeer final : public Peer, private io::InputSet::Member {
  public:
    // `loop` is that of the set. The connection is an accepted one.
    SocketPeer(boost::asio::io_context& loop, std::shared_ptr<io::InputSet> inputs,
               io::Connection& connection);
    ~SocketPeer() override { unwatch(); }

    Done<void> read(Take take, const daemon::ProgressTimeout& timeout) override;
    Done<void> write(std::string_view bytes, std::chrono::milliseconds wait) override;
    std::size_t write_now(std::string_view bytes) override;
    boost::asio::awaitable<void> close() override;
    void cancel() override;

  private:
    using Read = std::expected<void, io::Failure>;

    void input_came() override;
    // Input that nobody reads must not wake the loop again.
    void unwatch();
    void end_read(Read read);

    boost::asio::io_context& loop_;
    const std::shared_ptr<io::InputSet> inputs_;
    process::OwnedFd socket_;
    bool is_watched_ = false;
    // Of the active read: its coroutine waits for the timer.
    Take take_;
    std::optional<Read> read_;
    boost::asio::steady_timer timer_;
    io::Connection* writing_ = nullptr;
};

}  // namespace turnaway::gate
