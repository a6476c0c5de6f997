#include "smtp/refuse_session.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "codes/constants.h"
#include "smtp/parameters.h"
#include "smtp/reply.h"

namespace turnaway::smtp {

namespace {

using codes::Detail;
using codes::ReplyCode;
using enum RefuseSays;

struct ReplyRow {
    RefuseSays says;
    ReplyCode code;
    std::optional<Detail> detail;  // none where RFC 2034 forbids an enhanced code
    std::string_view text;         // `%` is the host name
};

// The word for word refusal (RFC 7504 section 3) behind the host's name (RFC 1846 section 4.1).
constexpr std::string_view refusal_text = "% Host does not accept mail";

constexpr std::array rows{
    ReplyRow{refusal_greeting, codes::host_takes_no_mail, {}, refusal_text},
    ReplyRow{refusal_to_hello, codes::host_takes_no_mail, {}, refusal_text},
    ReplyRow{refusal, codes::host_takes_no_mail, codes::system_takes_no_mail, refusal_text},
    ReplyRow{greeting, codes::service_ready, {}, "% ESMTP"},
    ReplyRow{ehlo, codes::ok, {}, "%"},
    ReplyRow{helo, codes::ok, {}, "%"},
    ReplyRow{sender_ok, codes::ok, codes::other_address_status, "Sender ok"},
    ReplyRow{ok, codes::ok, codes::other_status, "Ok"},
    ReplyRow{help, codes::help_message, codes::other_status,
             "% takes no mail, whoever asks; see RFC 7504"},
    ReplyRow{cannot_verify, codes::cannot_verify, codes::other_protocol_status,
             "Not verified here; RCPT gets the answer"},
    ReplyRow{bye, codes::closing, codes::other_status, "% closing"},
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
    ReplyRow{hello_syntax, codes::argument_syntax, {}, "Say your name after EHLO or HELO"},
    ReplyRow{argument_syntax, codes::argument_syntax, codes::invalid_arguments,
             "Syntax error in the arguments"},
    ReplyRow{sender_syntax, codes::argument_syntax, codes::sender_syntax,
             "Syntax error in the reverse-path"},
    ReplyRow{recipient_syntax, codes::argument_syntax, codes::recipient_syntax,
             "Syntax error in the recipient"},
    ReplyRow{unknown_parameter, codes::mail_parameters_unknown, codes::invalid_arguments,
             "Parameter not known here"},
    ReplyRow{sender_needs_smtputf8, codes::mailbox_unavailable, codes::non_ascii_address_refused,
             "The address needs the SMTPUTF8 parameter"},
};

static_assert([] {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<std::size_t>(rows[i].says) != i) return false;
    }
    return true;
}());

// Nothing is ever accepted, so every extension that only concerns accepted mail can be offered
// honestly. It must be: a sender that misses 8BITMIME, SMTPUTF8 or DSN would give up for that
// reason before it came to the refusal, and report the wrong cause.
constexpr std::array extensions{"PIPELINING",          "SIZE", "8BITMIME",
                                "ENHANCEDSTATUSCODES", "DSN",  "SMTPUTF8"};

// The path without its brackets and source route: the parts of an address lie side by side in the
// line.
std::string_view text_of(const mail::PathParts& path) {
    if (path.is_null) return "<>";
    const mail::AddressParts& address = path.address;
    if (address.domain.empty()) return address.local;
    return {address.local.begin(), address.domain.end()};
}

// What is wrong with the parameters of MAIL or RCPT; after HELO there may be none.
template <class Parameters>
std::optional<RefuseSays> fault_of(const std::expected<Parameters, ParameterError>& parsed,
                                   const Command& command, bool is_esmtp) {
    if (!parsed && parsed.error() == ParameterError::syntax) return argument_syntax;
    if (!parsed || (!is_esmtp && !command.parameters().empty())) return unknown_parameter;
    return std::nullopt;
}

codes::EnhancedCode with_class(ReplyCode code, Detail detail) {
    if (code.is_positive()) return codes::EnhancedCode::success(detail);
    if (code.is_temporary()) return codes::EnhancedCode::temporary(detail);
    return codes::EnhancedCode::permanent(detail);
}

bool answers_hello(RefuseSays says) {
    return says == refusal_to_hello || says == ehlo || says == helo || says == hello_syntax;
}

std::string with_hostname(std::string_view text, std::string_view hostname) {
    std::string result;
    for (char c : text) {
        if (c == '%') {
            result.append(hostname);
        } else {
            result.push_back(c);
        }
    }
    return result;
}

}  // namespace

std::string_view name(RefuseStage stage) {
    constexpr std::array<std::string_view, 4> names{"greeting", "helo", "mail", "rcpt"};
    return names[static_cast<std::size_t>(stage)];
}

