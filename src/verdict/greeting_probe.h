// GreetingProbe: one short session that reads a host's greeting and quits, to learn whether the
// host accepts mail before RCPT is answered.
//
// Pure: events in, actions out; the driver dials, keeps the deadline and closes. Decided as soon as
// the greeting is complete; the QUIT after it is good manners (RFC 5321 section 4.1.1.10), and no
// caller need wait for it. Only a 521 about the host itself means "never" (RFC 7504 section 3,
// smtp/host_refusal.h); 554, 4yz, silence, and lines of different codes prove nothing, and 220
// proves only that this host does not refuse in its greeting: it may still do so at EHLO or RCPT.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "smtp/reply.h"

namespace turnaway::verdict {

enum class GreetingFinding : std::uint8_t { takes_mail, refuses_521, unclear };
std::string_view name(GreetingFinding finding);  // "refuses_521"

class GreetingProbe {
  public:
    enum class Action : std::uint8_t {
        read,   // received() with the bytes that come, or closed(), or timed_out()
        send,   // bytes_to_send(), then sent()
        close,  // the end
    };

    Action action() const { return action_; }
    std::string_view bytes_to_send() const;

    void received(std::string_view bytes);
    void sent();
    // Closed by the host, reset, or never connected.
    void closed() { end(); }
    void timed_out() { end(); }

    bool is_decided() const { return is_decided_; }
    // When decided.
    GreetingFinding finding() const;
    // The greeting with its code, "521 host.example Host does not accept mail", its lines joined;
    // empty when there was none. Unescaped: escape it before printing.
    const std::string& words() const { return words_; }

  private:
    void take_greeting(const smtp::Reply& greeting);
    void end();

    smtp::ReplyReader reader_;
    Action action_ = Action::read;
    bool is_decided_ = false;
    GreetingFinding finding_ = GreetingFinding::unclear;
    std::string words_;
};

}  // namespace turnaway::verdict
