// PolicySession: the server's side of Postfix's policy delegation (SMTPD_POLICY_README).
//
// A request is lines `name=value` and an empty line; the answer is one `action=`. Requests come one
// after the other on one connection. Attributes that are not needed are ignored, as the README
// wants, so every version of Postfix is understood; of an attribute that comes twice the last one
// counts. A request without a sender or a recipient (at CONNECT, EHLO or ETRN) is passed at once. A
// line that is too long, has no `=`, or a request of another kind breaks the protocol. At DATA and
// END-OF-MESSAGE Postfix names the recipient only if there is one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gate/protocol/session.h"

namespace turnaway::gate {

// `556 5.1.10 text` and the like as an action of access(5): DUNNO, the code itself,
// DEFER_IF_PERMIT, PREPEND. Postfix puts `<recipient>: Recipient address rejected: ` before the
// text, so the address that the text begins with is left out. Also for `turnaway gate test`.
std::string policy_action(const Decision& decision);

class PolicySession final : public Session {
  public:
    static constexpr std::size_t line_bytes_max = std::size_t{16} * 1024;
    static constexpr std::size_t request_lines_max = 200;

    void received(std::string_view bytes) override;
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

    // Returns the rest, beyond what was understood.
    std::string_view read_lines(std::string_view bytes);
    void read_input();
    void take_line(std::string_view line);
    void take_attribute(std::string_view name, std::string_view value);
    void end_request();
    void break_off(std::string fault);

    State state_ = State::reading;
    std::string input_;  // the rest of what came earlier; mostly empty
    std::string output_;
    std::string fault_;
    Question question_;  // of the request that is being read, or asked
    bool is_access_policy_ = false;
    std::size_t lines_ = 0;  // of the request
};

}  // namespace turnaway::gate
