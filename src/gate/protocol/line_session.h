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
#include <string>
#include <string_view>

#include "gate/protocol/serial_session.h"

namespace turnaway::gate {

// The answer without its newline; also for `turnaway gate test`.
std::string line_answer(const Decision& decision);

class LineSession final : public SerialSession {
  public:
    static constexpr std::size_t line_bytes_max = 4096;

    LineSession() : SerialSession(line_bytes_max) {}

    void input_ended() override { end_last_line(); }

  private:
    std::string_view read_lines(std::string_view bytes) override;
    void write_answer(const Decision& decision, std::string& output) override;
    void write_fault(std::string_view fault, std::string& output) override;
    void take_line(std::string_view line);
};

}  // namespace turnaway::gate
