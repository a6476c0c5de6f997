#include "cli/demo/demo_record.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/common/json_line.h"
#include "cli/demo/demo_peers.h"

namespace turnaway::cli {
namespace {

using Json = nlohmann::ordered_json;

// To the microsecond: more digits mean nothing.
Json rounded(double milliseconds) {
    return std::round(milliseconds * 1000) / 1000;
}

Json reply_of(const CaseResult& result) {
    if (!result.reply) return nullptr;
    const auto& enhanced = result.reply->enhanced;
    return {{"code", result.reply->code.value()},
            {"enhanced_code", enhanced ? Json(enhanced->text()) : Json(nullptr)},
            {"text", result.reply->text()}};
}

Json reports_of(const CaseResult& result) {
    Json reports = Json::array();
    for (const auto& report : result.facts.reports) {
        reports.push_back({{"action", report.action},
                           {"status", report.status},
                           {"recipient", report.recipient},
                           {"diagnostic", report.diagnostic},
                           {"subject", report.subject},
                           {"text", report.person}});
    }
    return reports;
}

// In the order of their first lines.
Json dialogues_of(const CaseResult& result) {
    Json dialogues = Json::array();
    std::vector<DialoguePtr> order;
    for (const auto& line : result.lines) {
        auto place = std::ranges::find(order, line.dialogue);
        if (place == order.end()) {
            order.push_back(line.dialogue);
            dialogues.push_back({{"client", line.dialogue->client},
                                 {"server", line.dialogue->server},
                                 {"lines", Json::array()}});
            place = std::prev(order.end());
        }
        const double milliseconds = milliseconds_between(result.begin, line.at);
        dialogues[static_cast<std::size_t>(place - order.begin())]["lines"].push_back(
            {{"milliseconds", rounded(milliseconds)},
             {"from", line.is_client ? "client" : "server"},
             {"text", line.text}});
    }
    return dialogues;
}

}  // namespace

std::string record_of(const CaseResult& result) {
    const auto& demo_case = *result.demo_case;
    const auto ending = ending_of(result.facts);
    const auto milliseconds = result.milliseconds();
    Json others = Json::array();
    for (const auto& other : other_servers(demo_case.name)) {
        others.push_back({{"server", other.name}, {"does", other.does}});
    }
    return json_line(Json{{"type", "case"},
                          {"case", demo_case.name},
                          {"title", demo_case.title},
                          {"domain", demo_case.domain},
                          {"zone", demo_case.zone},
                          {"expected", name(demo_case.ending)},
                          {"ending", ending ? Json(name(*ending)) : Json(nullptr)},
                          {"as_expected", !result.fault},
                          {"fault", result.fault ? Json(*result.fault) : Json(nullptr)},
                          {"milliseconds", milliseconds ? rounded(*milliseconds) : Json(nullptr)},
                          {"reply", reply_of(result)},
                          {"delivered", result.facts.is_delivered},
                          {"met_refusing_host", result.facts.has_met_refusing_host},
                          {"reports", reports_of(result)},
                          {"dialogues", dialogues_of(result)},
                          {"others", others}});
}

std::string record_of_all(std::size_t cases, std::size_t as_expected,
                          const std::optional<std::string>& fault) {
    return json_line(Json{{"type", "end"},
                          {"cases", cases},
                          {"as_expected", as_expected},
                          {"fault", fault ? Json(*fault) : Json(nullptr)}});
}

}  // namespace turnaway::cli
