#include "cli/demo/demo_mail.h"

#include <nlohmann/json.hpp>

namespace turnaway::cli {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& line, const char* key) {
    const auto found = line.find(key);
    return found != line.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_of(const Json& line, const char* key) {
    const auto found = line.find(key);
    return found != line.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string in_brackets(const std::string& address) {
    return '<' + address + '>';
}

MailLine refusal(const Json& line) {
    const auto to = text_of(line, "to");
    const auto status = text_of(line, "status");
    return {.what = "refused",
            .about = to.empty() ? "from " + in_brackets(text_of(line, "from")) : in_brackets(to),
            .words = std::to_string(number_of(line, "code")) +
                     (status.empty() ? "" : ' ' + status) + ' ' + text_of(line, "words")};
}

MailLine receipt(const Json& line) {
    const auto count = number_of(line, "recipients");
    return {.what = "taken",
            .about = "from " + in_brackets(text_of(line, "from")),
            .words = "for " + std::to_string(count) + (count == 1 ? " recipient" : " recipients")};
}

std::string_view word_for(std::string_view result) {
    if (result == "sent") return "delivered";
    return result == "bounced" ? "returned" : "kept";
}

}  // namespace

std::optional<MailLine> DemoMail::read(std::string_view log_line) {
    const Json line = Json::parse(log_line, nullptr, false);
    if (!line.is_object()) return std::nullopt;
    const auto event = text_of(line, "event");
    if (event == "refused") return refusal(line);
    const auto id = text_of(line, "id");
    // A report has no client, and gets its line when it arrives.
    if (event == "received" && line.contains("client")) {
        if (messages_.size() >= messages_max) {
            messages_.clear();
            shown_.clear();
        }
        messages_.insert(id);
        return receipt(line);
    }
    if (event != "delivery" || !messages_.contains(id)) return std::nullopt;
    const auto to = text_of(line, "to");
    const auto result = text_of(line, "result");
    if (!shown_.insert(id + ' ' + to + ' ' + result).second) return std::nullopt;
    return MailLine{.what = word_for(result),
                    .about = in_brackets(to),
                    .words = text_of(line, "status") + ' ' + text_of(line, "words")};
}

}  // namespace turnaway::cli
