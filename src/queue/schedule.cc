#include "queue/schedule.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace turnaway::queue {
namespace {

// Dead entries are removed when they outnumber the live ones by this number.
constexpr std::size_t dead_entries_slack = 1024;

std::uint32_t seconds_of(Schedule::Time time) {
    constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(time.time_since_epoch().count(), 0, most));
}

Schedule::Time time_of(std::uint32_t seconds) {
    return Schedule::Time(std::chrono::seconds(seconds));
}

// For the heap: the earliest job on top, and of equal ones the oldest message.
constexpr auto is_after = [](const auto& a, const auto& b) {
    return a.due != b.due ? a.due > b.due : a.id > b.id;
};

}  // namespace

ScheduleSettings ScheduleSettings::shared_by(unsigned relays) const {
    ScheduleSettings share = *this;
    share.concurrency_max = std::max<std::size_t>(concurrency_max / std::max(relays, 1U), 1);
    share.concurrency_start = std::min(concurrency_start, share.concurrency_max);
    return share;
}

// In exactly one of turns_ and asleep_, or in neither if it has no jobs or no free slot.
struct Schedule::Destination {
    std::string name;
    std::vector<Entry> heap = {};
    double places = 1;
    std::size_t active = 0;
    std::optional<Turns::iterator> turn = {};
    std::optional<std::uint32_t> asleep_until = {};
};

Schedule::Schedule(ScheduleSettings settings) {
    change(settings);
}

void Schedule::change(ScheduleSettings settings) {
    TURNAWAY_CHECK(settings.concurrency_start > 0 && settings.total_max > 0);
    TURNAWAY_CHECK(settings.concurrency_max >= settings.concurrency_start);
    settings_ = settings;
    const auto most = static_cast<double>(settings.concurrency_max);
    for (const auto& [name, destination] : destinations_) {
        destination->places = std::min(destination->places, most);
        // Without a free slot it leaves the turns until a slot is returned.
        if (destination->turn && destination->active >= places(*destination)) {
            unplace(destination.get());
        }
    }
}

Schedule::~Schedule() = default;

bool Schedule::is_live(const Entry& entry) const {
    const auto known = known_.find(entry.id);
    return known != known_.end() && known->second.serial == entry.serial;
}

void Schedule::add(QueueId id, std::string_view destination, Time due) {
    auto found = destinations_.find(destination);
    if (found == destinations_.end()) {
        auto made = std::make_unique<Destination>(Destination{.name = std::string(destination)});
        made->places = static_cast<double>(settings_.concurrency_start);
        const std::string_view name = made->name;
        found = destinations_.emplace(name, std::move(made)).first;
    }
    const auto known = known_.try_emplace(id, Known{.serial = serial_, .jobs = 0});
    if (known.second) ++serial_;
    ++known.first->second.jobs;
    ++jobs_;
    ++entries_;
    Destination* const to = found->second.get();
    to->heap.push_back({.id = id, .due = seconds_of(due), .serial = known.first->second.serial});
    std::ranges::push_heap(to->heap, is_after);
    // A destination that has a turn keeps it; next() checks which jobs are ready.
    if (!to->turn) settle(to, 0);
}

void Schedule::drop_dead(Destination* destination) {
    auto& heap = destination->heap;
    while (!heap.empty() && !is_live(heap.front())) {
        std::ranges::pop_heap(heap, is_after);
        heap.pop_back();
        --entries_;
    }
    if (heap.empty()) heap.shrink_to_fit();
}

QueueId Schedule::take_first(Destination* destination) {
    auto& heap = destination->heap;
    const QueueId id = heap.front().id;
    std::ranges::pop_heap(heap, is_after);
    heap.pop_back();
    --entries_;
    --jobs_;
    const auto known = known_.find(id);
    if (--known->second.jobs == 0) known_.erase(known);
    return id;
}

std::size_t Schedule::places(const Destination& destination) const {
    return static_cast<std::size_t>(destination.places);
}

void Schedule::unplace(Destination* destination) {
    if (destination->turn) turns_.erase(*destination->turn);
    if (destination->asleep_until) asleep_.erase({*destination->asleep_until, destination});
    destination->turn.reset();
    destination->asleep_until.reset();
}

// Moves the destination to turns_ (at the end, if it is ready) or asleep_; deletes it if it has
// neither jobs nor slots in use.
void Schedule::settle(Destination* destination, std::uint32_t now) {
    unplace(destination);
    drop_dead(destination);
    if (destination->heap.empty()) {
        if (destination->active == 0) destinations_.erase(destinations_.find(destination->name));
        return;
    }
    if (destination->active >= places(*destination)) return;
    const std::uint32_t due = destination->heap.front().due;
    if (due <= now) {
        destination->turn = turns_.insert(turns_.end(), destination);
    } else {
        destination->asleep_until = due;
        asleep_.emplace(due, destination);
    }
}

void Schedule::wake(std::uint32_t now) {
    while (!asleep_.empty() && asleep_.begin()->first <= now) {
        settle(asleep_.begin()->second, now);
    }
}

