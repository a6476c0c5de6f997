// Schedule: chooses the next job of the queue. A job is one message for one destination.
//
// Fair: destinations with ready jobs and a free slot take turns, so one with 100,000 jobs does not
// delay the others. Each destination has its own slots: one more once each slot has delivered a
// message, half of them after trouble with its hosts. What was learned is dropped when it has
// neither jobs nor slots in use. In memory, rebuilt from the spool at start: 16 octets in a heap
// for each job and one small node for each message. Every operation is O(log n) amortised, except
// flush and summary, which are linear in what they cover. Due times are whole seconds until 2106. A
// job that was taken is no longer here; the caller adds it again for its next attempt.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "queue/queue_id.h"

namespace turnaway::queue {

struct Job {
    QueueId id;
    std::string destination;
    bool operator==(const Job&) const = default;
};

// The state of the connection, regardless of the reply to the message.
enum class Feedback : std::uint8_t { good, host_trouble, neutral };

struct ScheduleSettings {  // each at least 1
    std::size_t concurrency_start = base::limits::destination_places_start;
    std::size_t concurrency_max = base::limits::destination_places_max;  // per destination
    std::size_t total_max = base::limits::delivery_places_max;

    // For one of several relays with the same destinations: its share of the connections to each,
    // rounded down, at least one. `total_max` protects the relay and stays.
    ScheduleSettings shared_by(unsigned relays) const;
};

class Schedule {
  public:
    using Time = std::chrono::sys_seconds;

    struct Summary {
        std::string destination;
        std::size_t jobs = 0;
        std::size_t ready = 0;               // of jobs
        std::size_t active = 0;              // slots in use
        std::size_t places = 0;              // slots, as learned so far
        std::optional<Time> first_due = {};  // of jobs
    };

    explicit Schedule(ScheduleSettings settings);
    Schedule(const Schedule&) = delete;
    Schedule& operator=(const Schedule&) = delete;
    ~Schedule();

    // For future slots; slots in use are kept.
    void change(ScheduleSettings settings);
    // A job must not be added again before it was taken or removed.
    void add(QueueId id, std::string_view destination, Time due);
    // Takes the job and a slot; finished() returns the slot.
    std::optional<Job> next(Time now);
    // Another ready job on a slot in use. The caller limits how often, because others wait.
    std::optional<QueueId> next_for(std::string_view destination, Time now);
    void finished(std::string_view destination, Feedback feedback);
    // The result of a message whose slot goes on to the next one: slots grow with the number of
    // messages delivered, not with the connections that ended.
    void learn(std::string_view destination, Feedback feedback);
    // When the next waiting job becomes ready; perhaps too early, never too late. Nothing if all
    // waiting jobs are ready and only lack a slot.
    std::optional<Time> next_due() const;

    // All waiting jobs of the message; false if there were none.
    bool remove(QueueId id);
    // Makes the destination's jobs due now, or all jobs if empty; returns their number.
    std::size_t flush(std::string_view destination, Time now);
    // Limits all due times to `most`, after the clock was set back.
    void bring_forward(Time most, Time now);

    std::size_t jobs() const { return jobs_; }  // waiting jobs
    std::size_t destinations() const { return destinations_.size(); }
    std::size_t active() const { return active_; }
    // The destinations with the most jobs, most first.
    std::vector<Summary> summary(Time now, std::size_t most) const;

  private:
    // Removed jobs stay in the heap until they come up or become too many; `serial` distinguishes a
    // removed message from the same one added again.
    struct Entry {
        QueueId id;
        std::uint32_t due;
        std::uint32_t serial;
    };
    struct Known {
        std::uint32_t serial;
        std::uint32_t jobs;
    };
    struct Destination;
    using Turns = std::list<Destination*>;
    using Names = std::unordered_map<std::string_view, std::unique_ptr<Destination>>;

    bool is_live(const Entry& entry) const;
    void drop_dead(Destination* destination);
    QueueId take_first(Destination* destination);
    std::size_t places(const Destination& destination) const;
    Destination* active_at(std::string_view destination);
    void learn(Destination* of, Feedback feedback) const;
    void settle(Destination* destination, std::uint32_t now);
    void unplace(Destination* destination);
    void wake(std::uint32_t now);
    void sweep();
    std::size_t flush_one(Destination* destination, std::uint32_t due_max, std::uint32_t now);
    std::size_t flush_all(std::uint32_t due_max, std::uint32_t now);
    Summary summary_of(const Destination& destination, std::uint32_t now) const;

    ScheduleSettings settings_;
    Names destinations_;
    std::unordered_map<QueueId, Known> known_;  // messages with waiting jobs
    Turns turns_;                               // ready and with a free slot; the first is next
    std::set<std::pair<std::uint32_t, Destination*>> asleep_;  // by the due time of the first job
    std::uint32_t serial_ = 0;
    std::size_t jobs_ = 0;
    std::size_t entries_ = 0;  // jobs_ and dead entries
    std::size_t active_ = 0;
};

}  // namespace turnaway::queue
