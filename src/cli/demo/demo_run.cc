#include "cli/demo/demo_run.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "cli/demo/demo_environment.h"
#include "codes/constants.h"

namespace turnaway::cli {
namespace {

using namespace std::chrono_literals;

// How long it must be silent before the dialogues of a case count as finished: the relay sends QUIT
// a little after the message was accepted.
constexpr auto quiet = 50ms;

bool is_of_domain(std::string_view address, std::string_view domain) {
    const auto at = address.rfind('@');
    return at != std::string_view::npos && address.substr(at + 1) == domain;
}

DemoMessage message_for(const DemoCase& demo_case) {
    return {.sender = std::string(demo_sender),
            .recipient = "bob@" + std::string(demo_case.domain),
            .subject = "Lunch on Friday?",
            .text = "Hello Bob, shall we meet at noon?"};
}

}  // namespace

double milliseconds_between(Steady::time_point begin, Steady::time_point end) {
    return std::chrono::duration<double, std::milli>(end - begin).count();
}

std::optional<double> CaseResult::milliseconds() const {
    if (!ended) return std::nullopt;
    return milliseconds_between(begin, *ended);
}

const CaseResult& DemoRun::run(const DemoCase& demo_case) {
    results_.push_back(
        std::make_unique<CaseResult>(CaseResult{.demo_case = &demo_case, .begin = Steady::now()}));
    CaseResult& result = *results_.back();
    const auto handed = hand_over_message(result);
    if (!handed) {
        result.fault = handed.error().message;
        return result;
    }
    result.reply = handed->reply;
    result.facts.reply = handed->reply.code;
    result.facts.reply_enhanced = handed->reply.enhanced;
    if (!handed->is_accepted) result.ended = handed->answered;
    collect_until_over(result);
    result.fault = fault_of(demo_case, result.facts);
    return result;
}

// In its own thread, so that the journal is emptied meanwhile.
base::Result<Handed> DemoRun::hand_over_message(CaseResult& result) {
    base::Result<Handed> handed = base::fail(base::Fault::software, "nothing was sent");
    std::stop_source is_over;
    const std::jthread sender([&] {
        handed = hand_over(message_for(*result.demo_case), server_, journal_,
                           result.begin + case_wait_max, stop_);
        is_over.request_stop();
    });
    const auto token = is_over.get_token();
    while (!token.stop_requested()) {
        take(result, journal_.take(Steady::now() + 1s, token));
    }
    return handed;
}

void DemoRun::collect_until_over(CaseResult& result) {
    const auto until = result.begin + case_wait_max;
    while (!result.ended && !stop_.stop_requested() && Steady::now() < until) {
        take(result, journal_.take(until, stop_));
    }
    for (News news = journal_.take(Steady::now() + quiet, stop_); !news.is_empty();
         news = journal_.take(Steady::now() + quiet, stop_)) {
        take(result, std::move(news));
    }
}

void DemoRun::take(CaseResult& result, News news) {
    for (auto& line : news.lines) {
        if (!line.is_client && DemoEnvironment::is_refusing_host(line.dialogue->server) &&
            line.text.starts_with(codes::host_takes_no_mail.text())) {
            result.facts.has_met_refusing_host = true;
        }
        result.lines.push_back(std::move(line));
    }
    for (const auto& arrival : news.arrivals) take_arrival(arrival);
}

// Adds it to the case with its domain, which may be an earlier one.
void DemoRun::take_arrival(const Arrival& arrival) {
    const auto report = arrival.reverse_path.empty() ? read_report(arrival.content) : std::nullopt;
    for (const auto& result : results_) {
        const auto domain = result->demo_case->domain;
        if (report && is_of_domain(report->recipient, domain)) {
            result->facts.reports.push_back(*report);
        } else if (!report && std::ranges::any_of(arrival.recipients, [&](const auto& each) {
                       return is_of_domain(each, domain);
                   })) {
            result->facts.is_delivered = true;
        } else {
            continue;
        }
        if (!result->ended) result->ended = arrival.at;
    }
}

std::optional<std::string> DemoRun::judge_again() {
    if (results_.empty()) return std::nullopt;
    for (News news = journal_.take(Steady::now(), stop_); !news.is_empty();
         news = journal_.take(Steady::now(), stop_)) {
        take(*results_.back(), std::move(news));
    }
    for (const auto& result : results_) {
        if (result->fault) continue;
        if (const auto fault = fault_of(*result->demo_case, result->facts)) {
            return std::string(result->demo_case->name) + " afterwards: " + *fault;
        }
    }
    return std::nullopt;
}

}  // namespace turnaway::cli
