// StandardStreams: the program that started this one as a peer, over standard input and output.
//
// Without deadlines: smtpd stops when its filter does, so silence is not an end. Gap: a regular
// file as standard input or output cannot be waited for; a pipe, socket or terminal can.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>

#include "base/result.h"
#include "gate/peer.h"

namespace turnaway::gate {

class StandardStreams final : public Peer {
  public:
    // `input` and `output` are duplicated.
    [[nodiscard]] static base::Result<std::unique_ptr<StandardStreams>> open(
        boost::asio::io_context& loop, int input = 0, int output = 1);

    Done<void> read(Take take, const daemon::ProgressTimeout& timeout) override;
    Done<void> write(std::string_view bytes, std::chrono::milliseconds wait) override;
    boost::asio::awaitable<void> close() override;
    void cancel() override { input_.cancel(); }

  private:
    explicit StandardStreams(boost::asio::io_context& loop) : input_(loop), output_(loop) {}

    boost::asio::posix::stream_descriptor input_;
    boost::asio::posix::stream_descriptor output_;
};

}  // namespace turnaway::gate
