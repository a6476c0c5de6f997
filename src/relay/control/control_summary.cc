#include "relay/control/control_summary.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "relay/control/control_json.h"

namespace turnaway::relay {
namespace {

Json time_json(const std::optional<std::chrono::sys_seconds>& time) {
    return time ? Json(time_text(*time)) : Json();
}

void keep_earlier(std::chrono::sys_seconds time, std::optional<std::chrono::sys_seconds>* kept) {
    if (!*kept || time < **kept) *kept = time;
}

std::string destination_line(const std::string& destination, const DestinationSummary& summary) {
    Json json;
    json["type"] = "destination";
    json["destination"] = destination;
    json["messages"] = summary.messages;
    json["held"] = summary.held;
    json["unreportable"] = summary.unreportable;
    json["jobs"] = summary.jobs;
    json["ready"] = summary.ready;
    json["active"] = summary.active;
    json["places"] = summary.places;
    json["oldest"] = time_json(summary.oldest);
    json["next"] = time_json(summary.next);
    json["failure"] = summary.failure ? attempt_json(*summary.failure) : Json();
    return line_of(json);
}

}  // namespace

DestinationSummary* QueueSummary::of(std::string_view destination) {
    const auto at = destinations_.find(destination);
    if (at != destinations_.end()) return &at->second;
    if (destinations_.size() >= destinations_max_) return nullptr;
    return &destinations_.emplace(destination, DestinationSummary{}).first->second;
}

void QueueSummary::add(const queue::Message& message) {
    ++messages_;
    if (message.is_held) ++held_;
    bytes_ += message.content_bytes;
    keep_earlier(message.arrival, &oldest_);
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < message.states.size(); ++i) {
        const auto& state = message.states[i];
        if (state.progress == queue::Progress::done) continue;
        const bool is_unreportable = state.progress == queue::Progress::unreportable;
        ++(is_unreportable ? unreportable_ : recipients_);
        const std::string_view destination = message.envelope.recipients[i].address.host_text();
        DestinationSummary* const summary = of(destination);
        if (summary == nullptr) continue;
        if (is_unreportable) ++summary->unreportable;
        if (!state.attempts.empty()) {
            const auto& last = state.attempts.back();
            if (!summary->failure || summary->failure->time < last.time) summary->failure = last;
        }
        if (!seen.insert(destination).second) continue;
        ++summary->messages;
        if (message.is_held) ++summary->held;
        keep_earlier(message.arrival, &summary->oldest);
    }
}

void QueueSummary::add(const queue::Schedule::Summary& scheduled) {
    // All waiting messages were deleted.
    if (scheduled.jobs == 0 && scheduled.active == 0) return;
    DestinationSummary* const summary = of(scheduled.destination);
    if (summary == nullptr) return;
    summary->jobs += scheduled.jobs;
    summary->ready += scheduled.ready;
    summary->active += scheduled.active;
    summary->places += scheduled.places;
    if (scheduled.first_due) keep_earlier(*scheduled.first_due, &summary->next);
}

std::vector<std::string> QueueSummary::lines(std::size_t lines_max,
                                             std::uint64_t refusing_hosts) const {
    using Row = std::pair<const std::string, DestinationSummary>;
    std::vector<const Row*> rows;
    rows.reserve(destinations_.size());
    for (const auto& row : destinations_) rows.push_back(&row);
    std::ranges::sort(rows, [](const Row* a, const Row* b) {
        return a->second.messages != b->second.messages ? a->second.messages > b->second.messages
                                                        : a->first < b->first;
    });
    rows.resize(std::min(rows.size(), lines_max));
    std::vector<std::string> lines;
    lines.reserve(rows.size() + 1);
    for (const Row* row : rows) lines.push_back(destination_line(row->first, row->second));
    Json totals;
    totals["type"] = "totals";
    totals["messages"] = messages_;
    totals["recipients"] = recipients_;
    totals["held"] = held_;
    totals["unreportable"] = unreportable_;
    totals["corrupt"] = corrupt_;
    totals["bytes"] = bytes_;
    totals["oldest"] = time_json(oldest_);
    totals["destinations"] = destinations_.size();
    totals["refusing_hosts"] = refusing_hosts;
    lines.push_back(line_of(totals));
    return lines;
}

}  // namespace turnaway::relay
