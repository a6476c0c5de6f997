// UnboundLoop: libunbound's events in the program's event loop, so that it needs no thread or pipe.
//
// libunbound accepts a table of functions for "call when this descriptor is readable" and "call at
// this time" (unbound-event.h). They use a separate epoll set, which the event loop watches as one
// descriptor, and one TimerQueue: a question costs one epoll_ctl. With its own thread libunbound
// makes four writes, four reads and eight fcntl for each question (docs/adr/0009). A descriptor
// whose event is deleted stays in the set until it is closed, which libunbound does next; otherwise
// its next event removes it. Known gap: signals and Windows are not supported; libunbound does not
// use them here.
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
    // Destroy after the ub_ctx that was made with it.
    ~UnboundLoop();
    UnboundLoop(const UnboundLoop&) = delete;
    UnboundLoop& operator=(const UnboundLoop&) = delete;

    // For ub_ctx_create_ub_event.
    ub_event_base* base();

  private:
    class State;
    explicit UnboundLoop(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;  // its handlers in the event loop hold it weakly
};

}  // namespace turnaway::io
