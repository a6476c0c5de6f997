#include "gate/protocol/milter_session.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "codes/constants.h"
#include "mail/address_syntax.h"

namespace turnaway::gate {
namespace {

using milter::Answer;
using milter::Command;

constexpr std::uint32_t version_min = 2;
constexpr std::uint32_t version_max = 6;
constexpr std::size_t optneg_bytes = 12;

// What the gate may do to a message (SMFIF_).
constexpr std::uint32_t add_headers = 0x1;
// Of a mail server that names none: what version 1 had, as in Sendmail's library.
constexpr std::uint32_t actions_of_version_1 = 0xf;
constexpr std::uint32_t steps_of_version_1 = 0x3f;

// The steps of the protocol (SMFIP_): not to be sent, or sent without waiting for an answer.
constexpr std::uint32_t no_answer_to_connect = 0x1000;
struct Step {
    std::uint32_t not_sent;
    std::uint32_t no_answer;
};
constexpr Step helo = {.not_sent = 0x2, .no_answer = 0x2000};
constexpr Step body = {.not_sent = 0x10, .no_answer = 0x80000};
constexpr Step header = {.not_sent = 0x20, .no_answer = 0x80};
constexpr Step end_of_headers = {.not_sent = 0x40, .no_answer = 0x40000};
constexpr Step unknown_command = {.not_sent = 0x100, .no_answer = 0x20000};
constexpr Step data_command = {.not_sent = 0x200, .no_answer = 0x10000};
constexpr std::array<Step, 6> unwanted = {
    helo, body, header, end_of_headers, unknown_command, data_command};

// Enough for every verdict of a message; a sender with many recipients must not fill the memory.
constexpr std::size_t headers_max = 16;

std::uint32_t agreed_steps(std::uint32_t offered) {
    std::uint32_t steps = offered & no_answer_to_connect;
    for (const Step& step : unwanted) {
        // Not both: a mail server that sends a step it was asked to leave out expects an answer.
        steps |= offered & step.not_sent;
        if ((offered & step.not_sent) == 0) steps |= offered & step.no_answer;
    }
    return steps;
}

std::string text_of(const mail::PathParts& path) {
    std::string text(path.address.local);
    if (!path.address.domain.empty()) {
        text += '@';
        text += path.address.domain;
    }
    return text;
}

// The address in the first argument of MAIL or RCPT, without brackets, source route and parameters.
// One that cannot be read is given on as it is.
std::string address_in(std::string_view data, bool is_sender) {
    const std::string_view argument = base::trim(milter::take_string(&data));
    std::string_view rest;
    if (const auto path = mail::scan_path(argument, is_sender, &rest)) return text_of(*path);
    if (const auto path = mail::scan_bare_path(argument, !is_sender, &rest)) return text_of(*path);
    if (argument.starts_with('<') && argument.ends_with('>') && argument.size() > 1) {
        return std::string(argument.substr(1, argument.size() - 2));
    }
    return std::string(argument);
}

std::optional<route::IpAddress> address_of_client(std::string_view text) {
    if (base::starts_with_no_case(text, "IPv6:")) text.remove_prefix(5);
    return route::IpAddress::parse(text);
}

// `{auth_authen}` and `i` may come with or without braces.
std::string_view bare_name(std::string_view macro) {
    if (macro.starts_with('{') && macro.ends_with('}')) macro = macro.substr(1, macro.size() - 2);
    return macro;
}

// Mail servers use the text as a format: a single percent sign makes them drop it.
std::string with_percent_doubled(std::string_view text) {
    std::string doubled;
    for (const char c : text) {
        doubled.push_back(c);
        if (c == '%') doubled.push_back('%');
    }
    return doubled;
}

// Codes that make Sendmail or Postfix close the connection with its client, so that the other
// recipients are lost.
bool closes_connection(codes::ReplyCode code) {
    return code == codes::service_not_available || code == codes::host_takes_no_mail;
}

}  // namespace

void MilterSession::received(std::string_view bytes) {
    if (is_ending_) return;
    packets_.add(bytes);
    take_packets();
}

const Question* MilterSession::next_question() {
    return std::exchange(has_question_, false) ? &question_ : nullptr;
}

void MilterSession::answer(std::uint64_t question_id, const Decision& decision) {
    if (!is_waiting_ || question_id != last_question_) return;
    is_waiting_ = false;
    if (decision.effect == Effect::refuse) {
        refuse(decision.reply);
    } else {
        if (decision.effect == Effect::tag && decision.header) tag(*decision.header);
        send(Answer::go_on);
    }
    take_packets();
}

std::string MilterSession::take_output() {
    return std::exchange(output_, {});
}

// While a question is open the mail server has nothing to say; what it sends all the same waits.
bool MilterSession::wants_input() const {
    return !is_ending_ && !is_waiting_;
}

void MilterSession::take_packets() {
    while (!is_ending_ && !is_waiting_) {
        const auto packet = packets_.next();
        if (!packet) break;
        take(*packet);
    }
    if (!is_ending_ && !packets_.fault().empty()) fail(std::string(packets_.fault()));
}

void MilterSession::take(const milter::Packet& packet) {
    if (!is_negotiated_ && packet.command != Command::optneg && packet.command != Command::quit) {
        return fail(std::string("the milter command \"") + static_cast<char>(packet.command) +
                    "\" before the negotiation");
    }
    switch (packet.command) {
        case Command::optneg:
            return negotiate(packet.data);
        case Command::macro:
            return take_macros(packet.data);
        case Command::connect:
            return take_connection(packet.data);
        case Command::helo:
            return go_on_unless(helo.no_answer);
        case Command::mail:
            return take_sender(packet.data);
        case Command::rcpt:
            return take_recipient(packet.data);
        case Command::data:
            return go_on_unless(data_command.no_answer);
        case Command::header:
            return go_on_unless(header.no_answer);
        case Command::eoh:
            return go_on_unless(end_of_headers.no_answer);
        case Command::body:
            return go_on_unless(body.no_answer);
        case Command::unknown:
            return go_on_unless(unknown_command.no_answer);
        case Command::end:
            return end_message();
        case Command::abort:
            return forget_message();
        case Command::quit_nc:
            client_.reset();
            announced_client_.reset();
            return forget_message();
        case Command::quit:
            is_ending_ = true;
            return;
    }
}

void MilterSession::negotiate(std::string_view data) {
    if (is_negotiated_) return fail("a second milter negotiation on one connection");
    if (data.size() < optneg_bytes) {
        return fail("a milter negotiation of " + std::to_string(data.size()) + " bytes; it has " +
                    std::to_string(optneg_bytes));
    }
    const std::uint32_t version = milter::read_number(data);
    if (version < version_min) {
        return fail("milter protocol version " + std::to_string(version) +
                    "; the gate needs version 2 or later");
    }
    std::uint32_t actions = milter::read_number(data.substr(4));
    std::uint32_t steps = milter::read_number(data.substr(8));
    if (actions == 0) actions = actions_of_version_1;
    if (steps == 0) steps = steps_of_version_1;
    is_negotiated_ = true;
    may_add_headers_ = (actions & add_headers) != 0;
    steps_ = agreed_steps(steps);
    std::string answer;
    milter::append_number(&answer, std::min(version, version_max));
    milter::append_number(&answer, actions & add_headers);
    milter::append_number(&answer, steps_);
    send(Answer::optneg, answer);
}

// The macros of one command, sent before it.
void MilterSession::take_macros(std::string_view data) {
    if (data.empty()) return;
    const char stage = data.front();
    data.remove_prefix(1);
    if (stage == static_cast<char>(Command::mail)) next_macros_ = {};
    while (!data.empty()) {
        const std::string_view name = bare_name(milter::take_string(&data));
        take_macro(stage, name, milter::take_string(&data));
    }
}

// Those of MAIL are for the MAIL that follows; they count for the message that has begun too, since
// some mail servers send them late. Those of later commands are for this message only.
void MilterSession::take_macro(char stage, std::string_view name, std::string_view value) {
    const bool is_of_mail = stage == static_cast<char>(Command::mail);
    if (name == "i") {
        if (is_of_mail) next_macros_.queue_id = value;
        message_.macros.queue_id = value;
    } else if (name == "auth_authen") {
        if (is_of_mail) next_macros_.user = value;
        message_.macros.user = value;
    } else if (name == "client_addr" && stage == static_cast<char>(Command::connect)) {
        announced_client_ = address_of_client(value);
    } else if (name == "client_addr" && !client_) {
        client_ = address_of_client(value);
    }
}

// Name, then family (4, 6, L for a Unix socket, U for unknown), then for all but U port and
// address.
void MilterSession::take_connection(std::string_view data) {
    milter::take_string(&data);
    client_ = std::exchange(announced_client_, std::nullopt);
    if (data.size() > 3 && (data.front() == '4' || data.front() == '6')) {
        data.remove_prefix(3);
        client_ = address_of_client(milter::take_string(&data));
    }
    forget_message();
    go_on_unless(no_answer_to_connect);
}

void MilterSession::take_sender(std::string_view data) {
    message_ = {.has_sender = true,
                .sender = address_in(data, true),
                .macros = std::exchange(next_macros_, {}),
                .headers = {}};
    ask(About::sender, {});
}

void MilterSession::take_recipient(std::string_view data) {
    if (!message_.has_sender) return fail("the milter command \"R\" (RCPT) before \"M\" (MAIL)");
    ask(About::recipient, address_in(data, false));
}

void MilterSession::ask(About about, std::string recipient) {
    is_waiting_ = true;
    has_question_ = true;
    question_ = Question{.id = ++last_question_,
                         .about = about,
                         .sender = message_.sender,
                         .recipient = std::move(recipient),
                         .client = client_,
                         .user = message_.macros.user,
                         .queue_id = message_.macros.queue_id};
}

void MilterSession::end_message() {
    for (const Header& added : message_.headers) {
        send(Answer::add_header, added.name + '\0' + added.value + '\0');
    }
    forget_message();
    send(Answer::go_on);
}

void MilterSession::forget_message() {
    message_ = {};
    next_macros_ = {};
}

void MilterSession::refuse(const std::optional<Reply>& reply) {
    const bool is_permanent = reply && reply->code.is_permanent();
    const bool has_code = reply && (is_permanent || reply->code.is_temporary()) &&
                          reply->enhanced.agrees_with(reply->code) &&
                          !closes_connection(reply->code);
    if (!has_code) return send(is_permanent ? Answer::reject : Answer::tempfail);
    send(Answer::reply_code, reply->code.text() + ' ' + reply->enhanced.text() + ' ' +
                                 with_percent_doubled(reply->text) + '\0');
}

void MilterSession::tag(const Header& added) {
    const auto is_same = [&](const Header& other) {
        return other.name == added.name && other.value == added.value;
    };
    if (!may_add_headers_ || message_.headers.size() >= headers_max ||
        std::ranges::any_of(message_.headers, is_same)) {
        return;
    }
    message_.headers.push_back(added);
}

void MilterSession::go_on_unless(std::uint32_t no_answer_flag) {
    if ((steps_ & no_answer_flag) == 0) send(Answer::go_on);
}

void MilterSession::send(Answer letter, std::string_view data) {
    milter::append_packet(&output_, letter, data);
}

void MilterSession::fail(std::string fault) {
    fault_ = std::move(fault);
    is_ending_ = true;
}

}  // namespace turnaway::gate
