#include "cli/doctor/gate_postfix.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/text.h"

namespace turnaway::cli {

namespace {

constexpr std::array<std::string_view, 7> lists{
    "smtpd_recipient_restrictions",  "smtpd_relay_restrictions",  "smtpd_sender_restrictions",
    "smtpd_helo_restrictions",       "smtpd_client_restrictions", "smtpd_data_restrictions",
    "smtpd_end_of_data_restrictions"};
constexpr std::string_view usual_relay_restrictions =
    "permit_mynetworks permit_sasl_authenticated defer_unauth_destination";
constexpr std::string_view snippet =
    "check_policy_service { inet:127.0.0.1:10040, timeout=4s, default_action=DUNNO }";
// Above this a mail client gives up before Postfix does.
constexpr std::chrono::seconds timeout_max{20};

bool is_permit(std::string_view name) {
    return name == "permit_mynetworks" || name == "permit_sasl_authenticated" || name == "permit" ||
           name == "permit_tls_clientcerts";
}

bool is_guard(std::string_view name) {
    return name == "reject_unauth_destination" || name == "defer_unauth_destination" ||
           name == "reject" || name == "defer";
}

// The settings as one service has them: its own, else those of main.cf.
class Service {
  public:
    Service(const PostfixSettings& postfix, std::string name)
        : postfix_(postfix), name_(std::move(name)) {}

    std::string value(std::string_view setting, std::string_view usual = {}) const {
        const std::string own = name_ + '/' + std::string(setting);
        return postfix_.has(own) ? postfix_.value(own)
                                 : postfix_.value(std::string(setting), usual);
    }
    bool has_own(std::string_view setting) const {
        return postfix_.has(name_ + '/' + std::string(setting));
    }
    bool is_chrooted() const { return postfix_.is_chrooted(name_.empty() ? "smtp/inet" : name_); }
    // "Postfix", "The service submission/inet of Postfix".
    std::string title() const {
        return name_.empty() ? "Postfix" : "The service " + name_ + " of Postfix";
    }
    const std::string& name() const { return name_; }

