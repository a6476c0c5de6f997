#include "gate/decider.h"

#include <algorithm>
#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "io/awaiting.h"
#include "io/start.h"
#include "mail/address.h"

namespace turnaway::gate {
namespace {

namespace asio = boost::asio;

using ParsedAddress = std::expected<mail::Address, mail::AddressError>;

// With the quotes that a local part needs, and that the mail server may leave out.
ParsedAddress parse_quoted(std::string_view text) {
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || at == 0) {
        return std::unexpected(mail::AddressError::no_at_sign);
    }
    std::string quoted = "\"";
    for (const char c : text.substr(0, at)) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    quoted += '"';
    quoted += text.substr(at);
    return mail::Address::parse(quoted);
}

// With a domain that a judge can look up.
std::optional<mail::Address> judged_address(std::string_view text, const Config& config) {
    auto address = mail::Address::parse(text);
    if (!address) address = parse_quoted(text);
    if (!address || address->domain() == nullptr) return std::nullopt;
    const auto& domain = *address->domain();
    if (domain.is_localhost() || domain == config.process.hostname) return std::nullopt;
    return *std::move(address);
}

bool is_in(const settings::HostNames& hosts, const mail::Domain& domain) {
    return std::ranges::find(hosts.names, domain) != hosts.names.end() ||
           std::ranges::any_of(hosts.suffixes, [&](const auto& suffix) {
               return domain != suffix && domain.is_subdomain_of(suffix);
           });
}

bool is_in(const settings::HostNames& hosts, const mail::Address* address) {
    return address != nullptr && is_in(hosts, *address->domain());
}

bool is_excepted_client(const ExceptConfig& except, const Question& question) {
    const bool is_user =
        !question.user.empty() && std::ranges::any_of(except.users, [&](const std::string& user) {
            return user == "*" || user == question.user;
        });
    return is_user || (question.client &&
                       std::ranges::any_of(except.clients, [&](const verdict::Network& network) {
                           return network.contains(*question.client);
                       }));
}

}  // namespace

struct Decider::Subject {
    Subject(const Question& question, const Config& config)
        // Only for texts that no client of the gate gets: everybody may send to everybody.
        : client(question.client.value_or(route::IpAddress(mail::Ipv4Bytes{127, 0, 0, 1}))),
          is_about_sender(question.about != About::recipient),
          recipient(judged_address(question.recipient, config)) {
        const auto& listed = config.except.sender_domains;
        if (!is_about_sender && listed.names.empty() && listed.suffixes.empty()) return;
        if (auto read = judged_address(question.sender, config)) {
            sender = mail::ReversePath(*std::move(read));
        }
    }
    bool is_excepted(const ExceptConfig& except) const {
        return is_in(except.sender_domains, sender.address()) ||
               is_in(except.recipient_domains, recipient ? &*recipient : nullptr);
    }
    // Asked about at MAIL already if the question is about the recipient.
    bool has_judged_sender() const { return is_about_sender && !sender.is_null(); }

    route::IpAddress client;
    bool is_about_sender;
    mail::ReversePath sender;
    std::optional<mail::Address> recipient;
};

// A judgement and its deadline; the first to end gives the ruling.
struct Decider::Race {
    std::function<void(Ruling)> done;
    std::optional<io::TimerQueue::Entry> deadline;

    void end(Ruling ruling) {
        if (const auto first = std::exchange(done, nullptr)) first(std::move(ruling));
    }
};

std::optional<Ruling> Decider::recall(const Rules& rules, const Subject& subject) {
    Ruling ruling;
    if (subject.recipient) {
        const auto answer =
            judge_.recall_recipient(*rules.judging, subject.client, *subject.recipient);
        if (!answer) return std::nullopt;
        ruling = ruling_on(*answer, rules.config);
    }
    if (!subject.has_judged_sender() || ruling.action == Action::reject) return ruling;
    const auto answer = judge_.recall_sender(*rules.judging, subject.client, subject.sender);
    if (!answer) return std::nullopt;
    return stronger(std::move(ruling), ruling_on(*answer, rules.config));
}

asio::awaitable<Ruling> Decider::judge(RulesPtr rules, std::shared_ptr<const Subject> subject) {
    Ruling ruling;
    if (subject->recipient) {
        const auto answer = co_await judge_.judge_recipient(rules->judging, subject->client,
                                                            {.address = *subject->recipient}, {});
        ruling = ruling_on(answer, rules->config);
    }
    if (!subject->has_judged_sender() || ruling.action == Action::reject) co_return ruling;
    const auto answer =
        co_await judge_.judge_sender(rules->judging, subject->client, subject->sender);
    co_return stronger(std::move(ruling), ruling_on(answer, rules->config));
}

asio::awaitable<void> Decider::judge_for(std::shared_ptr<Race> race, RulesPtr rules,
                                         std::shared_ptr<const Subject> subject) {
    auto ruling = co_await judge(std::move(rules), std::move(subject));
    if (race->deadline) deadlines_.cancel(*std::exchange(race->deadline, std::nullopt));
    race->end(std::move(ruling));
}

std::optional<Ruling> Decider::decide_at_once(const Rules& rules, const Question& question) {
    const auto& config = rules.config;
    if (is_excepted_client(config.except, question)) return passed(Verdict::excepted);
    const Subject subject(question, config);
    if (subject.is_excepted(config.except)) return passed(Verdict::excepted);
    if (!subject.has_judged_sender() && !subject.recipient) return passed(Verdict::unread);
    return recall(rules, subject);
}

asio::awaitable<Ruling> Decider::decide(RulesPtr rules, const Question& question) {
    if (auto ruling = decide_at_once(*rules, question)) co_return *std::move(ruling);
    const auto subject = std::make_shared<const Subject>(question, rules->config);
    co_return co_await io::answer_of<Ruling>([this, &rules, &subject](auto done) {
        const auto race = std::make_shared<Race>();
        race->done = std::move(done);
        race->deadline =
            deadlines_.add(io::TimerQueue::Clock::now() + rules->config.answer.deadline, [race] {
                race->deadline.reset();
                race->end(passed(Verdict::late));
            });
        io::start(loop_, "a judgement", judge_for(race, rules, subject));
    });
}

}  // namespace turnaway::gate
