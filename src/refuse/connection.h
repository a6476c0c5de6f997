// The server's state of one connection: a row of at most 256 bytes in a fixed table, and the table.
//
// The table is one mapping made at start. A row uses memory only after its first use; the most
// recently released rows are used first. No other memory is kept for a connection except, for a few
// of them, waiting input (held_input.h). A row belongs to the worker that owns the table.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "refuse/client_address.h"
#include "refuse/held_input.h"
#include "refuse/zeroed_array.h"
#include "smtp/refuse_session.h"

namespace turnaway::refuse {

// The client's HELO name, reverse-path and recipients, as far as there is room. Texts are cut,
// recipients counted.
class ConnectionNotes {
  public:
    void take(const smtp::RefuseSession::Step& step);

    std::string_view hello() const { return {text_.data(), hello_bytes_}; }
    std::string_view reverse_path() const { return {text_.data() + hello_bytes_, sender_bytes_}; }
    // The recipient at `*at`, which then moves to the next; begin with 0; empty at the end.
    std::string_view next_recipient(std::size_t* at) const;
    std::size_t recipients() const { return recipients_; }  // all, including those not stored
    bool has_sender() const { return has_sender_; }
    bool is_cut() const { return is_cut_; }

  private:
    static constexpr std::size_t text_bytes_max = 152;
    static constexpr std::size_t hello_bytes_max = 64;
    // Room for the first recipient, whatever the length of the HELO name and the reverse-path.
    static constexpr std::size_t recipient_bytes_kept = 40;

    std::size_t append(std::string_view text, std::size_t bytes_max);

    std::uint8_t used_ = 0;
    std::uint8_t hello_bytes_ = 0;
    std::uint8_t sender_bytes_ = 0;
    bool has_sender_ = false;
    bool is_cut_ = false;
    std::uint16_t recipients_ = 0;
    std::array<char, text_bytes_max> text_{};
};

// How a connection ended, for log and metrics.
enum class Ending : std::uint8_t {
    quit,
    client_closed,
    client_reset,
    idle_timeout,
    session_timeout,
    bounds,         // more commands or bytes than a session is allowed
    address_limit,  // the client held too many connections: 521 and closed
    table_full,     // 521 and closed
    shutdown,
};
inline constexpr std::size_t endings = static_cast<std::size_t>(Ending::shutdown) + 1;
std::string_view name(Ending ending);

// Why stage `auto` sent 521 as the greeting, for log and metrics.
enum class Pressure : std::uint8_t {
    none,
    connections,  // too many connections are held
    address,      // this client connects too often
};
inline constexpr std::size_t pressures = static_cast<std::size_t>(Pressure::address) + 1;
std::string_view name(Pressure pressure);

struct Connection {
    static constexpr std::uint32_t none = 0xffffffff;

    int fd = -1;
    std::uint32_t generation =
        0;                      // distinguishes the row's current use from events of an earlier one
    std::uint32_t next = none;  // in a slot of the timer wheel, or in the list of free rows
    std::uint32_t previous = none;
    std::uint32_t wheel_slot = none;
    std::uint32_t idle_since_seconds = 0;
    std::uint32_t started_milliseconds = 0;
    std::uint16_t noted_commands = 0;
    std::uint16_t bytes_to_skip = 0;  // of the next output: already sent before the socket was full
    bool is_draining = false;  // no more output; input is read and dropped until the client closes
    bool waits_for_room = false;  // the socket was full: waits for EPOLLOUT
    bool is_watched = false;      // registered with epoll
    bool is_counted = false;      // counted in AddressCount
    bool is_on_trial = false;     // ClientMemory has an entry for it, and it may reach RCPT again
    std::uint8_t held_input = HeldInput::none;
    Pressure pressure = Pressure::none;
    Ending ending = Ending::quit;
    ClientAddress client;
    smtp::RefuseSession session{smtp::RefuseStage::greeting};
    ConnectionNotes notes;
};
static_assert(sizeof(Connection) <= 256);

class ConnectionTable {
  public:
    // Reserves address space for `rows_max` rows; memory is allocated on use.
    explicit ConnectionTable(std::uint32_t rows_max) : rows_(rows_max) {}

    // A new row, or Connection::none if all are taken.
    std::uint32_t take();
    void release(std::uint32_t index);
    Connection& operator[](std::uint32_t index) { return rows_[index]; }
    std::uint32_t taken() const { return taken_; }
    // Only rows below this index have ever been used.
    std::uint32_t ever_used() const { return ever_used_; }

  private:
    ZeroedArray<Connection> rows_;
    std::uint32_t ever_used_ = 0;
    std::uint32_t taken_ = 0;
    std::uint32_t free_ = Connection::none;
};

}  // namespace turnaway::refuse
