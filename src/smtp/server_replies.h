// The replies of the relay's server itself, as opposed to those of its judge: one row each in
// server_replies.cc.
//
// RFC 5321 section 4.2.2, RFC 2034 (an enhanced code in every reply but the greeting and those to
// HELO and EHLO), RFC 5248. Nothing is built in advance, since a session is short: each reply is
// appended to the output.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "smtp/server_settings.h"

namespace turnaway::smtp {

enum class ServerSays : std::uint8_t {
    greeting,
    hello,  // HELO, and the first line to EHLO
    ok,
    help,
    cannot_verify,
    bye,
    start_tls,
    start_input,
    chunk_taken,
    line_too_long,
    bare_newline,
    unrecognised,
    not_implemented,
    hello_first,
    sender_first,
    sender_given,
    recipient_first,
    chunks_begun,
    already_encrypted,
    tls_first,
    hello_syntax,  // no enhanced code
    argument_syntax,
    chunk_syntax,
    sender_syntax,
    recipient_syntax,
    unknown_parameter,
    binary_not_offered,
    sender_needs_smtputf8,
    recipient_needs_smtputf8,
    no_postmaster,
    too_many_recipients,
    message_too_big,
    storage_full,
    content_bare_newline,
    content_line_too_long,
    content_nul,
    routing_loop,
    too_many_messages,
    too_many_errors,
    too_many_commands,
    timed_out,
    shutting_down,
    too_many_clients,           // instead of the greeting, so without an enhanced code (RFC 2034)
    too_many_from_one_address,  // the same
};

// The sender made no mistake; there is no room for its request.
bool is_shortage(ServerSays says);

// The names that may appear in a reply.
struct ServerNames {
    std::string_view host;
    std::string_view client;
};

// For the log.
ServerAnswer server_answer(ServerSays says, const ServerNames& names);

// Appends one reply, or only its first line if not `is_last`.
void append_server_reply(ServerSays says, const ServerNames& names, std::string* out,
                         bool is_last = true);

}  // namespace turnaway::smtp
