#include "smtp/server_replies.h"

#include <array>
#include <optional>

#include "codes/constants.h"
#include "smtp/reply.h"
#include "smtp/reply_words.h"

namespace turnaway::smtp {

namespace {

using enum ServerSays;

struct ReplyRow {
    ServerSays says;
    ReplyWords words;  // `@` is the client's address
};

constexpr std::array rows{
    ReplyRow{greeting, words::greeting},
    ReplyRow{hello, {codes::ok, {}, "% greets @"}},
    ReplyRow{ok, words::ok},
    ReplyRow{help,
             {codes::help_message, codes::other_status, "This is a mail relay; see RFC 5321"}},
    ReplyRow{cannot_verify, words::cannot_verify},
    ReplyRow{bye, words::bye},
    ReplyRow{start_tls, {codes::service_ready, codes::other_status, "Start TLS now"}},
    ReplyRow{start_input, {codes::start_mail_input, {}, "End data with <CR><LF>.<CR><LF>"}},
    ReplyRow{chunk_taken, {codes::ok, codes::other_status, "Chunk accepted"}},
    ReplyRow{line_too_long, words::line_too_long},
    ReplyRow{bare_newline, words::bare_newline},
    ReplyRow{unrecognised, words::unrecognised},
    ReplyRow{not_implemented, words::not_implemented},
    ReplyRow{hello_first, words::hello_first},
    ReplyRow{sender_first, words::sender_first},
    ReplyRow{sender_given, words::sender_given},
    ReplyRow{recipient_first, words::recipient_first},
    ReplyRow{chunks_begun,
             {codes::bad_sequence, codes::invalid_command,
              "Message content already started: send BDAT or RSET"}},
    ReplyRow{already_encrypted,
             {codes::bad_sequence, codes::invalid_command, "TLS already active"}},
    ReplyRow{tls_first,
             {codes::authentication_required, codes::other_security_status, "Send STARTTLS first"}},
    ReplyRow{hello_syntax, words::hello_syntax},
    ReplyRow{argument_syntax, words::argument_syntax},
    ReplyRow{chunk_syntax,
             {codes::argument_syntax, codes::invalid_arguments,
              "Invalid chunk size; closing connection"}},
    ReplyRow{sender_syntax, words::sender_syntax},
    ReplyRow{recipient_syntax, words::recipient_syntax},
    ReplyRow{unknown_parameter, words::unknown_parameter},
    ReplyRow{binary_not_offered,
             {codes::argument_syntax, codes::invalid_arguments, "BODY must be 7BIT or 8BITMIME"}},
    ReplyRow{sender_needs_smtputf8, words::sender_needs_smtputf8},
    ReplyRow{recipient_needs_smtputf8,
             {codes::mailbox_name_not_allowed, codes::non_ascii_address_refused,
              "Address requires SMTPUTF8 with MAIL"}},
    ReplyRow{no_postmaster,
             {codes::mailbox_unavailable, codes::no_such_mailbox,
              "No postmaster address is configured here ([relay] postmaster); write to the "
              "postmaster of a domain"}},
    ReplyRow{too_many_recipients,
             {codes::insufficient_storage, codes::too_many_recipients,
              "Too many recipients; send the rest in another transaction"}},
    ReplyRow{message_too_big,
             {codes::storage_exceeded, codes::message_too_big, "The message is too big"}},
    ReplyRow{storage_full,
             {codes::insufficient_storage, codes::system_full,
              "Insufficient storage for the message; try again later"}},
    ReplyRow{content_bare_newline,
             {codes::mailbox_unavailable, codes::other_content_status,
              "Message contains a bare CR or LF; lines must end in CRLF (RFC 5321)"}},
    ReplyRow{content_line_too_long,
             {codes::mailbox_unavailable, codes::other_content_status,
              "Message contains a line that is too long"}},
    ReplyRow{content_nul,
             {codes::mailbox_unavailable, codes::other_content_status,
              "Message contains a NUL character, which is not allowed (RFC 5322)"}},
    ReplyRow{routing_loop,
             {codes::transaction_failed, codes::routing_loop,
              "Mail loop detected: too many Received headers"}},
    ReplyRow{too_many_messages,
             {codes::service_not_available, codes::system_takes_no_mail,
              "% Too many messages on this connection; open a new one"}},
    ReplyRow{too_many_errors,
             {codes::service_not_available, codes::other_security_status, "% Too many errors"}},
    ReplyRow{too_many_commands,
             {codes::service_not_available, codes::system_takes_no_mail, "% Too many commands"}},
    ReplyRow{timed_out,
             {codes::service_not_available, codes::bad_connection, "% Timeout waiting for input"}},
    ReplyRow{shutting_down,
             {codes::service_not_available, codes::system_takes_no_mail,
              "% Server shutting down; try again later"}},
    ReplyRow{too_many_clients,
             {codes::service_not_available, {}, "% Too many connections; try again later"}},
    ReplyRow{too_many_from_one_address,
             {codes::service_not_available, {}, "% Too many connections from your address (@)"}},
};

static_assert([] {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<std::size_t>(rows[i].says) != i) return false;
    }
    return true;
}());

std::string with_names(std::string_view text, const ServerNames& names) {
    std::string result;
    for (const char c : text) {
        if (c == '%') {
            result.append(names.host);
        } else if (c == '@') {
            result.append(names.client);
        } else {
            result.push_back(c);
        }
    }
    return result;
}

}  // namespace

bool is_shortage(ServerSays says) {
    return says == too_many_recipients || says == message_too_big || says == storage_full ||
           says == too_many_messages;
}

ServerAnswer server_answer(ServerSays says, const ServerNames& names) {
    const ReplyWords& row = rows[static_cast<std::size_t>(says)].words;
    return {.code = row.code, .enhanced = row.enhanced(), .text = with_names(row.text, names)};
}

void append_server_reply(ServerSays says, const ServerNames& names, std::string* out,
                         bool is_last) {
    const ReplyWords& row = rows[static_cast<std::size_t>(says)].words;
    ReplyLine line{
        .code = row.code, .enhanced = row.enhanced(), .text = row.text, .is_last = is_last};
    if (row.text.find_first_of("%@") == std::string_view::npos) {
        append_reply_line(line, out);
        return;
    }
    const std::string text = with_names(row.text, names);
    line.text = text;
    append_reply_line(line, out);
}

}  // namespace turnaway::smtp
