#include "gate/protocol/filter_session.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <ranges>
#include <utility>

#include "base/printable.h"
#include "base/text.h"

namespace turnaway::gate {

namespace {

constexpr std::size_t user_bytes_max = 256;
constexpr std::size_t message_id_bytes_max = 64;
constexpr std::size_t output_bytes_max = 256'000;
constexpr int oldest_version = 5;       // 0.5
constexpr int login_first_version = 7;  // since 0.7 the result of a login precedes the user

constexpr std::array<std::string_view, 6> registrations{
    "report|smtp-in|link-connect",    "report|smtp-in|link-auth", "report|smtp-in|tx-begin",
    "report|smtp-in|link-disconnect", "filter|smtp-in|mail-from", "filter|smtp-in|rcpt-to"};

// The text up to the next '|', which is removed from `rest` too.
std::string_view take_field(std::string_view& rest) {
    const auto end = rest.find('|');
    const auto field = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return field;
}

std::optional<std::uint64_t> read_id(std::string_view field) {
    if (field.empty()) return std::nullopt;
    std::uint64_t id = 0;
    const char* end = std::to_address(field.end());
    const auto [stop, error] = std::from_chars(std::to_address(field.begin()), end, id, 16);
    if (stop != end || error != std::errc{}) return std::nullopt;
    return id;
}

// As smtpd writes it: 16 digits.
void append_id(std::string& out, std::uint64_t id) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4) out += digits[(id >> shift) & 0xf];
    out += '|';
}

// `192.0.2.1:25`, `[2001:db8::1]:25`; nothing for `unix:/path`.
std::optional<route::IpAddress> read_client_address(std::string_view field) {
    const auto colon = field.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    field = field.substr(0, colon);
    if (field.starts_with('[') && field.ends_with(']')) field = field.substr(1, field.size() - 2);
    return route::IpAddress::parse(field);
}

}  // namespace

void FilterSession::received(std::string_view bytes) {
    if (is_ending()) return;
    input_.append(bytes);
    read_lines();
}

void FilterSession::read_lines() {
    std::size_t begin = 0;
    while (!is_ending() && open_.size() < questions_max) {
        const auto end = std::min(input_.find('\n', begin), input_.size());
        if (end - begin > line_bytes_max) {
            fault_ = "a line of more than " + std::to_string(line_bytes_max) + " bytes";
        }
        if (is_ending() || end == input_.size()) break;
        read_line(std::string_view(input_).substr(begin, end - begin));
        begin = end + 1;
    }
    input_.erase(0, begin);
}

void FilterSession::read_line(std::string_view line) {
    const auto kind = take_field(line);
    if (!is_ready_) {
        if (kind == "config") return read_config(line);
        fault_ = "not the handshake of smtpd, which begins with config|smtpd-version: '";
        base::append_printable(fault_, kind, 40);
        fault_ += '\'';
        return;
    }
    if (kind == "report") return read_event(line);
    if (kind == "filter") read_request(line);
}

void FilterSession::read_config(std::string_view rest) {
    const auto key = take_field(rest);
    if (key == "protocol") read_version(rest);
    if (key == "subsystem" && rest == "smtp-in") takes_clients_ = true;
    if (key != "ready" || is_ending()) return;
    if (!takes_clients_) {
        fault_ = "no listener uses this filter: add 'filter NAME' to a 'listen' line of smtpd.conf";
        return;
    }
    is_ready_ = true;
    for (const auto registration : registrations) {
        output_.append("register|").append(registration) += '\n';
    }
    if (adds_headers_) output_ += "register|filter|smtp-in|data-line\n";
    output_ += "register|ready\n";
}

// The number after "0."; 0 if the line is to be skipped.
int FilterSession::read_version(std::string_view field) {
    if (!field.starts_with("0.")) return 0;
    const auto version = base::parse_unsigned<std::uint16_t>(field.substr(2));
    if (!version) return 0;
    if (*version < oldest_version) {
        fault_ = "smtpd speaks version 0." + std::to_string(*version) +
                 " of the filter protocol; 0.5 or newer is needed (OpenSMTPD 6.7)";
        return 0;
    }
    return *version;
}

void FilterSession::read_event(std::string_view rest) {
    const int version = read_version(take_field(rest));
    if (version == 0) return;
    take_field(rest);  // the time
    if (take_field(rest) != "smtp-in") return;
    const auto event = take_field(rest);
    const auto id = read_id(take_field(rest));
    if (!id) return;
    if (event == "link-connect") {
        if (clients_.size() >= clients_max) return;
        take_field(rest);  // the name of the client's address
        take_field(rest);  // whether that name has this address
        clients_[*id].address = read_client_address(take_field(rest));
        return;
    }
    Client* client = find(*id);
    if (client == nullptr) return;
    if (event == "link-disconnect") {
        // smtpd does not want the answer any more.
        if (client->question_id) open_.erase(*client->question_id);
        clients_.erase(*id);
    } else if (event == "link-auth") {
        read_login(*client, version, rest);
    } else if (event == "tx-begin") {
        client->message_id = rest.substr(0, message_id_bytes_max);
    }
}

