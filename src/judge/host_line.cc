#include "judge/host_line.h"

#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/json_controls.h"
#include "base/time_text.h"

namespace turnaway::judge {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string host_line(const verdict::HostMemory::Entry& host) {
    Json json;
    json["type"] = "host";
    json["address"] = host.at.address.text();
    json["port"] = host.at.port;
    json["host"] = host.host;
    json["seen"] = base::time_text(host.seen);
    json["words"] = host.words;
    return base::with_escaped_controls(json.dump(-1, ' ', false, Json::error_handler_t::replace)) +
           '\n';
}

std::optional<verdict::HostMemory::Entry> parse_host_line(std::string_view line) {
    const auto json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    const auto text = [&json](const char* key) -> std::string {
        const auto found = json.find(key);
        return found != json.end() && found->is_string() ? found->get<std::string>() : "";
    };
    const auto port = json.find("port");
    const auto address = route::IpAddress::parse(text("address"));
    const auto seen = base::parse_time(text("seen"));
    if (text("type") != "host" || !address || !seen || port == json.end() ||
        !port->is_number_unsigned() || port->get<std::uint64_t>() > UINT16_MAX) {
        return std::nullopt;
    }
    return verdict::HostMemory::Entry{.host = text("host"),
                                      .at = {*address, port->get<std::uint16_t>()},
                                      .words = text("words"),
                                      .seen = *seen};
}

}  // namespace turnaway::judge
