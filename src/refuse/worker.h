// One thread that serves connections: accepts, greets, answers, waits, closes.
//
// Raw epoll, edge-triggered, no allocation once it runs. Input is looked at in the kernel's buffer
// (MSG_PEEK) and taken out only when its answer is on the way, so a partial line or a full socket
// needs no memory here: the same bytes are simply read again. A connection is never closed over
// unread input, because the reset that follows can destroy the 521 on its way: write side shut,
// input drained, then closed. RFC 7504 section 3, RFC 1846 section 4.2; requirements 4, 16, 17,
// 37, 55.
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
#include "refuse/client_memory.h"
#include "refuse/connection.h"
#include "refuse/counters.h"
#include "refuse/listener.h"
#include "refuse/log_ring.h"
#include "refuse/options.h"
#include "refuse/timer_wheel.h"
#include "smtp/refuse_session.h"

namespace turnaway::refuse {

// What all workers share; outlives them.
struct Shared {
    Shared(Settings given, base::KeyedHash hash)
        : settings(std::move(given)),
          replies(settings.hostname),
          memory(hash),
          address_count(hash) {}

    const Settings settings;
    const smtp::RefuseReplies replies;
    ClientMemory memory;
    AddressCount address_count;
    std::atomic<std::uint32_t> held{0};    // connections that have a place in a table
    std::atomic<bool> is_stopping{false};  // no more connections; those there are get a few seconds
    LogFlag log_flag;                      // the supervisor has been woken for the log
    std::atomic<bool> is_short_of_descriptors{false};  // has been, once
    std::mutex descriptor_turn;
    int log_wake_fd = -1;
};

class Worker {
  public:
    // Rows kept beyond the limit for clients that are only told 521 and drained.
    static constexpr std::uint32_t spare_rows = 256;

    // `listeners` are this worker's own; `shared_listeners` belong to the caller. Both stay open
    // until the worker is gone.
    static base::Result<std::unique_ptr<Worker>> make(Shared& shared,
                                                      std::vector<OwnedFd> listeners,
                                                      const std::vector<OwnedFd>& shared_listeners);

    // Returns after `is_stopping` was set, wake() called, and the last connection ended or its time
    // was up.
    void run();
    // From another thread: makes run() look at `is_stopping`.
    void wake();

    const Counters& counters() const { return counters_; }
    LogRing& log_ring() { return log_ring_; }

  private:
    Worker(Shared& shared, std::vector<OwnedFd> listeners);

    struct Clocks {
        std::uint32_t seconds;  // since the machine started, as are the milliseconds, which wrap
        std::uint32_t milliseconds;
        static Clocks read();
    };
    int wait_milliseconds() const;
    bool has_stopped();

    // Accepting (worker_accept.cc).
    base::Result<void> watch_listeners(const std::vector<OwnedFd>& shared_listeners);
    void accept_batch(int listener);
    void welcome(int fd, const ClientAddress& client);
    smtp::RefuseStage stage_for(const ClientAddress& client);
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
    void log(const Connection& connection);

    static constexpr std::size_t input_bytes = 4096;
    static constexpr std::size_t output_bytes = 4096;
    // At most half as many replies of some sixty octets: less than output_bytes.
    static constexpr std::size_t first_read_bytes = 64;
    static_assert(input_bytes > base::limits::command_line_bytes_most);

    Shared& shared_;
    std::vector<OwnedFd> listeners_;
    struct Watched {
        int fd;
        std::uint32_t events;
    };
    std::vector<Watched> watched_;      // every listener, own and shared
    std::vector<std::uint32_t> fresh_;  // accepted in this round, not watched yet; never grows
    OwnedFd epoll_;
    OwnedFd wake_;
    OwnedFd reserve_;  // given up for a moment when descriptors run out
    Clocks now_;
    ConnectionTable table_;
    TimerWheel wheel_;
    Counters counters_;
    LogRing log_ring_;
    std::uint32_t stop_at_seconds_ = 0;
    bool is_listening_ = false;
    bool is_accept_paused_ = false;
    bool has_given_up_all_ = false;
    std::array<char, input_bytes> input_{};
    std::string output_;  // reserved at start, never grows
};

}  // namespace turnaway::refuse