  private:
    const PostfixSettings& postfix_;
    std::string name_;
};

// The one without settings of its own first.
std::vector<Service> services(const PostfixSettings& postfix) {
    std::map<std::string, std::string> own;
    for (const auto list : lists) own.merge(postfix.overrides(list));
    own.merge(postfix.overrides("smtpd_milters"));
    std::vector<Service> found{Service(postfix, "")};
    for (const auto& [name, value] : own) found.emplace_back(postfix, name);
    return found;
}

bool is_gate(const PostfixSettings& postfix, const PostfixClient& client,
             const std::vector<std::string>& places) {
    const auto is_at = [&](bool is_chrooted) {
        return std::ranges::find(places, place_for(postfix, client.place, is_chrooted)) !=
               places.end();
    };
    return is_at(true) || is_at(false) || client.place.contains("turnaway");
}

// `4s`, `2m`, `100`.
std::optional<std::chrono::seconds> read_wait(std::string_view text) {
    constexpr std::array<std::pair<char, int>, 3> units{{{'s', 1}, {'m', 60}, {'h', 3600}}};
    std::int64_t unit_s = 1;
    for (const auto& [letter, seconds] : units) {
        if (!text.ends_with(letter)) continue;
        unit_s = seconds;
        text.remove_suffix(1);
        break;
    }
    const auto number = base::parse_unsigned<std::uint32_t>(text);
    if (!number) return std::nullopt;
    return std::chrono::seconds(*number * unit_s);
}

struct Position {
    std::string_view list;
    std::vector<Restriction> restrictions;
    std::size_t index;
};

std::optional<Position> find_policy(const PostfixSettings& postfix, const Service& service,
                                    const GatePlaces& gate) {
    for (const auto list : lists) {
        auto restrictions = read_restrictions(service.value(list));
        for (std::size_t i = 0; i < restrictions.size(); ++i) {
            const auto& each = restrictions[i];
            if (each.name == "check_policy_service" && is_gate(postfix, each.client, gate.policy)) {
                return Position{.list = list, .restrictions = std::move(restrictions), .index = i};
            }
        }
    }
    return std::nullopt;
}

bool has_milter(const PostfixSettings& postfix, const Service& service, const GatePlaces& gate) {
    return std::ranges::any_of(
        read_milters(service.value("smtpd_milters")),
        [&](const PostfixClient& client) { return is_gate(postfix, client, gate.milter); });
}

bool is_relay_checked_first(const PostfixSettings& postfix, const Service& service) {
    const std::string order = service.value("smtpd_relay_before_recipient_restrictions");
    if (!order.empty()) return order == "yes";
    const std::string level = postfix.value("compatibility_level", "0");
    const auto dot = level.find('.');
    const auto major = base::parse_unsigned<std::uint16_t>(level.substr(0, dot)).value_or(0);
    const auto minor = dot == std::string::npos
                           ? std::uint16_t{0}
                           : base::parse_unsigned<std::uint16_t>(level.substr(dot + 1)).value_or(0);
    return major > 3 || (major == 3 && minor >= 6);
}

// Whether strangers who may not relay are refused before the gate is asked.
bool is_guarded(const PostfixSettings& postfix, const Service& service, const Position& at) {
    const auto guards = [](const std::vector<Restriction>& restrictions, std::size_t end) {
        return std::any_of(restrictions.begin(),
                           restrictions.begin() + static_cast<std::ptrdiff_t>(end),
                           [](const Restriction& each) { return is_guard(each.name); });
    };
    if (guards(at.restrictions, at.index)) return true;
    if (at.list != "smtpd_recipient_restrictions" || !is_relay_checked_first(postfix, service)) {
        return false;
    }
    const auto relay =
        read_restrictions(service.value("smtpd_relay_restrictions", usual_relay_restrictions));
    return guards(relay, relay.size());
}

void judge_position(const PostfixSettings& postfix, const Service& service, const Position& at,
                    DoctorFindings& findings) {
    const std::string list(at.list);
    if (at.list == "smtpd_data_restrictions" || at.list == "smtpd_end_of_data_restrictions") {
        findings.problem(service.title() + " asks the gate in " + list +
                             ", where a message with several recipients has none.",
                         "Move check_policy_service to smtpd_recipient_restrictions.");
        return;
    }
    const auto permit = std::find_if(
        at.restrictions.begin(), at.restrictions.begin() + static_cast<std::ptrdiff_t>(at.index),
        [](const Restriction& each) { return is_permit(each.name); });
    const bool is_behind =
        permit != at.restrictions.begin() + static_cast<std::ptrdiff_t>(at.index);
    if (is_behind) {
        findings.warning(service.title() + " does not ask the gate about mail of your own users: " +
                             permit->name + " comes before it in " + list + '.',
                         "Move check_policy_service before " + permit->name +
                             "; what must be refused to strangers belongs in "
                             "smtpd_relay_restrictions.");
    }
    const bool is_open = !is_guarded(postfix, service, at);
    if (is_open) {
        findings.warning(
            service.title() +
                " asks the gate about recipients of strangers who may not relay: "
                "nothing refuses them before it.",
            "Set smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated "
            "reject_unauth_destination, and smtpd_relay_before_recipient_restrictions = yes.");
    }
    if (!is_behind && !is_open) {
        findings.ok(service.title() + " asks the gate in " + list + '.');
    }
}

}  // namespace

std::string place_for(const PostfixSettings& postfix, std::string_view place, bool is_chrooted) {
    const std::string queue = postfix.value("queue_directory", "/var/spool/postfix");
    if (place.starts_with("inet:")) {
        place.remove_prefix(5);
        if (place.starts_with("localhost:")) return "127.0.0.1" + std::string(place.substr(9));
        return std::string(place);
    }
    if (place.starts_with("unix:")) place.remove_prefix(5);
    if (!place.starts_with('/')) return queue + '/' + std::string(place);
    return is_chrooted ? queue + std::string(place) : std::string(place);
}

std::vector<PostfixClient> clients_of_gate(const PostfixSettings& postfix, const GatePlaces& gate) {
    std::vector<PostfixClient> found;
    const auto add = [&](const PostfixClient& client, const std::vector<std::string>& places) {
        const bool is_new = std::ranges::none_of(
            found, [&](const PostfixClient& known) { return known.place == client.place; });
        if (is_new && is_gate(postfix, client, places)) found.push_back(client);
    };
    for (const auto& service : services(postfix)) {
        for (const auto list : lists) {
            for (const auto& each : read_restrictions(service.value(list))) {
                if (each.name == "check_policy_service") add(each.client, gate.policy);
            }
        }
        for (const auto& each : read_milters(service.value("smtpd_milters"))) {
            add(each, gate.milter);
        }
    }
    return found;
}

void judge_gate_order(const PostfixSettings& postfix, const GatePlaces& gate,
                      DoctorFindings& findings) {
    bool is_asked = false;
    for (const auto& service : services(postfix)) {
        const auto policy = find_policy(postfix, service, gate);
        const bool by_milter = has_milter(postfix, service, gate);
        if (policy) judge_position(postfix, service, *policy, findings);
        if (by_milter) findings.ok(service.title() + " asks the gate as a milter.");
        const bool is_asked_here = policy || by_milter;
        if (is_asked && !is_asked_here) {
            const std::string own = service.has_own("smtpd_milters") && !gate.milter.empty()
                                        ? "smtpd_milters"
                                        : "smtpd_recipient_restrictions";
            findings.warning(service.title() + " does not ask the gate: master.cf gives it a " +
                                 own + " of its own.",
                             "Add the gate to that -o " + own +
                                 " in master.cf, before permit_sasl_authenticated.");
        }
        is_asked = is_asked || is_asked_here;
    }
    if (!is_asked) {
        findings.problem(
            "Postfix does not ask the gate: there is no check_policy_service and no "
            "milter for it.",
            "Put it first in smtpd_recipient_restrictions: " + std::string(snippet));
    }
    if (postfix.value("soft_bounce") == "yes") {
        findings.warning("soft_bounce = yes makes every refusal temporary, the gate's too.",
                         "Remove soft_bounce from main.cf.");
    }
}

void judge_gate_absence(const PostfixSettings& postfix, const GatePlaces& gate,
                        DoctorFindings& findings) {
    const auto setting = [&](const PostfixClient& client, const std::string& own,
                             const std::string& general, std::string_view usual) {
        const auto found = client.settings.find(own);
        return found != client.settings.end() ? found->second : postfix.value(general, usual);
    };
    const auto milters = read_milters(postfix.value("smtpd_milters"));
    for (const auto& client : clients_of_gate(postfix, gate)) {
        const bool is_milter = std::ranges::any_of(
            milters, [&](const PostfixClient& milter) { return milter.place == client.place; });
        if (is_milter) {
            const auto action =
                setting(client, "default_action", "milter_default_action", "tempfail");
            if (action == "accept") {
                findings.ok("While the milter " + client.place + " is away, mail passes.");
            } else {
                findings.problem(
                    "While the milter " + client.place +
                        " is away, Postfix does not accept mail: the default action is " + action +
                        '.',
                    "In smtpd_milters: { " + client.place +
                        ", default_action=accept }, or milter_default_action = accept.");
            }
            continue;
        }
        const auto action = setting(client, "default_action", "smtpd_policy_service_default_action",
                                    "451 4.3.5 Server configuration problem");
        if (base::starts_with_no_case(action, "DUNNO")) {
            findings.ok("While " + client.place + " is away, mail passes.");
        } else {
            findings.problem("While " + client.place +
                                 " is away, Postfix answers every recipient: " + action + '.',
                             "Write check_policy_service { " + client.place +
                                 ", timeout=4s, default_action=DUNNO }");
        }
        const auto wait_text = setting(client, "timeout", "smtpd_policy_service_timeout", "100s");
        const auto wait = read_wait(wait_text);
        if (!wait || (*wait > gate.deadline && *wait <= timeout_max)) continue;
        const bool is_short = *wait <= gate.deadline;
        findings.warning(
            "Postfix waits " + wait_text + " for " + client.place +
                (is_short ? ", and the gate may take " + std::to_string(gate.deadline.count()) +
                                "s ([answer] deadline)."
                          : ", twice, before it goes on without an answer."),
            "Write check_policy_service { " + client.place + ", timeout=" +
                std::to_string(gate.deadline.count() + 2) + "s, default_action=DUNNO }");
    }
}

}  // namespace turnaway::cli
