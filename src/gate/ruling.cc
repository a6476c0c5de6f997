#include "gate/ruling.h"

#include <algorithm>
#include <utility>

#include "codes/constants.h"

namespace turnaway::gate {
namespace {

namespace reason = verdict::reason;

constexpr std::string_view tag_name = "X-Turnaway";

struct Row {
    Verdict verdict;
    std::string_view name;
    std::string_view reason;        // of judge/; empty: it has none for it
    Action ActionConfig::* action;  // null: it is passed
};

// In the order of the enum.
constexpr std::array<Row, verdict_count> rows{{
    {Verdict::accepted, "accepted", reason::accepted, nullptr},
    {Verdict::null_mx, "null_mx", reason::null_mx, &ActionConfig::null_mx},
    {Verdict::loopback_mx, "loopback_mx", reason::loopback_mx, &ActionConfig::loopback_mx},
    {Verdict::dangling_mx, "dangling_mx", reason::dangling_mx, &ActionConfig::dangling_mx},
    {Verdict::no_such_domain, "no_such_domain", reason::no_such_domain,
     &ActionConfig::no_such_domain},
    {Verdict::no_mail_host, "no_mail_host", reason::no_mail_host, &ActionConfig::no_mail_host},
    {Verdict::refusing_hosts, "refusing_hosts", reason::refusing_hosts,
     &ActionConfig::refusing_hosts},
    {Verdict::sender_null_mx, "sender_null_mx", reason::sender_null_mx,
     &ActionConfig::sender_null_mx},
    {Verdict::mailless, "mailless", reason::mailless, &ActionConfig::mailless},
    {Verdict::dns_trouble, "dns_trouble", reason::dns_trouble, nullptr},
    {Verdict::late, "late", "", nullptr},
    {Verdict::excepted, "excepted", "", nullptr},
    {Verdict::unread, "unread", "", nullptr},
}};

const Row& row_of(Verdict verdict) {
    return rows.at(static_cast<std::size_t>(verdict));
}

Reply reply_of(const verdict::Answer& answer, Action action) {
    const auto detail = answer.enhanced ? answer.enhanced->detail() : codes::other_address_status;
    if (action == Action::defer) {
        return {.code = codes::local_error,
                .enhanced = codes::EnhancedCode::temporary(detail),
                .text = answer.text};
    }
    const bool ends_sessions = answer.code == codes::host_takes_no_mail;
    return {.code = ends_sessions ? codes::domain_takes_no_mail : answer.code,
            .enhanced = codes::EnhancedCode::permanent(detail),
            .text = answer.text};
}

Decision decision_of(Verdict verdict, const verdict::Answer& answer, Action action) {
    switch (action) {
        case Action::reject:
        case Action::defer:
            return {.effect = Effect::refuse, .reply = reply_of(answer, action)};
        case Action::tag:
            return {.effect = Effect::tag,
                    .header = Header{.name = std::string(tag_name),
                                     .value = std::string(name(verdict)) + ' ' + answer.text}};
        case Action::log:
        case Action::pass:
            break;
    }
    return {};
}

}  // namespace

std::string_view name(Verdict verdict) {
    return row_of(verdict).name;
}

std::string_view name(Action action) {
    constexpr std::array<std::string_view, 5> names{"reject", "defer", "tag", "log", "pass"};
    return names.at(static_cast<std::size_t>(action));
}

Verdict verdict_of(const verdict::Answer& answer) {
    if (answer.reason == reason::accepted_in_dns_trouble) return Verdict::dns_trouble;
    const auto row = std::ranges::find(rows, answer.reason, &Row::reason);
    return row == rows.end() ? Verdict::accepted : row->verdict;
}

Ruling ruling_on(const verdict::Answer& answer, const Config& config) {
    Ruling ruling{.verdict = verdict_of(answer)};
    if (answer.is_accepted()) return ruling;
    const auto& row = row_of(ruling.verdict);
    ruling.words = answer.text;
    if (row.action != nullptr) ruling.action = config.verdict.*row.action;
    if (ruling.verdict == Verdict::dns_trouble) ruling.action = Action::defer;
    ruling.is_observed = config.gate.mode == Mode::observe && ruling.action != Action::pass;
    if (!ruling.is_observed) {
        ruling.decision = decision_of(ruling.verdict, answer, ruling.action);
    }
    return ruling;
}

Ruling passed(Verdict verdict) {
    return {.verdict = verdict};
}

void strengthen(Ruling& ruling, Ruling other) {
    if (other.action < ruling.action) ruling = std::move(other);
}

}  // namespace turnaway::gate
