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
#include <string>
#include <string_view>

#include "gate/protocol/serial_session.h"

namespace turnaway::gate {

// `556 5.1.10 text` and the like as an action of access(5): DUNNO, the code itself,
// DEFER_IF_PERMIT, PREPEND. Postfix puts `<recipient>: Recipient address rejected: ` before the
// text, so the address that the text begins with is left out. Also for `turnaway gate test`.
std::string policy_action(const Decision& decision);

class PolicySession final : public SerialSession {
  public:
    static constexpr std::size_t line_bytes_max = std::size_t{16} * 1024;
    static constexpr std::size_t request_lines_max = 200;

    PolicySession() : SerialSession(line_bytes_max) {}

  private:
    std::string_view read_lines(std::string_view bytes) override;
    void write_answer(const Decision& decision, std::string& output) override;
    void end_request();
    void break_off_without_value(std::string_view line);
    void break_off_long_request();
    void break_off_other_request(std::string_view kind);

    bool is_access_policy_ = false;
    std::size_t lines_ = 0;  // of the request
};

}  // namespace turnaway::gate
