#include "relay/control/control_json.h"

#include <fmt/format.h>

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

std::string time_text(std::chrono::sys_seconds time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
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
