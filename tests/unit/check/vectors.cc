#include "unit/check/vectors.h"

#include <fstream>
#include <set>
#include <stdexcept>

#include "base/check.h"
#include "mail/address.h"
#include "source_folder.h"
#include "verdict/decide.h"
#include "verdict/host_memory.h"

namespace turnaway::check {
namespace {

// What a host of the vector says, through the real session.
ProbeResult play(const Vector& script) {
    constexpr Milliseconds now{7};
    if (script.is_string()) {
        const auto word = script.get<std::string>();
        if (word == "timeout") return {.end = ProbeEnd::not_reached, .problem = "timed out"};
        if (word == "refused") return {.end = ProbeEnd::not_reached, .problem = "refused"};
        if (word == "no-way") return {.end = ProbeEnd::no_way, .problem = "unreachable"};
        throw std::runtime_error("a vector's host does what no test knows: " + word);
    }
    HostProbe probe("client.example");
    for (const auto& line : script) {
        TURNAWAY_CHECK(probe.action() == HostProbe::Action::read);
        probe.received(line.get<std::string>() + "\r\n", now);
        if (probe.action() == HostProbe::Action::send) probe.sent();
    }
    TURNAWAY_CHECK(probe.is_decided());
    return probe.result();
}

Egress egress_of(const Vector& vector) {
    const std::string word = vector.value("egress", "unknown");
    const auto finding = word == "open"      ? Egress::Finding::open
                         : word == "blocked" ? Egress::Finding::blocked
                                             : Egress::Finding::unknown;
    return {.finding = finding, .words = "as the vector says"};
}

}  // namespace

std::vector<Vector> read_vectors() {
    std::ifstream file(source_folder() + "/data/check-vectors.json");
    return Vector::parse(file).get<std::vector<Vector>>();
}

std::string zone_of(const Vector& vector) {
    std::string zone;
    for (const auto& name : vector.value("secure", Vector::array())) {
        zone += "$SECURE " + name.get<std::string>() + '\n';
    }
    for (const auto& line : vector["zone"]) zone += line.get<std::string>() + '\n';
    for (const auto& failure : vector.value("failures", Vector::array())) {
        zone += failure["name"].get<std::string>() + ' ' + failure["failure"].get<std::string>() +
                ' ' + failure.value("type", "") + '\n';
    }
    return zone;
}

Subject subject_of(const Vector& vector) {
    auto subject = parse_subject(vector["input"].get<std::string>(), false);
    if (!subject) throw std::runtime_error(subject.error());
    return *std::move(subject);
}

CheckSettings settings_of(const Vector& vector) {
    return {.loopback_allowed = false,
            .private_refused = vector.value("private_refused", false),
            .connects = vector.value("connect", false),
            .asks_egress = vector.contains("egress")};
}

Assessment run_vector(const Vector& vector) {
    fake::ZoneResolver resolver(zone_of(vector));
    DomainCheck check(subject_of(vector), settings_of(vector), 1);
    Milliseconds now{0};
    while (!check.is_done()) {
        ++now;
        const auto questions = check.next_questions(now);
        const auto targets = check.next_probes();
        const bool asks_egress = check.wants_egress();
        TURNAWAY_CHECK(!questions.empty() || !targets.empty() || asks_egress);
        for (const auto& question : questions) {
            resolver.ask(question, [&](const auto& answer) {
                TURNAWAY_CHECK(check.take(question, answer, now));
            });
        }
        for (const auto& target : targets) {
            const auto result = play(vector["hosts"].at(target.address.text()));
            TURNAWAY_CHECK(check.take(target, result, now));
        }
        if (asks_egress) TURNAWAY_CHECK(check.take(egress_of(vector), now));
    }
    return check.assessment();
}

std::vector<std::string> notes_of(const Assessment& assessment) {
    std::set<std::string> notes;
    for (const auto& note : assessment.route.notes) notes.emplace(route::name(note.kind));
    if (assessment.mx_says_521) notes.emplace("mx-says-521");
    return {notes.begin(), notes.end()};
}

verdict::Answer answer_at_rcpt(const Vector& vector, const Assessment& assessment) {
    const auto settings = settings_of(vector);
    const route::RouteSettings route_settings{.our_names = {},
                                              .our_addresses = {},
                                              .loopback_allowed = settings.loopback_allowed,
                                              .private_refused = settings.private_refused};
    fake::ZoneResolver resolver(zone_of(vector));
    const std::string input = vector["input"];
    const bool is_root = input == ".";
    const auto recipient =
        mail::Address::parse(input.find('@') == std::string::npos
                                 ? "user@" + (is_root ? std::string("example.org") : input)
                                 : input)
            .value();
    const Subject subject = subject_of(vector);
    const route::Route route =
        subject.literal() != nullptr
            ? route::RouteQuery(*subject.literal(), route_settings).route()
            : fake::drive(route::RouteQuery(*subject.domain(), route_settings, 1), resolver);
    verdict::HostMemory memory({.age_max = std::chrono::hours(1)}, 100);
    const std::chrono::sys_seconds now{std::chrono::seconds(1'800'000'000)};
    for (const auto& probe : assessment.probes) {
        if (probe.result.end != ProbeEnd::refuses_521) continue;
        if (probe.result.scope != codes::RefusalScope::host) continue;
        memory.remember({probe.target.host->text(), {probe.target.address, 25}, "521", now});
    }
    const verdict::Policy policy{.dns_trouble = verdict::DnsTrouble::defer};
    return verdict::decide_recipient(policy, recipient, route, {.memory = memory, .now = now});
}

}  // namespace turnaway::check
