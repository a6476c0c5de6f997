#include "relay/control/control_json.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "base/json_controls.h"

namespace turnaway::relay {
namespace {

// The host's reply, or our own text if there was none.
std::string words_of(const queue::Attempt& attempt) {
    if (!attempt.remote) return attempt.words;
    std::string text = attempt.remote->code.text();
    for (const auto& line : attempt.remote->lines) text += ' ' + line;
    return text;
}

}  // namespace

std::string line_of(const Json& json) {
    return base::with_escaped_controls(json.dump(-1, ' ', false, Json::error_handler_t::replace)) +
           '\n';
}

Json attempt_json(const queue::Attempt& attempt) {
    Json json;
    json["time"] = time_text(attempt.time);
    json["host"] = attempt.host;
    json["address"] = attempt.address;
    json["stage"] = attempt.stage ? name(*attempt.stage) : name(codes::Stage::lookup);
    json["verdict"] = smtp::name(attempt.verdict);
    json["status"] = attempt.status.text();
    json["is_remote"] = attempt.remote.has_value();
    json["words"] = words_of(attempt);
    return json;
}

}  // namespace turnaway::relay
