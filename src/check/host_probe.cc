#include "check/host_probe.h"

#include <utility>

#include "base/check.h"
#include "codes/constants.h"
#include "smtp/client_extensions.h"
#include "smtp/host_refusal.h"

namespace turnaway::check {
namespace {

// For a reply that is not positive.
ProbeEnd end_of(codes::ReplyCode code) {
    if (code == codes::host_takes_no_mail) return ProbeEnd::refuses_521;
    if (code.is_permanent()) return ProbeEnd::refuses;
    return code.is_temporary() ? ProbeEnd::temporary : ProbeEnd::garbage;
}

// How TLS was interrupted.
std::string_view words_of(ProbeEnd end) {
    if (end == ProbeEnd::timed_out) return "no answer within the timeout";
    return end == ProbeEnd::garbage ? "the answer of the host is not SMTP"
                                    : "the host closed the connection";
}

}  // namespace

std::string_view name(ProbeEnd end) {
    switch (end) {
        case ProbeEnd::accepts:
            return "accepts";
        case ProbeEnd::refuses_521:
            return "refuses-521";
        case ProbeEnd::refuses:
            return "refuses";
        case ProbeEnd::temporary:
            return "temporary";
        case ProbeEnd::garbage:
            return "garbage";
        case ProbeEnd::closed:
            return "closed";
        case ProbeEnd::timed_out:
            return "timed-out";
        case ProbeEnd::not_reached:
            return "not-reached";
        case ProbeEnd::no_way:
            return "no-way";
    }
    return "";
}

const ProbeStep* ProbeResult::last_word() const {
    return steps.empty() || steps.back().stage != stage ? nullptr : &steps.back();
}

const ProbeResult& HostProbe::result() const {
    TURNAWAY_CHECK(is_decided_);
    return result_;
}

void HostProbe::received(std::string_view bytes, Milliseconds now) {
    // Anything after QUIT is accepted as the reply to it.
    if (is_decided_) {
        if (action_ == Action::read && !bytes.empty()) action_ = Action::close;
        return;
    }
    // A host that speaks before it is asked is out of sync.
    if (action_ != Action::read && !bytes.empty()) return break_off(ProbeEnd::garbage, now);
    while (!bytes.empty() && !is_decided_) {
        const auto step = reader_.next(bytes);
        if (!step) return break_off(ProbeEnd::garbage, now);
        bytes.remove_prefix(step->consumed);
        if (!step->reply) continue;
        take_reply(*step->reply, now);
        if (!is_decided_ && !bytes.empty()) return break_off(ProbeEnd::garbage, now);
    }
}

void HostProbe::take_reply(const smtp::Reply& reply, Milliseconds now) {
    if (is_about_tls()) return take_tls_reply(reply, now);
    result_.steps.push_back(
        {.stage = stage_, .code = reply.code, .words = smtp::words_of(reply), .after = now});
    if (reply.codes_differ && reply.code.is_positive()) return decide(ProbeEnd::garbage, now);
    if (!reply.code.is_positive()) {
        // `220-` followed by a refusal is the final reply to a client that was tested.
        const bool is_ehlo_unknown = stage_ == codes::Stage::ehlo && reply.code.is_permanent() &&
                                     reply.code != codes::host_takes_no_mail && !reply.codes_differ;
        if (!is_ehlo_unknown) {
            result_.scope = smtp::scope_of(reply, stage_);
            return decide(end_of(reply.code), now);
        }
        stage_ = codes::Stage::helo;
        return say("HELO " + hello_name_);
    }
    go_on(reply, now);
}

// The verdict on the host is known; this is only about TLS.
void HostProbe::take_tls_reply(const smtp::Reply& reply, Milliseconds now) {
    const bool is_good = reply.code.is_positive() && !reply.codes_differ;
    if (stage_ == codes::Stage::starttls && is_good) {
        action_ = Action::start_tls;
        return;
    }
    result_.tls.state = is_good                            ? TlsState::works
                        : stage_ == codes::Stage::starttls ? TlsState::refused
                                                           : TlsState::failed;
    if (!is_good) result_.tls.problem = smtp::words_of(reply);
    decide(ProbeEnd::accepts, now);
}

void HostProbe::tls_up(TlsFinding seen) {
    if (action_ != Action::start_tls) return;
    result_.tls = std::move(seen);
    reader_ = smtp::ReplyReader();
    stage_ = codes::Stage::ehlo_in_tls;
    say("EHLO " + hello_name_);
}

void HostProbe::tls_failed(std::string problem, Milliseconds now) {
    if (action_ != Action::start_tls) return;
    result_.tls.problem = std::move(problem);
    break_off(ProbeEnd::closed, now);
}

void HostProbe::go_on(const smtp::Reply& reply, Milliseconds now) {
    switch (stage_) {
        case codes::Stage::connect:
        case codes::Stage::greeting:
            stage_ = codes::Stage::ehlo;
            return say("EHLO " + hello_name_);
        case codes::Stage::ehlo:
        case codes::Stage::helo:
            if (further_ == Further::tls) return ask_for_tls(reply, now);
            if (further_ != Further::recipient) break;
            stage_ = codes::Stage::mail;
            return say("MAIL FROM:<>");
        case codes::Stage::mail:
            stage_ = codes::Stage::rcpt;
            return say("RCPT TO:<postmaster>");
        default:
            break;
    }
    decide(ProbeEnd::accepts, now);
}

void HostProbe::ask_for_tls(const smtp::Reply& reply, Milliseconds now) {
    const bool is_offered =
        stage_ == codes::Stage::ehlo && smtp::ClientExtensions::parse(reply).starttls;
    if (!is_offered) {
        result_.tls.state = TlsState::not_offered;
        return decide(ProbeEnd::accepts, now);
    }
    stage_ = codes::Stage::starttls;
    say("STARTTLS");
}

void HostProbe::say(std::string line) {
    out_ = std::move(line) + "\r\n";
    action_ = Action::send;
}

void HostProbe::sent() {
    if (action_ == Action::send) action_ = Action::read;
}

void HostProbe::closed(Milliseconds now) {
    break_off(ProbeEnd::closed, now);
}

void HostProbe::timed_out(Milliseconds now) {
    break_off(ProbeEnd::timed_out, now);
}

void HostProbe::decide(ProbeEnd end, Milliseconds now) {
    is_decided_ = true;
    result_.end = end;
    result_.stage = is_about_tls() ? codes::Stage::ehlo : stage_;
    result_.ended_after = now;
    say("QUIT");
}

// Without QUIT: the host no longer listens, or is out of sync.
void HostProbe::break_off(ProbeEnd end, Milliseconds now) {
    if (!is_decided_ && is_about_tls()) {
        result_.tls.state = TlsState::failed;
        if (result_.tls.problem.empty()) result_.tls.problem = words_of(end);
        decide(ProbeEnd::accepts, now);
    }
    if (!is_decided_) decide(end, now);
    action_ = Action::close;
}

}  // namespace turnaway::check