RefuseReplies::RefuseReplies(std::string_view hostname) {
    for (const ReplyRow& row : rows) {
        std::string* text = &texts_[static_cast<std::size_t>(row.says)];
        ReplyLine line{.code = row.code};
        if (row.detail) line.enhanced = with_class(row.code, *row.detail);
        const std::string words = with_hostname(row.text, hostname);
        line.text = words;
        line.is_last = row.says != ehlo;
        append_reply_line(line, text);
    }
    std::string* text = &texts_[static_cast<std::size_t>(ehlo)];
    for (const char* extension : extensions) {
        append_reply_line(
            {.code = codes::ok, .text = extension, .is_last = extension == extensions.back()},
            text);
    }
}

RefuseSays RefuseSession::refuse(RefuseSays says) {
    phase_ = Phase::refused;
    has_refused_ = true;
    return says;
}

RefuseSays RefuseSession::greet() {
    TURNAWAY_CHECK(phase_ == Phase::connected);
    return stage_ == RefuseStage::greeting ? refuse(refusal_greeting) : greeting;
}

std::optional<RefuseSays> RefuseSession::give_up() {
    // Nothing may follow a 221 either.
    const bool has_said_all = has_refused() || is_over();
    phase_ = Phase::over;
    if (has_said_all) return std::nullopt;
    has_refused_ = true;
    return refusal;
}

RefuseSession::Step RefuseSession::next(std::string_view bytes) {
    TURNAWAY_CHECK(!is_over());
    const bool had_refused = has_refused();
    Step step = had_refused ? next_after_refusal(bytes) : next_before_refusal(bytes);
    bytes_ += static_cast<std::uint32_t>(step.consumed);
    if (step.says) ++commands_;
    // The bound on bytes holds at the byte, even inside a QUIT: what is said must not depend on the
    // pieces in which the bytes come.
    const bool has_bytes_left = bytes_ <= (had_refused ? bytes_max : bytes_before_refusal_max);
    const bool has_lines_left = commands_ <= commands_max && errors_ <= errors_max;
    if (!has_bytes_left || (!has_lines_left && !is_over())) {
        is_out_of_bounds_ = true;
        has_refused_ = true;
        phase_ = Phase::over;
        if (!step.says) ++commands_;
        step.says = has_bytes_left && answers_hello(*step.says) ? refusal_to_hello : refusal;
    }
    return step;
}

RefuseSession::Step RefuseSession::next_before_refusal(std::string_view bytes) {
    const Frame frame = framer_.next(bytes, base::limits::command_line_bytes_most);
    Step step{.consumed = frame.consumed};
    if (frame.kind != Frame::Kind::none) step.says = answer(frame, &step);
    return step;
}

RefuseSession::Step RefuseSession::next_after_refusal(std::string_view bytes) {
    Step step;
    if (bytes.empty()) return step;
    const bool ends_with_first_byte = ends_in_cr_ && bytes.front() == '\n';
    if (ends_in_cr_ && !ends_with_first_byte) keep("\r");
    ends_in_cr_ = false;
    const std::size_t end = ends_with_first_byte ? 0 : bytes.find("\r\n");
    if (end == std::string_view::npos) {
        step.consumed = bytes.size();
        ends_in_cr_ = bytes.back() == '\r';
        if (ends_in_cr_) bytes.remove_suffix(1);
        keep(bytes);
        return step;
    }
    const std::string_view line = bytes.substr(0, end);
    step.consumed = end + (ends_with_first_byte ? 1 : 2);
    if (line_bytes_ == 0) {
        step.says = answer_after_refusal(line, line.size(), &step);
        return step;
    }
    keep(line);
    const std::size_t known_bytes = std::min<std::size_t>(line_bytes_, line_start_.size());
    // What follows the known bytes is blank, or it is some command that changes nothing.
    const std::size_t parsed_bytes =
        rest_is_blank_ ? line_bytes_ : base::limits::command_line_bytes_most;
    step.says = answer_after_refusal({line_start_.data(), known_bytes}, parsed_bytes, &step);
    step.detail = {};
    step.told = Reached::connect;
    line_bytes_ = 0;
    rest_is_blank_ = true;
    return step;
}

void RefuseSession::keep(std::string_view piece) {
    for (const char c : piece) {
        if (line_bytes_ < line_start_.size()) {
            line_start_[line_bytes_] = c;
        } else if (!base::is_space(c)) {
            rest_is_blank_ = false;
        }
        ++line_bytes_;
    }
}

