// Invariants of routing, for any answers in any order (the first bytes are the settings, the seed
// and when to give up; each answer is made from the bytes that follow):
// - the query ends after at most two rounds and 1 + 2 * route_mx_max questions, each asked once;
// - a route has hosts and no refusal, or a refusal and no hosts; `later` alone is temporary;
// - when every answer is a failure, or giving up comes first, the route is `later`;
// - each host has at least one address and no more than allowed, none of them ours, unspecified or
//   (unless allowed) loopback; hosts come by preference and are better than ourselves;
// - notes are sorted and each once, the age is within its bound;
// - the same answers in the opposite order give the same route.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/check.h"
#include "base/limits.h"
#include "fuzz/input.h"
#include "route/route_query.h"

namespace {

using namespace turnaway::route;
namespace limits = turnaway::base::limits;
using turnaway::mail::Domain;

constexpr std::string_view exchanges[] = {
    ".",          "a.example", "b.example", "c.example", "us.example", "example.org",
    "192.0.2.1.", "::1",       "a b",       "",          "A.EXAMPLE.", "-x.example"};
constexpr std::string_view addresses[] = {
    "192.0.2.1", "192.0.2.2", "2001:db8::1",      "127.0.0.1",           "::1",         "0.0.0.0",
    "::",        "192.0.2.9", "::ffff:127.0.0.1", "::ffff:203.0.113.25", "203.0.113.25"};

// Every domain that can be asked about is one of a few, but for the many of `many_mx`.
DnsAnswer make_answer(turnaway::fuzz::Input& input, DnsType type) {
    DnsAnswer answer;
    const std::uint8_t shape = input.byte();
    answer.outcome = static_cast<DnsOutcome>(shape & 3);
    answer.is_secure = (shape & 4) != 0;
    answer.failure = static_cast<DnsFailure>(input.byte() & 3);
    answer.ttl_seconds = input.byte() * 1009U;
    if ((shape & 8) != 0)
        answer.canonical_name =
            Domain::parse((shape & 16) != 0 ? "us.example" : "z.example").value();
    const std::size_t count = (shape >> 5) == 7 ? input.byte() : shape >> 5;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint8_t pick = input.byte();
        const std::string many = "m" + std::to_string(i) + ".example";
        const bool is_made = (shape >> 5) == 7;
        if (type == DnsType::mx) {
            const std::string_view text = is_made ? many : exchanges[pick % std::size(exchanges)];
            answer.mx.push_back({static_cast<std::uint16_t>(pick / 16), parse_exchange(text)});
        } else if (is_made) {
            answer.addresses.emplace_back(
                turnaway::mail::Ipv4Bytes{198, 51, 100, static_cast<std::uint8_t>(i)});
        } else {
            answer.addresses.push_back(*IpAddress::parse(addresses[pick % std::size(addresses)]));
        }
    }
    return answer;
}

struct Run {
    RouteQuery query;
    std::map<DnsQuestion, DnsAnswer> answers = {};
    bool was_given_up = false;
};

// Gives up before the answer number `answers_max`.
Run run(turnaway::fuzz::Input& input, const RouteSettings& settings, std::uint64_t seed,
        std::size_t answers_max) {
    Run run{.query = RouteQuery(Domain::parse("example.org").value(), settings, seed)};
    std::size_t rounds = 0;
    while (!run.query.is_done()) {
        const auto questions = run.query.next_questions();
        TURNAWAY_CHECK(!questions.empty() && ++rounds <= 2);
        for (const DnsQuestion& question : questions) {
            if (run.answers.size() == answers_max) {
                run.was_given_up = true;
                run.query.give_up();
                return run;
            }
            DnsAnswer answer = make_answer(input, question.type);
            TURNAWAY_CHECK(run.answers.emplace(question, answer).second);
            TURNAWAY_CHECK(run.query.take(question, answer));
            TURNAWAY_CHECK(!run.query.take(question, answer));
        }
    }
    return run;
}

Route run_backwards(const std::map<DnsQuestion, DnsAnswer>& answers, const RouteSettings& settings,
                    std::uint64_t seed) {
    RouteQuery query(Domain::parse("example.org").value(), settings, seed);
    while (!query.is_done()) {
        auto questions = query.next_questions();
        std::ranges::reverse(questions);
        for (const DnsQuestion& question : questions) {
            DnsAnswer answer = answers.at(question);
            std::ranges::reverse(answer.mx);
            TURNAWAY_CHECK(query.take(question, answer));
        }
    }
    return query.route();
}

void check_hosts(const Route& route, const RouteSettings& settings) {
    TURNAWAY_CHECK(route.hosts.empty() == (route.kind != RouteKind::hosts));
    TURNAWAY_CHECK(std::ranges::is_sorted(route.hosts, {}, &MailHost::preference));
    TURNAWAY_CHECK(route.hosts.size() <= limits::route_mx_max);
    for (const MailHost& host : route.hosts) {
        TURNAWAY_CHECK(host.name && !settings.is_ours(*host.name));
        TURNAWAY_CHECK(!host.name->is_root());
        TURNAWAY_CHECK(!host.addresses.empty());
        TURNAWAY_CHECK(host.addresses.size() <= limits::host_addresses_max);
        const std::set<IpAddress> once(host.addresses.begin(), host.addresses.end());
        TURNAWAY_CHECK(once.size() == host.addresses.size());
        for (const IpAddress& address : host.addresses) {
            TURNAWAY_CHECK(!settings.is_ours(address) && settings.is_dialable(address));
        }
    }
}

void check_refusal(const Route& route) {
    const auto refusal = refusal_for(route.kind);
    TURNAWAY_CHECK(refusal.has_value() == (route.kind != RouteKind::hosts));
    if (!refusal) return;
    TURNAWAY_CHECK(refusal->status.agrees_with(refusal->reply));
    TURNAWAY_CHECK(refusal->reply.is_temporary() == (route.kind == RouteKind::later));
    TURNAWAY_CHECK(!route.is_worth_asking_again || refusal->reply.is_permanent());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    turnaway::fuzz::Input input(data, size);
    const RouteSettings settings{.our_names = {Domain::parse("us.example").value()},
                                 .our_addresses = {*IpAddress::parse("203.0.113.25")},
                                 .loopback_allowed = (input.byte() & 1) != 0};
    const std::uint64_t seed = input.byte();
    const std::size_t answers_max = input.byte();

    const Run forwards = run(input, settings, seed, answers_max);
    const Route& route = forwards.query.route();
    TURNAWAY_CHECK(forwards.answers.size() <= 1 + 2 * limits::route_mx_max);
    check_hosts(route, settings);
    check_refusal(route);
    TURNAWAY_CHECK(route.ttl >= std::chrono::seconds(0) && route.ttl <= limits::route_age_max);
    TURNAWAY_CHECK(std::ranges::is_sorted(route.notes));
    TURNAWAY_CHECK(std::ranges::adjacent_find(route.notes) == route.notes.end());
    const bool all_failed = std::ranges::all_of(forwards.answers, [](const auto& pair) {
        return pair.second.outcome == DnsOutcome::failed;
    });
    if (all_failed) TURNAWAY_CHECK(route.kind == RouteKind::later);
    if (!forwards.was_given_up) {
        TURNAWAY_CHECK(run_backwards(forwards.answers, settings, seed) == route);
    }
    return 0;
}
