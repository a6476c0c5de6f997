// LoggedRefusal: a host that refuses all mail, read from a line of the log of a mail server:
// Postfix, Exim or Sendmail, as they write it themselves or through syslog.
//
// Whether the reply is about the host is decided where the relay decides it (smtp/host_refusal,
// ADR 10). A wrong entry would refuse the mail of every domain behind a host, and strangers write
// parts of a log line: addresses, HELO names, replies. So only lines of the program that delivers
// are read, from their beginning; a line that could be read in two ways, is long enough to have
// been cut, or has a quoted address is nothing. The name in the host's greeting is not in the log:
// a 521 to MAIL or RCPT that has it does not count. Sendmail does not log the command that was
// refused: the rules for RCPT apply. OpenSMTPD does not log the host with a refused greeting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "route/host_port.h"

namespace turnaway::gate {

struct LoggedRefusal {
    std::string host;    // the name that was looked up, without the last dot
    route::HostPort at;  // port 25 where the line has none
    std::string words;   // the reply: "521 host.example Host does not accept mail"
    bool operator==(const LoggedRefusal&) const = default;
};

// `line` without its line end.
std::optional<LoggedRefusal> read_logged_refusal(std::string_view line);

}  // namespace turnaway::gate
