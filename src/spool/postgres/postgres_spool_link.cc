// Part of PostgresSpool: its connection, its lease, and what it does between the batches.
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "spool/postgres/parameters.h"
#include "spool/postgres/postgres_spool.h"
#include "spool/postgres/refusal.h"
#include "spool/postgres/takeover.h"

namespace turnaway::spool::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto reconnect_pause = 500ms;

base::Error fenced_error(const std::string& name) {
    return {base::Fault::unavailable,
            "another relay has taken over the messages of " + name +
                ", whose lease had run out: this one stops and can be started again"};
}

}  // namespace

bool PostgresSpool::is_ready() {
    if (!connection_->is_over()) return Steady::now() >= next_try_;
    if (Steady::now() < next_try_) return false;
    if (reconnect()) return true;
    next_try_ = Steady::now() + reconnect_pause;
    return false;
}

// The epoch is raised before anything is looked up: until then the old transaction may still be
// committed.
bool PostgresSpool::reconnect() {
    auto opened = Connection::open(settings_.url, settings_.lease / 2);
    if (!opened) {
        lose(opened.error().message);
        return false;
    }
    connection_ = *std::move(opened);
    const auto asked = BootClock::now();
    std::string words;
    switch (node_.raise(*connection_, cluster_->deliveries(), &words)) {
        case Node::Answer::mine:
            break;
        case Node::Answer::fenced:
            fail_for_good(fenced_error(node_.name()));
            return false;
        case Node::Answer::trouble:
            lose(words);
            return false;
    }
    extend_lease(asked);
    // The leases of all ran out while the database was away: who lives renews it first.
    next_inherit_ = Steady::now() + settings_.lease;
    if (!resolve()) return false;
    if (has_trouble_.exchange(false)) warn("the database of the spool answers again");
    return true;
}

// Whether the transaction of before was committed, now that it can no longer change.
bool PostgresSpool::resolve() {
    if (!doubt_) return true;
    if (!doubt_->taken.empty()) {
        const auto ids = std::move(doubt_->taken);
        doubt_.reset();
        hand_over(ids);
        return !connection_->is_over();
    }
    bool is_committed = false;
    if (doubt_->witness != queue::QueueId()) {
        const auto asked = connection_->ask(
            {.name = "present",
             .values = {number(static_cast<std::int64_t>(doubt_->witness.value()))},
             .on_row = [&is_committed](const Row&) { is_committed = true; }});
        if (asked.kind != Ending::Kind::done) {
            lose(asked.words);
            return false;
        }
    }
    auto doubt = *std::exchange(doubt_, {});
    if (!is_committed) {
        put_back(std::move(doubt.jobs));
        return true;
    }
    if (!doubt.withdrawn.empty()) {
        pending_.push_front({.what = Change{.add = {}, .update = {}, .remove = doubt.withdrawn},
                             .done = [](const base::Result<void>&) {}});
    }
    const auto count = doubt.jobs.size();
    if (settings_.on_commit && count > 0) settings_.on_commit(count);
    end_committed(std::move(doubt.jobs));
    return true;
}

// One step of each, so that jobs never wait long.
void PostgresSpool::tend() {
    if (!connection_->is_over() && Steady::now() >= next_look_) look();
    if (connection_->is_over() || (Steady::now() < next_beat_ && !has_more_to_do_)) return;
    has_more_to_do_ = false;
    if (Steady::now() >= next_beat_) {
        next_beat_ = Steady::now() + settings_.beat;
        beat();
    }
    if (has_failed_ || connection_->is_over()) return;
    if (cluster_->is_leaving() && pending_.empty()) return leave();
    if (gained_ && !cluster_->is_draining() && Steady::now() >= next_inherit_) inherit();
    if (has_failed_ || connection_->is_over()) return;
    if (aging_.step(*connection_, node_, turn())) has_more_to_do_ = true;
}

void PostgresSpool::beat() {
    const auto asked = BootClock::now();
    std::string words;
    switch (node_.beat(*connection_, cluster_->deliveries(), &words)) {
        case Node::Answer::mine:
            extend_lease(asked);
            cluster_->set_draining(node_.is_draining());
            if (pending_.empty()) has_trouble_ = false;
            return;
        case Node::Answer::fenced:
            fail_for_good(fenced_error(node_.name()));
            return;
        case Node::Answer::trouble:
            lose(words);
            return;
    }
}

// At most for a quarter of the time, however slow the database is.
void PostgresSpool::look() {
    const auto asked = Steady::now();
    auto news = peers_.look(*connection_, node_, heard_ != nullptr);
    const auto answered = Steady::now();
    next_look_ = answered + std::max<Steady::duration>(settings_.look, 3 * (answered - asked));
    if (!news) {
        if (connection_->is_over()) lose(news.error().message);
        return;
    }
    if (!news->is_empty() && heard_) heard_(*std::move(news));
    if (nodes_.exchange(peers_.alive()) != peers_.alive() && counted_) counted_();
}

void PostgresSpool::inherit() {
    auto step = Takeover::step(*connection_, node_, peers_);
    if (step.kind == Ending::Kind::unclear && !step.ids.empty()) {
        doubt_ = Doubt{.since = Steady::now(), .taken = std::move(step.ids)};
        return;
    }
    if (step.kind != Ending::Kind::done || step.ids.empty()) return;
    has_more_to_do_ = true;
    hand_over(step.ids);
}

// If they cannot be read now, they are ours without our knowing: asked again after the reconnect.
void PostgresSpool::hand_over(const std::vector<queue::QueueId>& ids) {
    auto owned = Takeover::owned(*connection_, node_, ids);
    if (!owned) {
        lose(owned.error().message);
        doubt_ = Doubt{.since = Steady::now(), .taken = ids};
        return;
    }
    if (gained_ && !(owned->messages.empty() && owned->damaged.empty())) {
        gained_(*std::move(owned));
    }
}

// As at the end: whatever lives takes the messages in its batches.
void PostgresSpool::leave() {
    has_left_ = node_.leave(*connection_);
    if (!has_left_) return lose("the database of the spool was lost");
    connection_->end();
    has_more_to_do_ = false;
    warn(
        "the messages were given to the other relays, as `turnaway queue drain` asked: this relay "
        "takes mail again after a restart");
}

void PostgresSpool::lose(const std::string& words) {
    connection_->end();
    lacks_space_ = false;
    trouble_ = words;
    if (!has_trouble_.exchange(true)) {
        warn(words + ": new mail gets a 451 and no delivery starts until the database answers");
    }
}

// By our clock and with a margin, because the database counts from when it heard of us.
void PostgresSpool::extend_lease(BootClock::time_point asked) {
    lease_end_ = (asked + settings_.lease * 4 / 5).time_since_epoch().count();
}

}  // namespace turnaway::spool::postgres
