// InputSet: sockets watched for input in an epoll set of their own, which the event loop watches as
// one descriptor, as UnboundLoop does (docs/adr/0009).
//
// For many connections with short requests (docs/adr/0018): the loop's own read begins with an
// attempt, which fails for a client that asks again only after its answer, and then costs several
// hundred instructions. Here one wake-up of the loop serves all sockets with input.
// Level-triggered: a member is called again until its input is read. One thread, the event loop's.
#pragma once

#include <sys/epoll.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <span>

#include "base/result.h"

namespace turnaway::io {

namespace asio = boost::asio;

class InputSet : public std::enable_shared_from_this<InputSet> {
  public:
    class Member {
      public:
        // Input, its end, or a failure of the socket. May add and remove members.
        virtual void input_came() = 0;

      protected:
        Member() = default;
        Member(const Member&) = default;
        Member& operator=(const Member&) = default;
        ~Member() = default;
    };

    // The members own the set.
    [[nodiscard]] static base::Result<std::shared_ptr<InputSet>> open(asio::io_context& loop);

    // False: the system has no room. The member outlives its stay.
    bool add(int descriptor, Member& member);
    // Before the descriptor is closed.
    void remove(int descriptor, const Member& member);

  private:
    InputSet(asio::io_context& loop, int epoll) : epoll_(loop, epoll) {}
    void watch();
    void take_events();

    asio::posix::stream_descriptor epoll_;
    std::span<epoll_event> batch_;  // being handled
};

}  // namespace turnaway::io
