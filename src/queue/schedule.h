// Schedule: which job of the queue goes next. A job is one message for one destination.
//
// Fair: destinations with ready jobs and a free place take turns, so one with 100,000 jobs delays
// no other. Each destination has places of its own, one more when each of them has delivered a
// message, half as many after trouble with its hosts; what was learned is forgotten when it has
// neither jobs nor places taken. In memory, made anew from the spool at start: 16 octets in a heap
// for each job and one small node for each message. Nothing costs more than O(log n) amortised but
// flush and summary, which walk over what they are about. Due times are kept in whole seconds until
// 2106. A job that was taken is no longer here; the caller adds it again for its next try.
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

// How the connection went, apart from what was said about the message.
enum class Feedback : std::uint8_t { good, host_trouble, neutral };

struct ScheduleSettings {  // each at least 1
    std::size_t concurrency_start = base::limits::destination_places_start;
    std::size_t concurrency_max = base::limits::destination_places_max;  // per destination
    std::size_t total_max = base::limits::delivery_places_max;
};

class Schedule {
  public:
    using Time = std::chrono::sys_seconds;

    struct Summary {
        std::string destination;
        std::size_t jobs = 0;
        std::size_t ready = 0;               // of jobs
        std::size_t active = 0;              // places taken
        std::size_t places = 0;              // as learned so far
        std::optional<Time> first_due = {};  // of jobs
    };

    explicit Schedule(ScheduleSettings settings);
    Schedule(const Schedule&) = delete;
    Schedule& operator=(const Schedule&) = delete;
    ~Schedule();

    // For places from now on; those that are taken stay taken.
    void change(ScheduleSettings settings);
    // The same job is not added twice before it was taken or removed.
    void add(QueueId id, std::string_view destination, Time due);
    // Takes the job and a place; the place is given back by finished().
    std::optional<Job> next(Time now);
    // Another ready job on a place already held. How often is the caller's to bound: others wait.
    std::optional<QueueId> next_for(std::string_view destination, Time now);
    void finished(std::string_view destination, Feedback feedback);
    // What a message came to whose place goes on to the next one: places grow with the messages
    // delivered, not with the connections that ended.
    void learn(std::string_view destination, Feedback feedback);
    // When something not ready yet becomes ready; perhaps too early, never too late. Nothing while
    // all that waits is ready and lacks a place only.
    std::optional<Time> next_due() const;

    // All waiting jobs of the message; false when there were none.
    bool remove(QueueId id);
    // Makes the destination's jobs due now, or those of all when empty; says how many there are.
    std::size_t flush(std::string_view destination, Time now);
    // Nothing is due later than this: after a clock that was set back.
    void bring_forward(Time most, Time now);

    std::size_t jobs() const { return jobs_; }  // waiting ones
    std::size_t destinations() const { return destinations_.size(); }
    std::size_t active() const { return active_; }
    // The destinations with the most jobs, most first.
    std::vector<Summary> summary(Time now, std::size_t most) const;

  private:
    // Removed jobs stay in the heap until they come up or there are too many of them; `serial`
    // tells a removed message from the same one added again.
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
    Turns turns_;                               // ready and with a free place; the first is next
    std::set<std::pair<std::uint32_t, Destination*>> asleep_;  // by when the first job is due
    std::uint32_t serial_ = 0;
    std::size_t jobs_ = 0;
    std::size_t entries_ = 0;  // jobs_ and the dead ones
    std::size_t active_ = 0;
};

}  // namespace turnaway::queue
