// Stage: how far an SMTP session had come when something happened: the client's last command.
//
// In the order of a session, so that stages can be compared. Every layer uses this enum: sessions,
// attempts in the queue, probes, reports, and the log lines that `turnaway explain` reads.
#pragma once

#include <cstdint>
#include <string_view>

namespace turnaway::codes {

enum class Stage : std::uint8_t {
    unknown,
    lookup,  // no host was chosen yet
    connect,
    greeting,
    ehlo,  // HELO too, unless `helo` is distinguished
    helo,
    starttls,
    ehlo_in_tls,
    auth,
    mail,
    rcpt,
    data,
    content,    // while the content was sent
    final_dot,  // all sent, and the host's reply to it
    idle,       // between transactions, and at QUIT
};

// For programs: "final_dot"; "" for `unknown`.
std::string_view name(Stage stage);
// For people: "EHLO", "DATA end".
std::string_view title(Stage stage);
// The stage that a reply answers, for tables that have fewer stages: a reply that comes while
// content is sent is a reply to the message, like one after the final dot.
Stage answered_stage(Stage stage);
// A stage before the host knows anything of the message: greeting, EHLO and HELO.
bool is_before_mail(Stage stage);

}  // namespace turnaway::codes
