#include "verdict/greeting_probe.h"

#include "base/check.h"
#include "codes/constants.h"
#include "smtp/host_refusal.h"

namespace turnaway::verdict {
namespace {

GreetingFinding finding_of(const smtp::Reply& greeting) {
    if (greeting.codes_differ) return GreetingFinding::unclear;
    if (greeting.code == codes::host_takes_no_mail &&
        smtp::scope_of(greeting, codes::Stage::greeting) == codes::RefusalScope::host) {
        return GreetingFinding::refuses_521;
    }
    return greeting.code == codes::service_ready ? GreetingFinding::takes_mail
                                                 : GreetingFinding::unclear;
}

}  // namespace

std::string_view name(GreetingFinding finding) {
    switch (finding) {
        case GreetingFinding::takes_mail:
            return "takes_mail";
        case GreetingFinding::refuses_521:
            return "refuses_521";
        case GreetingFinding::unclear:
            return "unclear";
    }
    return "";
}

std::string_view GreetingProbe::bytes_to_send() const {
    return action_ == Action::send ? "QUIT\r\n" : std::string_view();
}

GreetingFinding GreetingProbe::finding() const {
    TURNAWAY_CHECK(is_decided_);
    return finding_;
}

void GreetingProbe::received(std::string_view bytes) {
    // Input after the greeting and before our QUIT is ignored; input after QUIT is the host's
    // goodbye, whatever it contains.
    if (action_ == Action::read && is_decided_ && !bytes.empty()) action_ = Action::close;
    if (is_decided_) return;
    const auto step = reader_.next(bytes);
    if (!step) return end();
    if (step->reply) take_greeting(*step->reply);
}

void GreetingProbe::take_greeting(const smtp::Reply& greeting) {
    is_decided_ = true;
    finding_ = finding_of(greeting);
    words_ = smtp::words_of(greeting);
    action_ = Action::send;
}

void GreetingProbe::sent() {
    if (action_ == Action::send) action_ = Action::read;
}

void GreetingProbe::end() {
    is_decided_ = true;
    action_ = Action::close;
}

}  // namespace turnaway::verdict
