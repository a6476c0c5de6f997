#include "smtp/server_replies.h"

#include <array>
#include <optional>

#include "codes/constants.h"
#include "smtp/reply.h"

namespace turnaway::smtp {

namespace {

using codes::Detail;
using codes::ReplyCode;
using enum ServerSays;

struct ReplyRow {
    ServerSays says;
    ReplyCode code;
    std::optional<Detail> detail;  // none where RFC 2034 forbids an enhanced code, and for 354
    std::string_view text;         // `%` is the host's name, `@` the client's address
};

constexpr std::array rows{
    ReplyRow{greeting, codes::service_ready, {}, "% ESMTP"},
    ReplyRow{hello, codes::ok, {}, "% greets @"},
    ReplyRow{ok, codes::ok, codes::other_status, "Ok"},
    ReplyRow{help, codes::help_message, codes::other_status, "This is a mail relay; see RFC 5321"},
    ReplyRow{cannot_verify, codes::cannot_verify, codes::other_protocol_status,
             "Not verified here; RCPT gets the answer"},
    ReplyRow{bye, codes::closing, codes::other_status, "% closing"},
    ReplyRow{start_tls, codes::service_ready, codes::other_status, "Start TLS now"},
    ReplyRow{start_input, codes::start_mail_input, {}, "Send the message, then a line with a dot"},
    ReplyRow{chunk_taken, codes::ok, codes::other_status, "Chunk taken"},
    ReplyRow{line_too_long, codes::command_unrecognized, codes::syntax_error, "Line too long"},
    ReplyRow{bare_newline, codes::command_unrecognized, codes::syntax_error,
             "A line ends in CRLF, and CR or LF may stand nowhere else"},
    ReplyRow{unrecognised, codes::command_unrecognized, codes::syntax_error,
             "Command not recognised"},
    ReplyRow{not_implemented, codes::command_not_implemented, codes::invalid_command,
             "Command not offered here"},
    ReplyRow{hello_first, codes::bad_sequence, codes::invalid_command, "Send EHLO or HELO first"},
    ReplyRow{sender_first, codes::bad_sequence, codes::invalid_command, "Send MAIL first"},
    ReplyRow{sender_given, codes::bad_sequence, codes::invalid_command, "MAIL was already given"},
    ReplyRow{recipient_first, codes::bad_sequence, codes::invalid_command,
             "No recipient was accepted"},
    ReplyRow{chunks_begun, codes::bad_sequence, codes::invalid_command,
             "The content has begun: send BDAT or RSET"},
    ReplyRow{already_encrypted, codes::bad_sequence, codes::invalid_command, "TLS is already up"},
    ReplyRow{tls_first, codes::authentication_required, codes::other_security_status,
             "Send STARTTLS first"},
    ReplyRow{hello_syntax, codes::argument_syntax, {}, "Say your name after EHLO or HELO"},
    ReplyRow{argument_syntax, codes::argument_syntax, codes::invalid_arguments,
             "Syntax error in the arguments"},
    ReplyRow{chunk_syntax, codes::argument_syntax, codes::invalid_arguments,
             "The size of the chunk cannot be read, so where it ends is not known; closing"},
    ReplyRow{sender_syntax, codes::argument_syntax, codes::sender_syntax,
             "Syntax error in the reverse-path"},
    ReplyRow{recipient_syntax, codes::argument_syntax, codes::recipient_syntax,
             "Syntax error in the recipient"},
    ReplyRow{unknown_parameter, codes::mail_parameters_unknown, codes::invalid_arguments,
             "Parameter not known here"},
    ReplyRow{binary_not_offered, codes::argument_syntax, codes::invalid_arguments,
             "BODY is 7BIT or 8BITMIME here"},
    ReplyRow{sender_needs_smtputf8, codes::mailbox_unavailable, codes::non_ascii_address_refused,
             "The address needs the SMTPUTF8 parameter"},
    ReplyRow{recipient_needs_smtputf8, codes::mailbox_name_not_allowed,
             codes::non_ascii_address_refused, "The address needs SMTPUTF8 with MAIL"},
    ReplyRow{too_many_recipients, codes::insufficient_storage, codes::too_many_recipients,
             "Too many recipients; send the rest in another transaction"},
    ReplyRow{message_too_big, codes::storage_exceeded, codes::message_too_big,
             "The message is too big"},
    ReplyRow{storage_full, codes::insufficient_storage, codes::system_full,
             "No room for the message now"},
    ReplyRow{content_bare_newline, codes::mailbox_unavailable, codes::other_content_status,
             "The message holds a CR or LF by itself; lines end in CRLF (RFC 5321)"},
    ReplyRow{content_line_too_long, codes::mailbox_unavailable, codes::other_content_status,
             "The message holds a line that is far too long"},
    ReplyRow{routing_loop, codes::transaction_failed, codes::routing_loop,
             "The message goes in a loop: too many Received fields"},
    ReplyRow{too_many_messages, codes::service_not_available, codes::other_security_status,
             "% Enough messages for one connection; open another"},
    ReplyRow{too_many_errors, codes::service_not_available, codes::other_security_status,
             "% Too many errors"},
    ReplyRow{too_many_commands, codes::service_not_available, codes::other_security_status,
             "% Too many commands"},
    ReplyRow{timed_out, codes::service_not_available, codes::bad_connection,
             "% Waited too long for you"},
    ReplyRow{shutting_down, codes::service_not_available, codes::system_takes_no_mail,
             "% Shutting down; come again"},
    ReplyRow{too_many_clients, codes::service_not_available, {}, "% Too many connections now"},
    ReplyRow{too_many_from_one_address,
             codes::service_not_available,
             {},
             "% Too many connections from your address (@)"},
};

static_assert([] {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<std::size_t>(rows[i].says) != i) return false;
    }
    return true;
}());

codes::EnhancedCode with_class(ReplyCode code, Detail detail) {
    if (code.is_positive()) return codes::EnhancedCode::success(detail);
    if (code.is_temporary()) return codes::EnhancedCode::temporary(detail);
    return codes::EnhancedCode::permanent(detail);
}

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
    const ReplyRow& row = rows[static_cast<std::size_t>(says)];
    ServerAnswer answer{.code = row.code, .text = with_names(row.text, names)};
    if (row.detail) answer.enhanced = with_class(row.code, *row.detail);
    return answer;
}

void append_server_reply(ServerSays says, const ServerNames& names, std::string* out,
                         bool is_last) {
    const ReplyRow& row = rows[static_cast<std::size_t>(says)];
    ReplyLine line{.code = row.code, .text = row.text, .is_last = is_last};
    if (row.detail) line.enhanced = with_class(row.code, *row.detail);
    if (row.text.find_first_of("%@") == std::string_view::npos) {
        append_reply_line(line, out);
        return;
    }
    const std::string text = with_names(row.text, names);
    line.text = text;
    append_reply_line(line, out);
}

}  // namespace turnaway::smtp
