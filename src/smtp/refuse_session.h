// The session of a host that does not accept mail: from its greeting to the refusal, and after it.
//
// RFC 7504 section 3 (521 as the greeting, or elsewhere with the same meaning) and section 1 (no
// mail and no inquiry transactions), RFC 1846 section 4 (host name first, 521 to everything but
// QUIT), RFC 5321 section 4.1.4 (order of commands), RFC 2034 (an enhanced code in every reply but
// the greeting and those to HELO and EHLO). One table in refuse_session.cc has the reply to each
// command: until the refusal, 250 to those that bring a sender to it, and 521 to all others. The
// refusal is final: after it QUIT gets 221 and everything else 521. When a limit is reached the
// last reply is 521 and not 421, because this host will not accept the mail later either. Pure:
// bytes in, replies out; no socket, no clock, no allocation, a few bytes of state, copied freely.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smtp/command.h"
#include "smtp/framing.h"

namespace turnaway::smtp {

// The first stage of the session at which the host replies 521.
enum class RefuseStage : std::uint8_t { greeting, helo, mail, rcpt };

std::string_view name(RefuseStage stage);

// All replies of such a host. One row each in refuse_session.cc.
enum class RefuseSays : std::uint8_t {
    refusal_greeting,
    refusal_to_hello,  // no enhanced code
    refusal,
    greeting,
    ehlo,
    helo,
    sender_ok,
    ok,
    bye,
};

// The complete replies, line ends included, for one host name; built once at start.
class RefuseReplies {
  public:
    // `hostname` is a domain or an address literal that has been checked; it is the first word of
    // the refusal.
    explicit RefuseReplies(std::string_view hostname);
    std::string_view operator[](RefuseSays says) const {
        return texts_[static_cast<std::size_t>(says)];
    }

  private:
    static constexpr std::size_t count = static_cast<std::size_t>(RefuseSays::bye) + 1;
    std::array<std::string, count> texts_;
};

class RefuseSession {
  public:
    static constexpr std::size_t commands_max = 1000;
    static constexpr std::size_t bytes_max = std::size_t{256} * 1024;
    // Before the refusal a client needs a few hundred.
    static constexpr std::size_t bytes_before_refusal_max = std::size_t{16} * 1024;

    // How far the client came, by the commands that it completed or attempted.
    enum class Reached : std::uint8_t { connect, helo, mail, rcpt };

    struct Step {
        std::size_t consumed = 0;             // bytes at the front that are finished
        std::optional<RefuseSays> says = {};  // nothing: more bytes are needed
        // The information in the line about the client, for the log: Reached::helo its name, mail
        // the reverse-path, rcpt a recipient; connect: nothing.
        Reached told = Reached::connect;
        std::string_view detail = {};
    };

    explicit RefuseSession(RefuseStage stage) : stage_(stage) {}

    // The first reply of the host.
    RefuseSays greet();

    // Handles one command from the bytes that have come, beginning where the last step ended; the
    // caller passes unconsumed bytes again. After the refusal every byte is consumed at once. Must
    // not be called once is_over().
    Step next(std::string_view bytes);

    // The host ends the session because of a timeout or shutdown: the reply before it closes, if it
    // has not refused yet.
    std::optional<RefuseSays> give_up();

    bool is_over() const { return phase_ == Phase::over; }
    bool has_refused() const { return has_refused_; }
    // True when a limit on commands or bytes ended the session.
    bool is_out_of_bounds() const { return is_out_of_bounds_; }
    RefuseStage stage() const { return stage_; }
    Reached reached() const { return reached_; }
    // The number of commands with a reply, including half a line that got the last reply.
    std::size_t commands() const { return commands_; }

  private:
    // The first three are how far a client has come before the refusal.
    enum class Phase : std::uint8_t { connected, greeted, sender_given, refused, over };

    Step next_before_refusal(std::string_view bytes);
    Step next_after_refusal(std::string_view bytes);
    RefuseSays answer(std::string_view line, Step* step);
    RefuseSays answer_after_refusal(std::string_view line, std::size_t line_bytes, Step* step);
    bool is_refused_here(const Command& command) const;
    void enter_phase_after(const Command& command);
    RefuseSays refuse(RefuseSays says);
    void observe(const Command& command, Step* step);
    void keep(std::string_view piece);

    RefuseStage stage_;
    Phase phase_ = Phase::connected;
    Reached reached_ = Reached::connect;
    LineFramer framer_;
    bool has_refused_ = false;  // 521 was sent
    bool is_esmtp_ = false;
    bool is_out_of_bounds_ = false;
    std::uint16_t commands_ = 0;
    std::uint32_t bytes_ = 0;
    // After the refusal: the start of the unfinished line, whether only blanks followed, and
    // whether a CR came after that. Enough to recognise QUIT, EHLO and HELO; so no input waits in
    // the kernel, where the rest of a line can keep a whole receive window closed.
    std::array<char, 8> line_start_{};
    std::uint32_t line_bytes_ = 0;  // without that CR
    bool rest_is_blank_ = true;
    bool ends_in_cr_ = false;
};

}  // namespace turnaway::smtp
