#include "io/dns/unbound_loop.h"

#include <sys/epoll.h>
#include <sys/time.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"
#include "io/timer_queue.h"

namespace turnaway::io {

namespace {

constexpr int batch_events_max = 256;

using Callback = void (*)(int, short, void*);

std::chrono::microseconds duration_of(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

class UnboundLoop::State : public std::enable_shared_from_this<State> {
  public:
    State(asio::io_context& loop, int epoll) : epoll_(loop, epoll), timers_(loop) {
        base_.magic = UB_EVENT_MAGIC;
        base_.vmt = &base_functions;
        base_.state = this;
    }

    ub_event_base* base() { return &base_; }
    void watch();

  private:
    struct Base : ub_event_base {
        State* state = nullptr;
    };
    struct Event : ub_event {
        State* state = nullptr;
        int descriptor = -1;
        short bits = 0;
        Callback callback = nullptr;
        void* argument = nullptr;
        bool is_active = false;
        std::optional<std::chrono::microseconds> wait = {};
        std::optional<TimerQueue::Entry> due = {};
    };
    // A watched descriptor. The number distinguishes its events from those of an earlier descriptor
    // with the same value.
    struct Watched {
        Event* event = nullptr;
        std::uint32_t number = 0;
    };

    static Event* own(ub_event* event) { return static_cast<Event*>(event); }
    static ub_event* new_event(ub_event_base* base, int descriptor, short bits, Callback callback,
                               void* argument);
    static int add(ub_event* raw, timeval* wait);
    static int remove(ub_event* raw);
    static int add_timer(ub_event* raw, ub_event_base* base, Callback callback, void* argument,
                         timeval* wait);

    int activate(Event* event, const timeval* wait);
    void deactivate(Event* event);
    bool start_watching(Event* event);
    void set_timer(Event* event);
    void take_events();
    void take(const epoll_event& ready);
    void take_timeout(Event* event);

    static ub_event_base_vmt base_functions;
    static ub_event_vmt event_functions;

    asio::posix::stream_descriptor epoll_;
    TimerQueue timers_;
    Base base_ = {};
    std::vector<Watched> watched_;  // by descriptor
    std::uint32_t last_number_ = 0;
};

// Functions that libunbound calls only on Windows, for signals, or to run its own loop are missing.
ub_event_base_vmt UnboundLoop::State::base_functions = {
    .free = nullptr,
    .dispatch = nullptr,
    .loopexit = nullptr,
    .new_event = &State::new_event,
    .new_signal = nullptr,
    .winsock_register_wsaevent = nullptr,
};

ub_event_vmt UnboundLoop::State::event_functions = {
    .add_bits = [](ub_event* event,
                   short bits) { own(event)->bits = static_cast<short>(own(event)->bits | bits); },
    .del_bits = [](ub_event* event,
                   short bits) { own(event)->bits = static_cast<short>(own(event)->bits & ~bits); },
    .set_fd = [](ub_event* event, int descriptor) { own(event)->descriptor = descriptor; },
    .free =
        [](ub_event* event) {
            remove(event);
            delete own(event);
        },
    .add = &State::add,
    .del = &State::remove,
    .add_timer = &State::add_timer,
    .del_timer = &State::remove,
    .add_signal = nullptr,
    .del_signal = nullptr,
    .winsock_unregister_wsaevent = nullptr,
    .winsock_tcp_wouldblock = nullptr,
};

ub_event* UnboundLoop::State::new_event(ub_event_base* base, int descriptor, short bits,
                                        Callback callback, void* argument) {
    auto* event = new Event;
    event->magic = UB_EVENT_MAGIC;
    event->vmt = &event_functions;
    event->state = static_cast<Base*>(base)->state;
    event->descriptor = descriptor;
    event->bits = bits;
    event->callback = callback;
    event->argument = argument;
    return event;
}

int UnboundLoop::State::add(ub_event* raw, timeval* wait) {
    return own(raw)->state->activate(own(raw), wait);
}

int UnboundLoop::State::remove(ub_event* raw) {
    own(raw)->state->deactivate(own(raw));
    return 0;
}

int UnboundLoop::State::add_timer(ub_event* raw, ub_event_base*, Callback callback, void* argument,
                                  timeval* wait) {
    Event* event = own(raw);
    event->callback = callback;
    event->argument = argument;
    return event->state->activate(event, wait);
}

int UnboundLoop::State::activate(Event* event, const timeval* wait) {
    deactivate(event);
    if ((event->bits & (UB_EV_READ | UB_EV_WRITE)) != 0 && !start_watching(event)) return -1;
    event->is_active = true;
    event->wait.reset();
    if (wait != nullptr) {
        event->wait = duration_of(*wait);
        set_timer(event);
    }
    return 0;
}

void UnboundLoop::State::deactivate(Event* event) {
    if (!std::exchange(event->is_active, false)) return;
    if (event->due) timers_.cancel(*std::exchange(event->due, std::nullopt));
    const auto descriptor = static_cast<std::size_t>(event->descriptor);
    if (event->descriptor >= 0 && descriptor < watched_.size() &&
        watched_[descriptor].event == event) {
        watched_[descriptor].event = nullptr;
    }
}

bool UnboundLoop::State::start_watching(Event* event) {
    TURNAWAY_CHECK(event->descriptor >= 0);
    const auto descriptor = static_cast<std::size_t>(event->descriptor);
    if (descriptor >= watched_.size()) watched_.resize(descriptor + 1);
    epoll_event wanted{};
    if ((event->bits & UB_EV_READ) != 0) wanted.events |= EPOLLIN;
    if ((event->bits & UB_EV_WRITE) != 0) wanted.events |= EPOLLOUT;
    const std::uint32_t number = ++last_number_;
    wanted.data.u64 = std::uint64_t{number} << 32 | descriptor;
    const int epoll = epoll_.native_handle();
    // It is still in the set if it was not closed since its last event was deleted.
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, event->descriptor, &wanted) != 0 &&
        (errno != EEXIST || epoll_ctl(epoll, EPOLL_CTL_MOD, event->descriptor, &wanted) != 0)) {
        return false;
    }
    watched_[descriptor] = {event, number};
    return true;
}

void UnboundLoop::State::set_timer(Event* event) {
    event->due = timers_.add(TimerQueue::Clock::now() + *event->wait,
                             [this, event] { take_timeout(event); });
}

void UnboundLoop::State::watch() {
    epoll_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [weak = weak_from_this()](const boost::system::error_code& error) {
                          const auto self = weak.lock();
                          if (error || !self) return;
                          self->take_events();
                          self->watch();
                      });
}

