#include "io/input_set.h"

#include <array>
#include <cstddef>
#include <utility>

namespace turnaway::io {

namespace {

constexpr int batch_events_max = 256;

}  // namespace

base::Result<std::shared_ptr<InputSet>> InputSet::open(asio::io_context& loop) {
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) return base::fail_errno(base::Fault::system, "cannot watch connections");
    std::shared_ptr<InputSet> set(new InputSet(loop, epoll));
    set->watch();
    return set;
}

bool InputSet::add(int descriptor, Member& member) {
    epoll_event wanted{.events = EPOLLIN, .data = {.ptr = &member}};
    return epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, descriptor, &wanted) == 0;
}

void InputSet::remove(int descriptor, const Member& member) {
    epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr);
    for (auto& event : batch_) {
        if (event.data.ptr == &member) event.data.ptr = nullptr;
    }
}

void InputSet::watch() {
    epoll_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [weak = weak_from_this()](const boost::system::error_code& error) {
                          const auto self = weak.lock();
                          if (error || !self) return;
                          self->take_events();
                          self->watch();
                      });
}

void InputSet::take_events() {
    std::array<epoll_event, batch_events_max> ready;
    const int count = epoll_wait(epoll_.native_handle(), ready.data(), batch_events_max, 0);
    if (count <= 0) return;
    batch_ = std::span(ready).first(static_cast<std::size_t>(count));
    for (const auto& event : batch_) {
        if (event.data.ptr != nullptr) static_cast<Member*>(event.data.ptr)->input_came();
    }
    batch_ = {};
}

}  // namespace turnaway::io
