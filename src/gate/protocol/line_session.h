// LineSession: questions of one line with answers of one line, for Exim's ${readsocket} and
// anything else that can write a line. The grammar is in turnaway-gate(8):
//
//     client=192.0.2.1 sender="a@example.org" recipient="b@example.net"
//     refuse 556 5.1.10 <b@example.net>: example.net does not accept mail (null MX, RFC 7505)
//
// A value is bare, in angle brackets or in double quotes, as Exim's ${quote:...} writes it: only
// the last is safe for an address that a stranger chose, since all others end at a space. So a
// request with a quote, a backslash or a bracket in the wrong place is refused instead of guessed
// at. The answer is `pass`, `refuse CODE STATUS TEXT`, `defer CODE STATUS TEXT`, `tag NAME: VALUE`,
// or `error TEXT`, after which the session ends. A last line without a newline is a request too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "gate/protocol/session.h"

namespace turnaway::gate {

// The answer without its newline; also for `turnaway gate test`.
std::string line_answer(const Decision& decision);

class LineSession final : public Session {
  public:
    static constexpr std::size_t line_bytes_max = 4096;

    void received(std::string_view bytes) override;
    void input_ended() override;
    std::optional<Question> next_question() override;
    void answer(std::uint64_t question_id, const Decision& decision) override;
    std::string take_output() override;
    bool wants_input() const override { return state_ == State::reading; }
    bool is_ending() const override { return state_ == State::broken; }
    std::string_view fault() const override { return fault_; }

  private:
    enum class State : std::uint8_t {
        reading,
        asking,   // a question waits to be taken
        waiting,  // for its decision
        broken,
    };

    void read_lines();
    void take_line(std::string_view line);
    void break_off(std::string fault);

    State state_ = State::reading;
    bool has_input_ended_ = false;
    std::string input_;  // beyond what was understood
    std::string output_;
    std::string fault_;
    Question question_;
};

}  // namespace turnaway::gate