std::optional<Job> Schedule::next(Time now) {
    const std::uint32_t seconds = seconds_of(now);
    wake(seconds);
    if (active_ >= settings_.total_max) return std::nullopt;
    while (!turns_.empty()) {
        Destination* const destination = turns_.front();
        drop_dead(destination);
        if (destination->heap.empty() || destination->heap.front().due > seconds) {
            settle(destination, seconds);
            continue;
        }
        const QueueId id = take_first(destination);
        ++destination->active;
        ++active_;
        Job job{.id = id, .destination = destination->name};
        settle(destination, seconds);
        return job;
    }
    return std::nullopt;
}

// A destination with a slot in use.
Schedule::Destination* Schedule::active_at(std::string_view destination) {
    const auto found = destinations_.find(destination);
    TURNAWAY_CHECK(found != destinations_.end() && found->second->active > 0);
    return found->second.get();
}

std::optional<QueueId> Schedule::next_for(std::string_view destination, Time now) {
    Destination* const from = active_at(destination);
    const std::uint32_t seconds = seconds_of(now);
    drop_dead(from);
    std::optional<QueueId> id;
    if (!from->heap.empty() && from->heap.front().due <= seconds) id = take_first(from);
    if (!from->turn) settle(from, seconds);
    return id;
}

void Schedule::learn(Destination* of, Feedback feedback) const {
    if (feedback == Feedback::good) {
        const auto most = static_cast<double>(settings_.concurrency_max);
        of->places = std::min(of->places + 1 / of->places, most);
    } else if (feedback == Feedback::host_trouble) {
        of->places = std::max(of->places / 2, 1.0);
    }
}

void Schedule::learn(std::string_view destination, Feedback feedback) {
    Destination* const of = active_at(destination);
    learn(of, feedback);
    if (!of->turn || of->active >= places(*of)) settle(of, 0);
}

void Schedule::finished(std::string_view destination, Feedback feedback) {
    Destination* const of = active_at(destination);
    learn(of, feedback);
    --of->active;
    --active_;
    if (!of->turn || of->active >= places(*of)) settle(of, 0);
}

std::optional<Schedule::Time> Schedule::next_due() const {
    if (asleep_.empty()) return std::nullopt;
    return time_of(asleep_.begin()->first);
}

bool Schedule::remove(QueueId id) {
    const auto known = known_.find(id);
    if (known == known_.end()) return false;
    jobs_ -= known->second.jobs;
    known_.erase(known);
    if (entries_ > 2 * jobs_ + dead_entries_slack) sweep();
    return true;
}

void Schedule::sweep() {
    std::vector<Destination*> all;
    all.reserve(destinations_.size());
    for (const auto& [name, destination] : destinations_) all.push_back(destination.get());
    for (Destination* const destination : all) {
        auto& heap = destination->heap;
        entries_ -= std::erase_if(heap, [this](const Entry& entry) { return !is_live(entry); });
        heap.shrink_to_fit();
        std::ranges::make_heap(heap, is_after);
        if (!destination->turn || heap.empty()) settle(destination, 0);
    }
}

std::size_t Schedule::flush_one(Destination* destination, std::uint32_t due_max,
                                std::uint32_t now) {
    auto& heap = destination->heap;
    entries_ -= std::erase_if(heap, [this](const Entry& entry) { return !is_live(entry); });
    for (Entry& entry : heap) entry.due = std::min(entry.due, due_max);
    std::ranges::make_heap(heap, is_after);
    const std::size_t count = heap.size();
    if (!destination->turn || heap.empty()) settle(destination, now);
    return count;
}

std::size_t Schedule::flush(std::string_view destination, Time now) {
    const std::uint32_t seconds = seconds_of(now);
    if (!destination.empty()) {
        const auto found = destinations_.find(destination);
        return found == destinations_.end() ? 0 : flush_one(found->second.get(), seconds, seconds);
    }
    return flush_all(seconds, seconds);
}

std::size_t Schedule::flush_all(std::uint32_t due_max, std::uint32_t now) {
    std::vector<Destination*> all;
    all.reserve(destinations_.size());
    for (const auto& [name, each] : destinations_) all.push_back(each.get());
    std::size_t count = 0;
    for (Destination* const each : all) count += flush_one(each, due_max, now);
    return count;
}

void Schedule::bring_forward(Time most, Time now) {
    flush_all(seconds_of(most), seconds_of(now));
}

Schedule::Summary Schedule::summary_of(const Destination& destination, std::uint32_t now) const {
    Summary summary{.destination = destination.name,
                    .active = destination.active,
                    .places = places(destination)};
    for (const Entry& entry : destination.heap) {
        if (!is_live(entry)) continue;
        ++summary.jobs;
        if (entry.due <= now) ++summary.ready;
        const Time due = time_of(entry.due);
        if (!summary.first_due || due < *summary.first_due) summary.first_due = due;
    }
    return summary;
}

std::vector<Schedule::Summary> Schedule::summary(Time now, std::size_t most) const {
    std::vector<Summary> all;
    all.reserve(destinations_.size());
    for (const auto& [name, destination] : destinations_) {
        all.push_back(summary_of(*destination, seconds_of(now)));
    }
    const std::size_t count = std::min(most, all.size());
    const auto is_before = [](const Summary& a, const Summary& b) {
        return a.jobs != b.jobs ? a.jobs > b.jobs : a.destination < b.destination;
    };
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
    std::ranges::partial_sort(all, end, is_before);
    all.erase(end, all.end());
    return all;
}

}  // namespace turnaway::queue
