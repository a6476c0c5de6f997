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

ParsedAddress parse(std::string_view text) {
    auto address = mail::Address::parse(text);
    if (!address) address = parse_quoted(text);
    return address;
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

// An address, if it has a domain that a judge can look up.
class Decider::JudgedAddress {
  public:
    JudgedAddress(std::string_view text, const Config& config)
        : address_(parse(text)), is_judged_(address_ && is_judged(*address_, config)) {}

    const mail::Address* get() const { return is_judged_ ? &*address_ : nullptr; }

  private:
    static bool is_judged(const mail::Address& address, const Config& config) {
        const auto* domain = address.domain();
        return domain != nullptr && !domain->is_localhost() && *domain != config.process.hostname;
    }

    ParsedAddress address_;
    bool is_judged_;
};

struct Decider::Subject {
    Subject(const Question& question, const Config& config)
        // Only for texts that no client of the gate gets: everybody may send to everybody.
        : client(question.client.value_or(route::IpAddress(mail::Ipv4Bytes{127, 0, 0, 1}))),
          recipient(question.recipient, config),
          sender(needed_sender(question, config), config),
          // Asked about at MAIL already if the question is about the recipient.
          has_judged_sender(question.about != About::recipient && sender.get() != nullptr) {}
    static std::string_view needed_sender(const Question& question, const Config& config) {
        const auto& listed = config.except.sender_domains;
        const bool is_needed =
            question.about != About::recipient || !listed.names.empty() || !listed.suffixes.empty();
        return is_needed ? question.sender : std::string_view();
    }
    bool is_excepted(const ExceptConfig& except) const {
        return is_in(except.sender_domains, sender.get()) ||
               is_in(except.recipient_domains, recipient.get());
    }

    route::IpAddress client;
    JudgedAddress recipient;
    JudgedAddress sender;
    bool has_judged_sender;
};

// A judgement and its deadline; the first to end gives the ruling.
struct Decider::Race {
    std::function<void(Ruling)> done;
    std::optional<io::TimerQueue::Entry> deadline;

    void end(Ruling ruling) {
        if (const auto first = std::exchange(done, nullptr)) first(std::move(ruling));
    }
};

std::optional<Ruling> Decider::recall(const Rules& rules, const Subject& subject,
                                      judge::Judge::Clock::time_point now) {
    std::optional<Ruling> ruling(std::in_place);
    if (const auto* recipient = subject.recipient.get()) {
        const auto answer =
            judge_.recall_recipient(*rules.judging, subject.client, *recipient, now);
        if (!answer) return std::nullopt;
        ruling = ruling_on(*answer, rules.config);
    }
    if (!subject.has_judged_sender || ruling->action == Action::reject) return ruling;
    const auto answer =
        judge_.recall_sender(*rules.judging, subject.client, subject.sender.get(), now);
    if (!answer) return std::nullopt;
    strengthen(*ruling, ruling_on(*answer, rules.config));
    return ruling;
}

asio::awaitable<Ruling> Decider::judge(RulesPtr rules, std::shared_ptr<const Subject> subject) {
    Ruling ruling;
    if (const auto* recipient = subject->recipient.get()) {
        const auto answer = co_await judge_.judge_recipient(rules->judging, subject->client,
                                                            {.address = *recipient}, {});
        ruling = ruling_on(answer, rules->config);
    }
    if (!subject->has_judged_sender || ruling.action == Action::reject) co_return ruling;
    const auto answer = co_await judge_.judge_sender(rules->judging, subject->client,
                                                     mail::ReversePath(*subject->sender.get()));
    strengthen(ruling, ruling_on(answer, rules->config));
    co_return ruling;
}

asio::awaitable<void> Decider::judge_for(std::shared_ptr<Race> race, RulesPtr rules,
                                         std::shared_ptr<const Subject> subject) {
    auto ruling = co_await judge(std::move(rules), std::move(subject));
    if (race->deadline) deadlines_.cancel(*std::exchange(race->deadline, std::nullopt));
    race->end(std::move(ruling));
}

std::optional<Ruling> Decider::decide_at_once(const Rules& rules, const Question& question,
                                              judge::Judge::Clock::time_point now) {
    const auto& config = rules.config;
    if (is_excepted_client(config.except, question)) return passed(Verdict::excepted);
    const Subject subject(question, config);
    if (subject.is_excepted(config.except)) return passed(Verdict::excepted);
    if (!subject.has_judged_sender && subject.recipient.get() == nullptr) {
        return passed(Verdict::unread);
    }
    return recall(rules, subject, now);
}

asio::awaitable<Ruling> Decider::decide(RulesPtr rules, const Question& question) {
    if (auto ruling = decide_at_once(*rules, question, judge::Judge::Clock::now())) {
        co_return *std::move(ruling);
    }
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