// Commands after the refusal change nothing; whole lines are read for what they tell the log.
RefuseSays RefuseSession::answer_after_refusal(std::string_view line, std::size_t line_bytes,
                                               Step* step) {
    const auto verb = scan_verb(line);
    const bool is_hello = verb == Verb::ehlo || verb == Verb::helo;
    if (line_bytes < base::limits::command_line_bytes_most) {
        const auto command = parse_command(line);
        if (command) observe(*command, step);
        if (command && command->verb == Verb::quit) {
            phase_ = Phase::over;
            return bye;
        }
    }
    return is_hello ? refusal_to_hello : refusal;
}

void RefuseSession::observe(const Command& command, Step* step) {
    switch (command.verb) {
        case Verb::ehlo:
        case Verb::helo:
            step->told = Reached::helo;
            step->detail = command.argument;
            break;
        case Verb::mail:
        case Verb::rcpt:
            step->told = command.verb == Verb::mail ? Reached::mail : Reached::rcpt;
            step->detail = text_of(command.path);
            break;
        default:
            return;
    }
    if (step->told > reached_) reached_ = step->told;
}

RefuseSays RefuseSession::answer(const Frame& frame, Step* step) {
    if (frame.kind == Frame::Kind::too_long) {
        ++errors_;
        return line_too_long;
    }
    const auto command = parse_command(frame.text);
    if (!command) {
        ++errors_;
        return answer_error(command.error());
    }
    const RefuseSays says = answer_command(*command);
    const bool is_error =
        rows[static_cast<std::size_t>(says)].code.is_permanent() && !has_refused();
    // What a misplaced command claims is not how far the client came.
    if (is_error) {
        ++errors_;
    } else {
        observe(*command, step);
    }
    return says;
}

RefuseSays RefuseSession::answer_error(const CommandError& error) {
    using Kind = CommandError::Kind;
    if (error.verb == Verb::ehlo || error.verb == Verb::helo) return hello_syntax;
    switch (error.kind) {
        case Kind::unrecognised:
            return unrecognised;
        case Kind::bare_newline:
            return bare_newline;
        case Kind::too_many_parameters:
            return unknown_parameter;
        case Kind::path_syntax:
            return error.verb == Verb::mail ? sender_syntax : recipient_syntax;
        case Kind::not_text:
        case Kind::argument_missing:
        case Kind::argument_forbidden:
        case Kind::argument_syntax:
        case Kind::parameter_syntax:
            return argument_syntax;
    }
    return unrecognised;
}

RefuseSays RefuseSession::answer_command(const Command& command) {
    switch (command.verb) {
        case Verb::ehlo:
        case Verb::helo:
            return answer_hello(command);
        case Verb::mail:
            return answer_mail(command);
        case Verb::rcpt:
            return answer_rcpt(command);
        case Verb::data:
            return phase_ == Phase::sender_given ? recipient_first : sender_first;
        case Verb::rset:
            if (phase_ == Phase::sender_given) phase_ = Phase::greeted;
            return ok;
        case Verb::noop:
            return ok;
        case Verb::help:
            return help;
        case Verb::vrfy:
            return cannot_verify;
        case Verb::quit:
            phase_ = Phase::over;
            return bye;
        case Verb::bdat:
        case Verb::expn:
        case Verb::starttls:
        case Verb::auth:
        case Verb::etrn:
            return not_implemented;
    }
    return unrecognised;
}

RefuseSays RefuseSession::answer_hello(const Command& command) {
    if (!base::is_utf8(command.argument)) return hello_syntax;
    if (stage_ == RefuseStage::helo) return refuse(refusal_to_hello);
    phase_ = Phase::greeted;
    is_esmtp_ = command.verb == Verb::ehlo;
    return is_esmtp_ ? ehlo : helo;
}

RefuseSays RefuseSession::answer_mail(const Command& command) {
    if (phase_ == Phase::connected) return hello_first;
    if (phase_ == Phase::sender_given) return sender_given;
    const auto parameters = parse_mail_parameters(command.parameters());
    if (const auto fault = fault_of(parameters, command, is_esmtp_)) return *fault;
    if (command.path.address.needs_smtputf8 && !parameters->needs_smtputf8) {
        return sender_needs_smtputf8;
    }
    if (stage_ == RefuseStage::mail) return refuse(refusal);
    phase_ = Phase::sender_given;
    return sender_ok;
}

// Whatever the recipient, the answer is the refusal: only what cannot be read as a recipient gets
// another.
RefuseSays RefuseSession::answer_rcpt(const Command& command) {
    if (phase_ == Phase::connected) return hello_first;
    if (phase_ != Phase::sender_given) return sender_first;
    const auto parameters = parse_rcpt_parameters(command.parameters());
    if (const auto fault = fault_of(parameters, command, is_esmtp_)) return *fault;
    return refuse(refusal);
}

}  // namespace turnaway::smtp
