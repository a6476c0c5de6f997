// LoggedRefusal: a host that refuses all mail, read from the log of a mail server: Postfix, Exim,
// Sendmail or OpenSMTPD, as they write it themselves or through syslog.
//
// Whether the reply is about the host is decided where the relay decides it (smtp/host_refusal,
// ADR 10). A wrong entry would refuse the mail of every domain behind a host, and strangers write
// parts of a log line: addresses, HELO names, replies. So only lines of the program that delivers
// are read, from their beginning; a line that could be read in two ways, is long enough to have
// been cut, or has a quoted address is nothing. The name in the host's greeting is not in the log:
// a 521 to MAIL or RCPT that has it does not count. Sendmail and OpenSMTPD do not log the command
// that was refused: the rules for RCPT apply. Only OpenSMTPD needs more than one line
// (opensmtpd_sessions.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gate/protocol/opensmtpd_sessions.h"
#include "route/host_port.h"

namespace turnaway::gate {

struct LoggedRefusal {
    std::string host;    // the name as logged, without the last dot; or the address
    route::HostPort at;  // port 25 where the line has none
    std::string words;   // the reply: "521 host.example Host does not accept mail"
    bool operator==(const LoggedRefusal&) const = default;
};

class RefusalLog {
  public:
    // `line` without its line end.
    std::optional<LoggedRefusal> read(std::string_view line);

  private:
    OpenSmtpdSessions opensmtpd_;
};

}  // namespace turnaway::gate
