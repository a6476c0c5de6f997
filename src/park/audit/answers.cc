#include "park/audit/answers.h"

#include <utility>

#include "base/check.h"
#include "route/route_query.h"

namespace turnaway::park {
namespace {

// No host is excluded as our own: an audit only observes.
const route::RouteSettings& settings() {
    static const route::RouteSettings none{};
    return none;
}

constexpr std::uint64_t shuffle_seed = 0;  // the order of hosts is irrelevant to an audit

}  // namespace

const route::DnsAnswer* Answers::look(const route::DnsQuestion& question) {
    const auto found = known_.find(question);
    if (found != known_.end()) return found->second ? &*found->second : nullptr;
    if (known_.size() >= questions_max) {
        has_asked_too_much_ = true;
        return nullptr;
    }
    known_.emplace(question, std::nullopt);
    open_.push_back(question);
    return nullptr;
}

const route::DnsAnswer* Answers::find(const mail::Domain& name, route::DnsType type) {
    const route::DnsAnswer* answer = look({name, type});
    return answer != nullptr && answer->outcome != route::DnsOutcome::failed ? answer : nullptr;
}

std::optional<route::Route> Answers::route(const mail::Domain& destination) {
    route::RouteQuery query(destination, settings(), shuffle_seed);
    while (!query.is_done()) {
        bool has_all = true;
        for (const auto& question : query.next_questions()) {
            const route::DnsAnswer* answer = look(question);
            if (answer != nullptr) {
                query.take(question, *answer);
            } else {
                has_all = false;
            }
        }
        if (!has_all) return std::nullopt;
    }
    return query.route();
}

std::vector<route::DnsQuestion> Answers::take_open() {
    return std::exchange(open_, {});
}

void Answers::take(const route::DnsQuestion& question, route::DnsAnswer answer) {
    const auto found = known_.find(question);
    TURNAWAY_CHECK(found != known_.end());
    found->second = std::move(answer);
}

std::vector<std::pair<route::DnsQuestion, route::DnsFailure>> Answers::failed() const {
    std::vector<std::pair<route::DnsQuestion, route::DnsFailure>> failed;
    for (const auto& [question, answer] : known_) {
        if (answer && answer->outcome == route::DnsOutcome::failed) {
            failed.emplace_back(question, answer->failure);
        }
    }
    return failed;
}

}  // namespace turnaway::park
