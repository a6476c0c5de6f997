#include "smtp/refuse_session.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "codes/constants.h"
#include "smtp/parameters.h"
#include "smtp/reply.h"
#include "smtp/reply_words.h"

namespace turnaway::smtp {

namespace {

using enum RefuseSays;

struct ReplyRow {
    RefuseSays says;
    ReplyWords words;
};

// The literal refusal (RFC 7504 section 3) after the host's name (RFC 1846 section 4.1).
constexpr std::string_view refusal_text = "% Host does not accept mail";

constexpr std::array rows{
    ReplyRow{refusal_greeting, {codes::host_takes_no_mail, {}, refusal_text}},
    ReplyRow{refusal_to_hello, {codes::host_takes_no_mail, {}, refusal_text}},
    ReplyRow{refusal, {codes::host_takes_no_mail, codes::system_takes_no_mail, refusal_text}},
    ReplyRow{greeting, words::greeting},
    ReplyRow{ehlo, {codes::ok, {}, "%"}},
    ReplyRow{helo, {codes::ok, {}, "%"}},
    ReplyRow{sender_ok, {codes::ok, codes::other_address_status, "Sender ok"}},
    ReplyRow{ok, words::ok},
    ReplyRow{bye, words::bye},
};

static_assert([] {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<std::size_t>(rows[i].says) != i) return false;
    }
    return true;
}());

// The reply to a well-formed command after a 220 and before the refusal: in each row first when
// only the greeting was sent, then after EHLO or HELO, then after MAIL. A sender needs EHLO or
// HELO, MAIL, and NOOP and RSET between them, to reach the point where it is refused; QUIT ends a
// session. Every other command is a mail or inquiry transaction, which this host does not do (RFC
// 7504 section 1), or out of order: 521, because any other 5yz would give the sender a wrong
// reason. The same applies to a line that is not a well-formed command. At the refusing stage and
// after it, EHLO, HELO, MAIL and RCPT get 521 whatever the row has (is_refused_here).
struct AnswerRow {
    Verb verb;
    std::array<RefuseSays, 3> says;
};

constexpr std::array answers{
    AnswerRow{Verb::ehlo, {ehlo, ehlo, ehlo}},
    AnswerRow{Verb::helo, {helo, helo, helo}},
    AnswerRow{Verb::mail, {refusal, sender_ok, refusal}},
    AnswerRow{Verb::rcpt, {refusal, refusal, refusal}},
    AnswerRow{Verb::data, {refusal, refusal, refusal}},
    AnswerRow{Verb::bdat, {refusal, refusal, refusal}},
    AnswerRow{Verb::rset, {ok, ok, ok}},
    AnswerRow{Verb::noop, {ok, ok, ok}},
    AnswerRow{Verb::quit, {bye, bye, bye}},
    AnswerRow{Verb::vrfy, {refusal, refusal, refusal}},
    AnswerRow{Verb::expn, {refusal, refusal, refusal}},
    AnswerRow{Verb::help, {refusal, refusal, refusal}},
    AnswerRow{Verb::starttls, {refusal, refusal, refusal}},
    AnswerRow{Verb::auth, {refusal, refusal, refusal}},
    AnswerRow{Verb::etrn, {refusal, refusal, refusal}},
};

static_assert([] {
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (static_cast<std::size_t>(answers[i].verb) != i) return false;
    }
    return answers.back().verb == Verb::etrn;
}());

// Nothing is ever accepted, so every extension that only concerns accepted mail can be offered
// honestly. It must be: a sender that needs 8BITMIME, SMTPUTF8 or DSN would give up for that reason
// before it reached the refusal, and report the wrong cause.
constexpr std::array extensions{"PIPELINING",          "SIZE", "8BITMIME",
                                "ENHANCEDSTATUSCODES", "DSN",  "SMTPUTF8"};

// The path without its brackets and source route: the parts of an address are contiguous in the
// line.
std::string_view text_of(const mail::PathParts& path) {
    if (path.is_null) return "<>";
    const mail::AddressParts& address = path.address;
    if (address.domain.empty()) return address.local;
    return {address.local.begin(), address.domain.end()};
}

bool answers_hello(RefuseSays says) {
    return says == refusal_to_hello || says == ehlo || says == helo;
}

RefuseSays refusal_of(std::optional<Verb> verb) {
    return verb == Verb::ehlo || verb == Verb::helo ? refusal_to_hello : refusal;
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
        const std::string words = with_hostname(row.words.text, hostname);
        append_reply_line({.code = row.words.code,
                           .enhanced = row.words.enhanced(),
                           .text = words,
                           .is_last = row.says != ehlo},
                          text);
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
    // The limit on bytes applies at the byte, even inside a QUIT: the reply must not depend on the
    // pieces in which the bytes come.
    const bool has_bytes_left = bytes_ <= (had_refused ? bytes_max : bytes_before_refusal_max);
    const bool has_lines_left = commands_ <= commands_max;
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
    const Frame frame = framer_.next(bytes, base::limits::command_line_bytes_max);
    Step step{.consumed = frame.consumed};
    if (frame.kind == Frame::Kind::line) step.says = answer(frame.text, &step);
    if (frame.kind == Frame::Kind::too_long) step.says = refuse(refusal);
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
    // After the known bytes there are only blanks, or it is a command that changes nothing.
    const std::size_t parsed_bytes =
        rest_is_blank_ ? line_bytes_ : base::limits::command_line_bytes_max;
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

// Commands after the refusal change nothing; whole lines are read for the log.
RefuseSays RefuseSession::answer_after_refusal(std::string_view line, std::size_t line_bytes,
                                               Step* step) {
    if (line_bytes < base::limits::command_line_bytes_max) {
        const auto command = parse_command(line);
        if (command) observe(*command, step);
        if (command && command->verb == Verb::quit) {
            phase_ = Phase::over;
            return bye;
        }
    }
    return refusal_of(scan_verb(line));
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

RefuseSays RefuseSession::answer(std::string_view line, Step* step) {
    const auto command = parse_command(line);
    if (!command) return refuse(refusal_of(scan_verb(line)));
    observe(*command, step);
    const AnswerRow& row = answers[static_cast<std::size_t>(command->verb)];
    const RefuseSays says = row.says[static_cast<std::size_t>(phase_)];
    if (says == refusal || is_refused_here(*command)) return refuse(refusal_of(command->verb));
    enter_phase_after(*command);
    return says;
}

// The refusing stage is reached, or the command requests something that no server could accept.
bool RefuseSession::is_refused_here(const Command& command) const {
    switch (command.verb) {
        case Verb::ehlo:
        case Verb::helo:
            return stage_ == RefuseStage::helo || !base::is_utf8(command.argument);
        case Verb::mail: {
            const auto parameters = parse_mail_parameters(command.parameters());
            return stage_ == RefuseStage::mail || !parameters ||
                   (!is_esmtp_ && !command.parameters().empty()) ||
                   (command.path.address.needs_smtputf8 && !parameters->needs_smtputf8);
        }
        default:
            return false;
    }
}

void RefuseSession::enter_phase_after(const Command& command) {
    switch (command.verb) {
        case Verb::ehlo:
        case Verb::helo:
            phase_ = Phase::greeted;
            is_esmtp_ = command.verb == Verb::ehlo;
            break;
        case Verb::mail:
            phase_ = Phase::sender_given;
            break;
        case Verb::rset:
            if (phase_ == Phase::sender_given) phase_ = Phase::greeted;
            break;
        case Verb::quit:
            phase_ = Phase::over;
            break;
        default:
            break;
    }
}

}  // namespace turnaway::smtp
