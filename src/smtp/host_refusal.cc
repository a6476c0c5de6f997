#include "smtp/host_refusal.h"

namespace turnaway::smtp {

namespace {

codes::Stage stage_of(ClientStage stage) {
    switch (stage) {
        case ClientStage::connect:
        case ClientStage::greeting:
            return codes::Stage::greeting;
        case ClientStage::ehlo:
            return codes::Stage::helo;
        case ClientStage::starttls:
            return codes::Stage::starttls;
        case ClientStage::mail:
            return codes::Stage::mail;
        case ClientStage::rcpt:
            return codes::Stage::rcpt;
        case ClientStage::data:
            return codes::Stage::data;
        case ClientStage::content:
        case ClientStage::final_dot:
            return codes::Stage::data_end;
        case ClientStage::idle:
            break;
    }
    return codes::Stage::unknown;
}

}  // namespace

std::string words_of(const Reply& reply) {
    std::string words = reply.code.text();
    if (const std::string text = reply.text(); !text.empty()) words += ' ' + text;
    return words;
}

codes::RefusalScope scope_of(const Reply& reply, ClientStage stage) {
    if (reply.codes_differ) return codes::RefusalScope::other;
    return codes::scope_of(words_of(reply), stage_of(stage));
}

}  // namespace turnaway::smtp
