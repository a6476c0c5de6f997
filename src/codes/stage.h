// Stage: how far an SMTP session had come when something happened: what the client had said last.
//
// In the order of a session, so that stages can be compared. Every layer means this enum: sessions,
// attempts in the queue, probes, reports, and what `turnaway explain` reads of a log line.
#pragma once

#include <cstdint>
#include <string_view>

namespace turnaway::codes {

enum class Stage : std::uint8_t {
    unknown,
    lookup,  // no host was chosen yet
    connect,
    greeting,
    ehlo,  // HELO too, unless `helo` is told apart
    helo,
    starttls,
    ehlo_in_tls,
    auth,
    mail,
    rcpt,
    data,
    content,    // while it was sent
    final_dot,  // all sent, and the host's reply to it
    idle,       // between transactions, and at QUIT
};

// For programs: "final_dot"; "" for `unknown`.
std::string_view name(Stage stage);
// For people: "EHLO", "DATA end".
std::string_view title(Stage stage);
// What a reply at this stage answers, where a table names fewer stages: a reply that comes while
// content is sent answers the message as one after the final dot does.
Stage answered_stage(Stage stage);
// The host is heard before it knows anything of the message: the greeting, EHLO and HELO.
bool is_before_mail(Stage stage);

}  // namespace turnaway::codes
