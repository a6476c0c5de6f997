#include "verdict/look.h"

#include "base/check.h"
#include "codes/constants.h"
#include "smtp/host_refusal.h"

namespace turnaway::verdict {
namespace {

LookFinding finding_of(const smtp::Reply& greeting) {
    if (greeting.codes_differ) return LookFinding::unclear;
    if (greeting.code == codes::host_takes_no_mail &&
        smtp::scope_of(greeting, smtp::ClientStage::greeting) == codes::RefusalScope::host) {
        return LookFinding::refuses_521;
    }
    return greeting.code == codes::service_ready ? LookFinding::takes_mail : LookFinding::unclear;
}

}  // namespace

std::string_view name(LookFinding finding) {
    switch (finding) {
        case LookFinding::takes_mail:
            return "takes_mail";
        case LookFinding::refuses_521:
            return "refuses_521";
        case LookFinding::unclear:
            return "unclear";
    }
    return "";
}

std::string_view GreetingLook::bytes_to_send() const {
    return wish_ == Wish::send ? "QUIT\r\n" : std::string_view();
}

LookFinding GreetingLook::finding() const {
    TURNAWAY_CHECK(is_decided_);
    return finding_;
}

void GreetingLook::received(std::string_view bytes) {
    // What follows the greeting before our QUIT means nothing; what follows QUIT is the goodbye,
    // whatever it says.
    if (wish_ == Wish::read && is_decided_ && !bytes.empty()) wish_ = Wish::close;
    if (is_decided_) return;
    const auto step = reader_.next(bytes);
    if (!step) return end();
    if (step->reply) take_greeting(*step->reply);
}

void GreetingLook::take_greeting(const smtp::Reply& greeting) {
    is_decided_ = true;
    finding_ = finding_of(greeting);
    words_ = smtp::words_of(greeting);
    wish_ = Wish::send;
}

void GreetingLook::sent() {
    if (wish_ == Wish::send) wish_ = Wish::read;
}

void GreetingLook::end() {
    is_decided_ = true;
    wish_ = Wish::close;
}

}  // namespace turnaway::verdict
