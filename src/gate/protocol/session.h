// Session: the gate's side of one connection with a mail server, in one of the protocols.
//
// Pure: bytes and decisions in, questions and bytes out; no socket, no clock. The driver (driver.h)
// loops: it sends output(), asks the judge each question and reports its decision, and reads more
// input unless the session is ending. A peer that breaks the protocol ends the session, with the
// fault in words for the log. What a session stores is limited whatever the peer sends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gate/protocol/decision.h"
#include "gate/protocol/question.h"

namespace turnaway::gate {

class Session {
  public:
    Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    virtual ~Session() = default;

    // May be called while questions are open: a protocol with one question at a time keeps the
    // rest, and wants_input() is false while it has no room for more.
    virtual void received(std::string_view bytes) = 0;
    // The peer will send nothing more, but may still read. Most protocols do not care.
    virtual void input_ended() {}
    // The next question, or null. Each is answered once, in any order; it is valid until it is
    // answered or the next one is taken.
    virtual const Question* next_question() = 0;
    virtual void answer(std::uint64_t question_id, const Decision& decision) = 0;

    // The bytes to send now; empty if there are none.
    virtual std::string take_output() = 0;
    virtual bool wants_input() const = 0;
    // Send the output, then close.
    virtual bool is_ending() const = 0;
    // Why, if the peer broke the protocol; empty otherwise. Printable.
    virtual std::string_view fault() const = 0;
};

}  // namespace turnaway::gate