void UnboundLoop::State::take_events() {
    std::array<epoll_event, batch_events_max> ready{};
    const int count = epoll_wait(epoll_.native_handle(), ready.data(), batch_events_max, 0);
    // A callback may delete events further down in the batch, and create others.
    for (int i = 0; i < count; ++i) take(ready[static_cast<std::size_t>(i)]);
}

void UnboundLoop::State::take(const epoll_event& ready) {
    const auto descriptor = static_cast<std::size_t>(ready.data.u64 & 0xffffffff);
    const Watched watched = watched_[descriptor];
    Event* event = watched.event;
    if (event == nullptr) {
        epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, static_cast<int>(descriptor), nullptr);
        return;
    }
    if (watched.number != static_cast<std::uint32_t>(ready.data.u64 >> 32)) return;
    const bool is_broken = (ready.events & (EPOLLERR | EPOLLHUP)) != 0;
    int happened = 0;
    if (is_broken || (ready.events & EPOLLIN) != 0) happened |= UB_EV_READ;
    if (is_broken || (ready.events & EPOLLOUT) != 0) happened |= UB_EV_WRITE;
    happened &= event->bits;
    if (happened == 0) return;
    if ((event->bits & UB_EV_PERSIST) == 0) {
        deactivate(event);
    } else if (event->due) {
        timers_.cancel(*event->due);
        set_timer(event);
    }
    event->callback(event->descriptor, static_cast<short>(happened), event->argument);
}

void UnboundLoop::State::take_timeout(Event* event) {
    event->due.reset();
    if ((event->bits & UB_EV_PERSIST) != 0) {
        set_timer(event);
    } else {
        deactivate(event);
    }
    event->callback(event->descriptor, UB_EV_TIMEOUT, event->argument);
}

base::Result<std::unique_ptr<UnboundLoop>> UnboundLoop::open(asio::io_context& loop) {
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) return base::fail_errno(base::Fault::system, "cannot watch DNS sockets");
    auto state = std::make_shared<State>(loop, epoll);
    state->watch();
    return std::unique_ptr<UnboundLoop>(new UnboundLoop(std::move(state)));
}

UnboundLoop::UnboundLoop(std::shared_ptr<State> state) : state_(std::move(state)) {}

UnboundLoop::~UnboundLoop() = default;

ub_event_base* UnboundLoop::base() {
    return state_->base();
}

}  // namespace turnaway::io
