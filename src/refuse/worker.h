// One thread that serves connections: accepts, greets, replies, waits, closes.
//
// Raw epoll, edge-triggered, no allocation once it runs. Input is read and answered at once; what
// cannot be answered yet, half a line or lines whose replies the client does not read, waits in one
// of a few slots (held_input.h) or, when they are taken, in the kernel's buffer. A connection is
// never closed with unread input, because the resulting reset can destroy the 521 on its way: the
// write side is shut down, input drained, then the socket closed. RFC 7504 section 3, RFC 1846
// section 4.2; requirements 4, 16, 17, 37, 55.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "refuse/address_count.h"
#include "refuse/address_rate.h"
#include "refuse/client_memory.h"
#include "refuse/connection.h"
#include "refuse/counters.h"
#include "refuse/held_input.h"
#include "refuse/listener.h"
#include "refuse/log_ring.h"
#include "refuse/options.h"
#include "refuse/timer_wheel.h"
#include "smtp/refuse_session.h"

namespace turnaway::refuse {

// State shared by all workers, which it outlives.
struct Shared {
    Shared(Settings given, base::KeyedHash hash)
        : settings(std::move(given)),
          replies(settings.hostname),
          memory(hash),
          address_count(hash),
          address_rate(hash) {}

    const Settings settings;
    const smtp::RefuseReplies replies;
    ClientMemory memory;
    AddressCount address_count;
    AddressRate address_rate;
    std::atomic<std::uint32_t> held{0};    // connections that have a row in a table
    std::atomic<bool> is_stopping{false};  // no new connections; existing ones get a few seconds
    LogFlag log_flag;                      // the supervisor has been woken for the log
    std::atomic<bool> is_short_of_descriptors{false};  // has been, at least once
    std::mutex descriptor_turn;
    int log_wake_fd = -1;
};

class Worker {
  public:
    // Rows beyond the limit for clients that only get 521 and are drained.
    static constexpr std::uint32_t spare_rows = 256;

    // `listeners` belong to this worker; `shared_listeners` belong to the caller. Both stay open
    // until the worker is destroyed.
    [[nodiscard]] static base::Result<std::unique_ptr<Worker>> make(
        Shared& shared, std::vector<OwnedFd> listeners,
        const std::vector<OwnedFd>& shared_listeners);

    // Returns after `is_stopping` was set and wake() called, and the last connection has ended or
    // its time is up.
    void run();
    // From another thread: makes run() check `is_stopping`.
    void wake();

    const Counters& counters() const { return counters_; }
    LogRing& log_ring() { return log_ring_; }

  private:
    Worker(Shared& shared, std::vector<OwnedFd> listeners);

    struct Clocks {
        std::uint64_t microseconds;  // since the machine booted, as are the others
        std::uint32_t seconds;
        std::uint32_t milliseconds;  // wraps
        static Clocks read();
    };
    int wait_milliseconds() const;
    bool has_stopped();

    // Accepting (worker_accept.cc).
    [[nodiscard]] base::Result<void> watch_listeners(const std::vector<OwnedFd>& shared_listeners);
    void accept_batch(int listener);
    void welcome(int fd, const ClientAddress& client);
    void choose_stage(Connection* connection, std::uint32_t others_held);
    void turn_away(int fd, const ClientAddress& client, Ending ending);
    void accept_without_descriptor(int listener);
    void pause_accepting();
    void resume_accepting();
    void stop_listening();

    // Serving (worker.cc).
    void on_event(std::uint64_t token, std::uint32_t events);
    void serve_fresh();
    void serve(std::uint32_t index, std::uint32_t events);
    enum class Progress : std::uint8_t { waits, goes_on, over };
    // Reading and answering (worker_input.cc).
    struct Received {
        std::size_t bytes = 0;   // of input_
        bool is_peeked = false;  // still in the kernel's buffer
        bool is_at_end = false;  // the client sends no more
        bool has_failed = false;
    };
    Received receive(const Connection& connection);
    void let_go(Connection& connection, const Received& received, std::size_t answered);
    Progress serve_once(std::uint32_t index, bool client_has_closed);
    std::size_t answer(Connection& connection, std::string_view bytes);
    bool send_output(std::uint32_t index);
    void drain(std::uint32_t index);
    void begin_drain(std::uint32_t index, Ending ending);
    void give_up(std::uint32_t index, Ending ending);
    void finish(std::uint32_t index, Ending ending);
    void ask_for_event(std::uint32_t index, std::uint32_t events);
    void look_at_time(std::uint32_t index);
    std::uint32_t idle_seconds_max(const Connection& connection) const;
    void remember(const Connection& connection);
    void log(const Connection& connection);

    static constexpr std::size_t input_bytes = HeldInput::bytes_max;
    static constexpr std::size_t output_bytes = 4096;
    static_assert(input_bytes > base::limits::command_line_bytes_max);

    Shared& shared_;
    std::vector<OwnedFd> listeners_;
    struct Watched {
        int fd;
        std::uint32_t events;
    };
    std::vector<Watched> watched_;      // every listener, own and shared
    std::vector<std::uint32_t> fresh_;  // accepted in this round, not yet registered; never grows
    OwnedFd epoll_;
    OwnedFd wake_;
    OwnedFd reserve_;  // closed temporarily when descriptors run out
    Clocks now_;
    ConnectionTable table_;
    TimerWheel wheel_;
    Counters counters_;
    LogRing log_ring_;
    std::uint32_t stop_at_seconds_ = 0;
    bool is_listening_ = false;
    bool is_accept_paused_ = false;
    bool has_given_up_all_ = false;
    HeldInput held_;
    std::array<char, input_bytes> input_{};
    std::string output_;  // reserved at start, never grows
};

}  // namespace turnaway::refuse
