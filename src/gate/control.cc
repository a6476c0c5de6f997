#include "gate/control.h"

#include <cstdint>
#include <expected>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/json_controls.h"
#include "base/text.h"
#include "judge/host_line.h"

namespace turnaway::gate {
namespace {

namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

constexpr std::uint16_t port_of_mail = 25;

std::string line_of(const Json& json) {
    return base::with_escaped_controls(json.dump(-1, ' ', false, Json::error_handler_t::replace)) +
           '\n';
}

std::string end_line(std::uint64_t count, std::uint64_t missing) {
    return line_of({{"type", "end"},
                    {"ok", true},
                    {"count", count},
                    {"unchanged", 0},
                    {"missing", missing},
                    {"next", nullptr}});
}

}  // namespace

struct Control::Request {
    std::string verb;
    std::string host;
    std::string address;
    std::string words;
    bool is_all = false;

    // Or what is wrong with it.
    static std::expected<Request, std::string> parse(std::string_view line) {
        const auto json = Json::parse(line, nullptr, false);
        if (!json.is_object()) return std::unexpected("the request is not a JSON object");
        Request request;
        for (const auto& [key, value] : json.items()) {
            std::string* const text = key == "do"        ? &request.verb
                                      : key == "host"    ? &request.host
                                      : key == "address" ? &request.address
                                      : key == "words"   ? &request.words
                                                         : nullptr;
            if (text != nullptr && value.is_string()) {
                *text = value.get<std::string>();
            } else if (key == "all" && value.is_boolean()) {
                request.is_all = value.get<bool>();
            } else {
                return std::unexpected("the request has a member that is not known here");
            }
        }
        return request;
    }
};

std::string Control::fault_line(std::string_view kind, std::string_view words) {
    return line_of({{"type", "end"}, {"ok", false}, {"fault", kind}, {"error", words}});
}

asio::awaitable<bool> Control::perform(std::string_view line, const daemon::ControlPeer& peer,
                                       daemon::ControlAnswer& answer) {
    const auto request = Request::parse(line);
    if (!request) {
        (void)co_await answer.add(fault_line("request", request.error()));
        co_return false;
    }
    auto& hosts = state_.hosts();
    std::uint64_t count = 0;
    std::uint64_t missing = 0;
    if (request->verb == "status") {
        count = 1;
        (void)co_await answer.add(line_of(
            {{"type", "status"},
             {"mode", state_.rules()->config.gate.mode == Mode::observe ? "observe" : "enforce"},
             {"connections", state_.clients().total()},
             {"refusing_hosts", hosts.count()}}));
    } else if (request->verb == "hosts") {
        for (const auto& host : hosts.list()) {
            if (!co_await answer.add(judge::host_line(host))) co_return true;
            ++count;
        }
    } else if (request->verb == "remember") {
        const auto at = route::HostPort::parse(request->address, port_of_mail);
        if (!at || request->words.empty()) {
            (void)co_await answer.add(
                fault_line("request",
                           "remember needs an IP address in \"address\", with or without a port, "
                           "and the reply in \"words\""));
            co_return false;
        }
        hosts.remember(request->host, *at, request->words);
        log(peer, "remember", at->text(), ++count);
    } else if (request->verb == "forget") {
        if (request->is_all) count = hosts.forget_by_hand(std::nullopt, nullptr);
        for (const auto& entry :
             request->is_all ? std::vector<judge::RefusingHosts::Entry>() : hosts.list()) {
            const bool is_meant = entry.at.text() == request->host ||
                                  entry.at.address.text() == request->host ||
                                  base::equal_no_case(entry.host, request->host);
            if (is_meant) count += hosts.forget_by_hand(entry.at, nullptr);
        }
        missing = !request->is_all && count == 0 ? 1 : 0;
        log(peer, "forget", request->is_all ? "all" : request->host, count);
    } else {
        (void)co_await answer.add(
            fault_line("request", "\"do\" is not one of status, hosts, remember, forget"));
        co_return false;
    }
    (void)co_await answer.add(end_line(count, missing));
    co_return true;
}

void Control::log(const daemon::ControlPeer& peer, std::string_view verb, std::string_view about,
                  std::uint64_t changed) {
    state_.log().write(daemon::Controlled{.user = peer.user,
                                          .process = peer.process,
                                          .request = verb,
                                          .about = about,
                                          .changed = changed});
}

}  // namespace turnaway::gate
