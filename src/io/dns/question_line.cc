#include "io/dns/question_line.h"

#include <algorithm>

#include "base/check.h"

namespace turnaway::io {

namespace {

constexpr std::size_t zone_share = 4;
// `co.uk`, `com.au`, `ac.jp`: a country, and below it the kinds of domains.
constexpr std::size_t country_bytes = 2;
constexpr std::size_t kind_bytes_max = 3;

}  // namespace

std::string_view zone_guess(const mail::Domain& name) {
    const std::string_view text = name.text();
    const auto last = text.rfind('.');
    if (last == std::string_view::npos || last == 0) return text;
    const auto second = text.rfind('.', last - 1);
    if (second == std::string_view::npos || second == 0) return text;
    const bool is_suffix_of_two =
        text.size() - last - 1 == country_bytes && last - second - 1 <= kind_bytes_max;
    if (!is_suffix_of_two) return text.substr(second + 1);
    const auto third = text.rfind('.', second - 1);
    return third == std::string_view::npos ? text : text.substr(third + 1);
}

QuestionLine::QuestionLine(std::size_t places)
    : places_(places), places_of_zone_(std::max<std::size_t>(places / zone_share, 1)) {
    TURNAWAY_CHECK(places > 0);
}

bool QuestionLine::enter(std::string_view zone, Question question) {
    const auto [at, is_new] = zones_.try_emplace(std::string(zone));
    Zone& of = at->second;
    if (taken_ < places_ && of.taken < places_of_zone_) {
        ++taken_;
        ++of.taken;
        return true;
    }
    of.waiting.push_back(question);
    take_turn(at->first, of);
    return false;
}

QuestionLine::Question QuestionLine::leave(std::string_view zone) {
    const auto left = zones_.find(std::string(zone));
    TURNAWAY_CHECK(left != zones_.end() && left->second.taken > 0 && taken_ > 0);
    --taken_;
    --left->second.taken;
    take_turn(left->first, left->second);
    forget_if_empty(left->first);
    while (!turns_.empty()) {
        const std::string name = std::move(turns_.front());
        turns_.pop_front();
        const auto at = zones_.find(name);
        if (at == zones_.end()) continue;
        Zone& next = at->second;
        next.has_turn = false;
        if (!may_go(next)) {
            forget_if_empty(name);
            continue;
        }
        Question question = next.waiting.front();
        next.waiting.pop_front();
        ++next.taken;
        ++taken_;
        take_turn(name, next);
        return question;
    }
    return nullptr;
}

void QuestionLine::withdraw(std::string_view zone, Question question) {
    const auto of = zones_.find(std::string(zone));
    TURNAWAY_CHECK(of != zones_.end());
    // Those that waited longest time out first, so this is near the front.
    const auto at = std::ranges::find(of->second.waiting, question);
    TURNAWAY_CHECK(at != of->second.waiting.end());
    of->second.waiting.erase(at);
    forget_if_empty(of->first);
}

void QuestionLine::take_turn(const std::string& name, Zone& zone) {
    if (zone.has_turn || !may_go(zone)) return;
    zone.has_turn = true;
    turns_.push_back(name);
}

// A zone that still has a turn is removed when the turn comes.
void QuestionLine::forget_if_empty(const std::string& name) {
    const auto at = zones_.find(name);
    if (at == zones_.end() || at->second.has_turn) return;
    if (at->second.taken == 0 && at->second.waiting.empty()) zones_.erase(at);
}

}  // namespace turnaway::io
