// The session of a host that takes no mail: from its greeting to the refusal, and after it.
//
// RFC 7504 section 3 (521 as the greeting, or elsewhere with the same meaning) and section 1 (no
// mail and no inquiry transactions), RFC 1846 section 4 (host name first, 521 to everything but
// QUIT), RFC 5321 section 4.1.4 (order of commands), RFC 2034 (an enhanced code in every reply but
// the greeting and those to HELO and EHLO). What each command gets is one table in
// refuse_session.cc: until the refusal, 250 to what brings a sender to it, and 521 to everything
// else. The refusal is final: from then on QUIT gets 221 and everything else 521. When a bound is
// reached the last word is 521 and not 421, because this host will not take the mail later either.
// Pure: bytes in, what to say out; no socket, no clock, no allocation, a few bytes of state, copied
// freely.
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

// The first point of the dialogue at which the host says 521.
enum class RefuseStage : std::uint8_t { greeting, helo, mail, rcpt };

std::string_view name(RefuseStage stage);

// Everything such a host can say. One row each in refuse_session.cc.
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

// The replies in full, line ends included, for one host name; built once at start.
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
    // Up to the refusal a client needs a few hundred.
    static constexpr std::size_t bytes_before_refusal_max = std::size_t{16} * 1024;

    // How far the client came, by the commands it got through or tried to.
    enum class Reached : std::uint8_t { connect, helo, mail, rcpt };

    struct Step {
        std::size_t consumed = 0;             // bytes at the front that are done with
        std::optional<RefuseSays> says = {};  // nothing: more bytes are needed
        // What the line told about the client, for the log: Reached::helo its name, mail the
        // reverse-path, rcpt a recipient; connect: nothing.
        Reached told = Reached::connect;
        std::string_view detail = {};
    };

    explicit RefuseSession(RefuseStage stage) : stage_(stage) {}

    // What the host says first.
    RefuseSays greet();

    // One command from the bytes that have come, beginning where the last step ended; the caller
    // shows unconsumed bytes again. After the refusal every byte is consumed at once. Not to be
    // called once is_over().
    Step next(std::string_view bytes);

    // The host ends the session by itself, for time or shutdown: what it says before it closes, if
    // it has not refused yet.
    std::optional<RefuseSays> give_up();

    bool is_over() const { return phase_ == Phase::over; }
    bool has_refused() const { return has_refused_; }
    // True when a bound on commands or bytes ended the session.
    bool is_out_of_bounds() const { return is_out_of_bounds_; }
    RefuseStage stage() const { return stage_; }
    Reached reached() const { return reached_; }
    // How many have been answered; half a line that got the last word is one.
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
    bool has_refused_ = false;  // 521 was said
    bool is_esmtp_ = false;
    bool is_out_of_bounds_ = false;
    std::uint16_t commands_ = 0;
    std::uint32_t bytes_ = 0;
    // After the refusal: how the line begins that has not ended yet, whether only blanks followed,
    // and whether a CR came behind it all. Enough to know QUIT, EHLO and HELO; so no input waits in
    // the kernel, where the rest of a line can hold a whole receive window closed.
    std::array<char, 8> line_start_{};
    std::uint32_t line_bytes_ = 0;  // without that CR
    bool rest_is_blank_ = true;
    bool ends_in_cr_ = false;
};

}  // namespace turnaway::smtp
