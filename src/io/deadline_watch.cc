#include "io/deadline_watch.h"

#include <algorithm>

namespace turnaway::io {

DeadlineWatch::DeadlineWatch(boost::asio::ip::tcp::socket* socket)
    : socket_(socket), timer_(socket->get_executor()) {}

void DeadlineWatch::begin(Side side, std::chrono::milliseconds wait) {
    of(side) = {Clock::now() + wait, false};
    arm();
}

bool DeadlineWatch::end(Side side) {
    Deadline& deadline = of(side);
    deadline.by = Clock::time_point::max();
    return deadline.has_passed;
}

void DeadlineWatch::detach() {
    socket_ = nullptr;
    timer_.cancel();
}

void DeadlineWatch::arm() {
    const Clock::time_point next = std::min(read_.by, write_.by);
    if (next >= armed_for_) return;
    armed_for_ = next;
    timer_.expires_at(next);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->ring();
    });
}

void DeadlineWatch::ring() {
    if (socket_ == nullptr) return;
    armed_for_ = Clock::time_point::max();
    const Clock::time_point now = Clock::now();
    bool has_passed = false;
    for (Deadline* deadline : {&read_, &write_}) {
        if (deadline->by > now) continue;
        deadline->by = Clock::time_point::max();
        deadline->has_passed = has_passed = true;
    }
    if (has_passed) {
        boost::system::error_code ignored;
        socket_->cancel(ignored);
    }
    arm();
}

}  // namespace turnaway::io
