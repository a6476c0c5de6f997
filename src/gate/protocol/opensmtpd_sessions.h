// OpenSmtpdSessions: the replies of hosts in the log of OpenSMTPD, which has the address of a host
// in one line and its reply in another line of the same session.
//
// Read are, since 6.8, `ID mta connecting address=smtp://192.0.2.1:25 host=NAME`, `ID mta error
// reason=BANNER rejected: REPLY` (also EHLO and HELO), and `ID mta delivery ...` with the reader of
// `turnaway diagnose`. A session whose first line was not read has no host. Recipients and replies
// of strangers may imitate the fields of a delivery: a field that occurs twice makes the line
// nothing. Bounded: the last sessions_max sessions are known, whether they have ended or not.
// Known gaps: LMTP; the command that a reply belongs to is not in a delivery line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codes/stage.h"
#include "route/host_port.h"

namespace turnaway::gate {

class OpenSmtpdSessions {
  public:
    // OpenSMTPD has at most as many sessions open as it has file descriptors, by default 1024.
    static constexpr std::size_t sessions_max = 4096;

    struct Reply {
        std::string_view host;  // the reverse name of the address, or the address
        route::HostPort at;
        std::string text;
        codes::Stage stage;
    };

    // `message` is a line without time, host and program. `host` is valid until the next line.
    std::optional<Reply> read(std::string_view message);

  private:
    struct Session {
        std::uint64_t id;
        std::string relay;  // as a delivery line has it: `192.0.2.1 (mx.example.org)`
        std::string host;
        route::HostPort at;
    };

    void begin(std::uint64_t id, std::string_view fields);
    std::vector<Session>::iterator find(std::uint64_t id);

    std::vector<Session> sessions_;  // once it is full, a new one replaces the oldest
    std::size_t oldest_ = 0;
};

}  // namespace turnaway::gate
