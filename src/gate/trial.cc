#include "gate/trial.h"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/json_controls.h"
#include "base/printable.h"
#include "gate/config/rules.h"
#include "gate/decider.h"
#include "gate/protocol/protocol.h"
#include "io/start.h"
#include "judge/greeting_probe_table.h"
#include "judge/judge.h"
#include "judge/refusing_hosts.h"
#include "route/ip_address.h"

namespace turnaway::gate {
namespace {

namespace asio = boost::asio;
using base::Result;
using Json = nlohmann::ordered_json;

// Remembers nothing beyond the trial.
class NoStore final : public judge::RefusingHostStore {
  public:
    void remember(judge::StoredHost) override {}
    void forget(const std::string&, Done done) override {
        if (done) done({});
    }
    void log_refuses(const verdict::HostMemory::Entry&) override {}
    void log_forgotten(const route::HostPort&) override {}
};

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string policy_request(const TrialOptions& given) {
    return "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\n"
           "client_address=" +
           given.client + "\nsender=" + given.sender + "\nrecipient=" + given.recipient +
           "\nsasl_username=" + given.user + "\n\n";
}

std::string line_request(const TrialOptions& given) {
    return "client=" + given.client + " sender=" + quoted(given.sender) +
           " recipient=" + quoted(given.recipient) + " user=" + quoted(given.user) + '\n';
}

std::string filter_request(const TrialOptions& given) {
    const std::string session = "|0.7|0.0|smtp-in|";
    const std::string place = given.client.contains(':') ? '[' + given.client + ']' : given.client;
    std::string lines = "config|subsystem|smtp-in\nconfig|ready\nreport" + session +
                        "link-connect|01||fail|" + place + ":25|127.0.0.1:25\n";
    if (!given.user.empty()) lines += "report" + session + "link-auth|01|pass|" + given.user + '\n';
    return lines + "filter" + session + "mail-from|01|01|" + given.sender + "\nfilter" + session +
           "rcpt-to|01|02|" + given.recipient + '\n';
}

std::string packet(char letter, const std::string& data) {
    const auto size = static_cast<std::uint32_t>(data.size() + 1);
    std::string out;
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>((size >> shift) & 0xff);
    return out + letter + data;
}

std::string milter_request(const TrialOptions& given) {
    const std::string end(1, '\0');
    const std::string zeros(3, '\0');
    // Version 6, all actions, all steps.
    std::string out = packet('O', zeros + '\6' + zeros + '\xff' + zeros + '\x7f');
    const bool is_six = given.client.contains(':');
    out += given.client.empty()
               ? packet('C', "localhost" + end + 'U')
               : packet('C', "client" + end + (is_six ? '6' : '4') + zeros.substr(0, 2) +
                                 (is_six ? "IPv6:" : "") + given.client + end);
    if (!given.user.empty()) {
        out += packet('D', "M{auth_authen}" + end + given.user + end);
    }
    return out + packet('M', '<' + given.sender + '>' + end) +
           packet('R', '<' + given.recipient + '>' + end);
}

// The last packet as text: `reject`, or the reply.
std::string milter_words(std::string_view bytes) {
    std::string words;
    while (bytes.size() > 4) {
        std::size_t size = 0;
        for (const char byte : bytes.substr(0, 4)) {
            size = size << 8U | static_cast<unsigned char>(byte);
        }
        const auto content = bytes.substr(4, size);
        bytes.remove_prefix(std::min(bytes.size(), 4 + size));
        if (content.empty() || content[0] == 'O') continue;
        const auto data = content.substr(1);
        words = content[0] == 'y' ? std::string(data.substr(0, data.find('\0'))) : "continue";
        if (content[0] == 'y') return words;
    }
    return words;
}

// The first refusal of several answers, else the last one.
std::string filter_words(std::string_view lines) {
    std::string words;
    while (!lines.empty()) {
        const auto end = std::min(lines.find('\n'), lines.size());
        const auto line = lines.substr(0, end);
        lines.remove_prefix(std::min(lines.size(), end + 1));
        if (!line.starts_with("filter-result|")) continue;
        words = line;
        if (line.contains("|reject|")) break;
    }
    return words;
}

std::string without_end(std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

class Trial {
  public:
    Trial(Config config, const TrialOptions& given)
        : given_(given),
          rules_(make_rules(std::move(config))),
          hosts_(rules_->judging->memory, store_) {}

    Result<int> run() {
        auto routing =
            judge::Routing::open(loop_, routing_settings(*rules_), [](route::DnsOutcome) {});
        if (!routing) return std::unexpected(routing.error());
        routing_ = *std::move(routing);
        judge_ = std::make_unique<judge::Judge>(*routing_, hosts_,
                                                judge::GreetingProbes(loop_, hosts_, probes_));
        decider_ = std::make_unique<Decider>(loop_, *judge_);
        io::start(loop_, "a trial", try_all());
        loop_.run();
        return report();
    }

  private:
    asio::awaitable<void> try_all() {
        Question question{.about = About::sender,
                          .sender = given_.sender,
                          .client = route::IpAddress::parse(given_.client),
                          .user = given_.user};
        ruling_ = co_await decider_->decide(rules_, question);
        if (ruling_.decision.effect != Effect::refuse) {
            question.about = About::recipient;
            question.recipient = given_.recipient;
            auto ruling = co_await decider_->decide(rules_, question);
            strengthen(ruling, std::move(ruling_));
            ruling_ = std::move(ruling);
        }
        answers_["policy"] =
            without_end(co_await answer_of(Protocol::policy, policy_request(given_)));
        answers_["milter"] =
            milter_words(co_await answer_of(Protocol::milter, milter_request(given_)));
        answers_["line"] = without_end(co_await answer_of(Protocol::line, line_request(given_)));
        answers_["filter"] =
            filter_words(co_await answer_of(Protocol::filter, filter_request(given_)));
        loop_.stop();
    }

    asio::awaitable<std::string> answer_of(Protocol protocol, std::string request) {
        const auto session =
            make_session(protocol, {.adds_headers = has_tags(rules_->config.verdict)});
        session->received(request);
        while (const auto* question = session->next_question()) {
            const auto ruling = co_await decider_->decide(rules_, *question);
            session->answer(question->id, ruling.decision);
        }
        co_return session->take_output();
    }

    int report() const {
        const auto& reply = ruling_.decision.reply;
        if (given_.is_json) {
            Json json{{"type", "gate_test"},
                      {"recipient", given_.recipient},
                      {"sender", given_.sender},
                      {"verdict", name(ruling_.verdict)},
                      {"action", name(ruling_.action)},
                      {"observed", ruling_.is_observed},
                      {"code", reply ? Json(reply->code.value()) : Json(nullptr)},
                      {"status", reply ? Json(reply->enhanced.text()) : Json(nullptr)},
                      {"words", ruling_.words},
                      {"answers", answers_}};
            const std::string line = base::with_escaped_controls(
                json.dump(-1, ' ', false, Json::error_handler_t::replace));
            std::printf("%s\n", line.c_str());
        } else {
            print("verdict", std::string(name(ruling_.verdict)));
            print("action", std::string(name(ruling_.action)) +
                                (ruling_.is_observed ? ", but mode = \"observe\": passed" : ""));
            print("evidence", ruling_.words.empty() ? "nothing against it" : ruling_.words);
            for (const auto& [protocol, answer] : answers_) print(protocol, answer);
        }
        if (!reply) return 0;
        return reply->code.is_permanent() ? 1 : 2;
    }

    static void print(const std::string& label, const std::string& text) {
        std::string safe;
        base::append_printable(safe, text, 1000);
        std::printf("%-9s %s\n", label.c_str(), safe.c_str());
    }

    const TrialOptions& given_;
    const std::shared_ptr<const Rules> rules_;
    asio::io_context loop_;
    NoStore store_;
    judge::RefusingHosts hosts_;
    judge::GreetingProbeTable probes_;
    std::unique_ptr<judge::Routing> routing_;
    std::unique_ptr<judge::Judge> judge_;
    std::unique_ptr<Decider> decider_;
    Ruling ruling_;
    std::map<std::string, std::string> answers_;
};

}  // namespace

Result<int> run_trial(Config config, const TrialOptions& options) {
    const bool has_control =
        (options.recipient + options.sender + options.user).find('\n') != std::string::npos;
    if (has_control || (!options.client.empty() && !route::IpAddress::parse(options.client))) {
        return std::unexpected(base::Error{
            base::Fault::usage, "--client needs an IP address, and no value may have a line end"});
    }
    return Trial(std::move(config), options).run();
}

}  // namespace turnaway::gate