void FilterSession::read_login(Client& client, int version, std::string_view rest) {
    std::string_view user;
    std::string_view result;
    if (version >= login_first_version) {
        result = take_field(rest);
        user = rest;
    } else {
        const auto end = std::min(rest.rfind('|'), rest.size());
        user = rest.substr(0, end);
        result = rest.substr(std::min(end + 1, rest.size()));
    }
    if (result == "pass") client.user = user.substr(0, user_bytes_max);
}

void FilterSession::read_request(std::string_view rest) {
    if (read_version(take_field(rest)) == 0) return;
    take_field(rest);  // the time
    take_field(rest);  // smtp-in: the only subsystem with requests
    const auto phase = take_field(rest);
    const auto client_id = read_id(take_field(rest));
    const auto token = read_id(take_field(rest));
    if (!client_id || !token) return;
    const Request request{.client_id = *client_id, .token = *token};
    if (phase == "mail-from") return ask(request, About::sender, rest);
    if (phase == "rcpt-to") return ask(request, About::recipient, rest);
    if (phase == "data-line") return read_content(request, rest);
    proceed(request);
}

void FilterSession::ask(const Request& request, About about, std::string_view address) {
    Client* client = find(request.client_id);
    const bool is_too_long = address.size() > address_bytes_max;
    if (client != nullptr && about == About::sender) {
        client->sender = is_too_long ? std::string_view{} : address;
        client->message_id.clear();
        client->headers.clear();
    }
    if (is_too_long) return proceed(request);
    Question question{.id = ++questions_, .about = about};
    (about == About::sender ? question.sender : question.recipient) = address;
    if (client != nullptr) {
        question.sender = client->sender;
        question.client = client->address;
        question.user = client->user;
        question.queue_id = client->message_id;
        client->question_id = question.id;
    }
    open_.emplace(question.id, request);
    waiting_.push_back(std::move(question));
}

const Question* FilterSession::next_question() {
    while (!waiting_.empty()) {
        taken_ = std::move(waiting_.front());
        waiting_.pop_front();
        if (open_.contains(taken_.id)) return &taken_;
    }
    return nullptr;
}

void FilterSession::answer(std::uint64_t question_id, const Decision& decision) {
    const auto found = open_.find(question_id);
    if (found == open_.end()) return;
    const Request request = found->second;
    open_.erase(found);
    Client* client = find(request.client_id);
    if (client != nullptr) client->question_id.reset();
    if (decision.effect == Effect::refuse && decision.reply) {
        const Reply& said = *decision.reply;
        reply("filter-result", request,
              "reject|" + said.code.text() + ' ' + said.enhanced.text() + ' ' + said.text);
    } else {
        if (client != nullptr && adds_headers_ && decision.header) {
            const auto is_same = [&](const Header& header) {
                return header.name == decision.header->name &&
                       header.value == decision.header->value;
            };
            const bool is_new = std::ranges::none_of(client->headers, is_same);
            if (is_new && client->headers.size() < headers_max) {
                client->headers.push_back(*decision.header);
            }
        }
        proceed(request);
    }
    read_lines();
}

// Each line returns as it is, the last one too, which is a dot; the header fields before the first.
void FilterSession::read_content(const Request& request, std::string_view line) {
    Client* client = find(request.client_id);
    if (client != nullptr) {
        if (!client->is_in_content) {
            for (const Header& header : client->headers) {
                reply("filter-dataline", request, header.name + ": " + header.value);
            }
            client->headers.clear();
        }
        client->is_in_content = line != ".";
    }
    reply("filter-dataline", request, line);
}

void FilterSession::proceed(const Request& request) {
    reply("filter-result", request, "proceed");
}

void FilterSession::reply(std::string_view kind, const Request& request, std::string_view text) {
    output_.append(kind) += '|';
    append_id(output_, request.client_id);
    append_id(output_, request.token);
    output_.append(text) += '\n';
}

FilterSession::Client* FilterSession::find(std::uint64_t client_id) {
    const auto found = clients_.find(client_id);
    return found == clients_.end() ? nullptr : &found->second;
}

std::string FilterSession::take_output() {
    return std::exchange(output_, {});
}

bool FilterSession::wants_input() const {
    return !is_ending() && open_.size() < questions_max && output_.size() < output_bytes_max;
}

}  // namespace turnaway::gate
