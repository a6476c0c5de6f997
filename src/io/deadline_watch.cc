#include "io/deadline_watch.h"

#include <algorithm>

namespace turnaway::io {

namespace {

constexpr auto cancel_again_after = std::chrono::milliseconds(10);

}  // namespace

DeadlineWatch::DeadlineWatch(boost::asio::ip::tcp::socket* socket)
    : socket_(socket), timer_(socket->get_executor()) {}

void DeadlineWatch::begin(Side side, std::chrono::milliseconds wait) {
    of(side) = {Clock::now() + wait, false, false};
    arm();
}

bool DeadlineWatch::end(Side side) {
    Deadline& deadline = of(side);
    deadline.by = Clock::time_point::max();
    return deadline.has_passed;
}

void DeadlineWatch::cancel() {
    for (Deadline* deadline : {&read_, &write_}) {
        if (deadline->by == Clock::time_point::max()) continue;
        deadline->by = Clock::now();
        deadline->is_cancelled = true;
    }
    boost::system::error_code ignored;
    socket_->cancel(ignored);
    arm();
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
    bool must_cancel = false;
    for (Deadline* deadline : {&read_, &write_}) {
        if (deadline->by > now) continue;
        deadline->by = now + cancel_again_after;
        deadline->has_passed |= !deadline->is_cancelled;
        must_cancel = true;
    }
    if (must_cancel) {
        boost::system::error_code ignored;
        socket_->cancel(ignored);
    }
    arm();
}

}  // namespace turnaway::io
