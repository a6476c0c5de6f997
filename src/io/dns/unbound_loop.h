// UnboundLoop: libunbound's events in our event loop, so that it needs no thread and no pipe.
//
// libunbound takes a table of functions for "tell me when this descriptor can be read" and "wake me
// then" (unbound-event.h). They are served by an epoll set of its own, which the event loop watches
// as one descriptor, and by one TimerQueue: a question costs one epoll_ctl. With its own thread
// libunbound makes four writes, four reads and eight fcntl for each question (docs/adr/0009).
// A descriptor whose event is deleted stays in the set until it is closed, which libunbound does
// next; when it is not, its next event takes it out. Known gap: signals and Windows are not served,
// libunbound does not ask for them here.
#pragma once

#include <unbound-event.h>

#include <boost/asio/io_context.hpp>
#include <memory>

#include "base/result.h"

namespace turnaway::io {

namespace asio = boost::asio;

class UnboundLoop {
  public:
    [[nodiscard]] static base::Result<std::unique_ptr<UnboundLoop>> open(asio::io_context& loop);
    // After the ub_ctx that was made with it.
    ~UnboundLoop();
    UnboundLoop(const UnboundLoop&) = delete;
    UnboundLoop& operator=(const UnboundLoop&) = delete;

    // For ub_ctx_create_ub_event.
    ub_event_base* base();

  private:
    class State;
    explicit UnboundLoop(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;  // its handlers in the event loop know it weakly
};

}  // namespace turnaway::io
