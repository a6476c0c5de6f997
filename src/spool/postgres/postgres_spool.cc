#include "spool/postgres/postgres_spool.h"

#include <algorithm>
#include <utility>

#include "spool/postgres/parameters.h"
#include "spool/postgres/reading.h"
#include "spool/postgres/slices.h"

namespace turnaway::spool::postgres {
namespace {

using namespace std::chrono_literals;

// How long changes that no client waits for are delayed, so that others share the commit.
constexpr auto group_commit_delay = 5ms;
// How long one that a client waits for is delayed while others are on their way: a quarter of what
// a commit took last, because more of them are more expensive than the wait.
constexpr auto company_wait_min = 1ms;
constexpr auto company_wait_max = 5ms;
constexpr auto retry_pause = 200ms;
constexpr auto ending_wait_max = 5s;
constexpr auto ending_pause = 10ms;

}  // namespace

base::Result<std::unique_ptr<PostgresSpool>> PostgresSpool::open(PostgresSettings settings) {
    // Sent before the lease can have run out, or not at all.
    auto connection = Connection::open(settings.url, settings.lease / 2);
    if (!connection) return std::unexpected(std::move(connection.error()));
    auto folder = ContentFolder::open(settings.temporary, settings.free_bytes_min);
    if (!folder) return std::unexpected(std::move(folder.error()));
    if (const auto swept = (*folder)->sweep({}); !swept) return std::unexpected(swept.error());
    Node node(settings.node, settings.version, settings.lease);
    const auto give_up_at = Steady::now() + settings.enter_wait;
    auto asked = BootClock::now();
    auto entered = node.enter(**connection);
    while (!entered && Steady::now() < give_up_at) {
        std::this_thread::sleep_for(retry_pause);
        // It may have entered before the connection was lost: it knows itself by its holder.
        if ((*connection)->is_over()) {
            auto again = Connection::open(settings.url, settings.lease / 2);
            if (!again) continue;
            connection = std::move(again);
        }
        asked = BootClock::now();
        entered = node.enter(**connection);
    }
    if (!entered) return std::unexpected(std::move(entered.error()));
    auto opened = std::unique_ptr<PostgresSpool>(new PostgresSpool(
        std::move(settings), *std::move(connection), *std::move(folder), std::move(node)));
    opened->extend_lease(asked);
    opened->look();
    if (opened->connection_->is_over()) {
        return base::fail(base::Fault::unavailable, std::move(opened->trouble_));
    }
    opened->thread_ = std::thread([spool = opened.get()] { spool->work(); });
    return opened;
}

PostgresSpool::PostgresSpool(PostgresSettings settings, std::unique_ptr<Connection> connection,
                             std::shared_ptr<ContentFolder> folder, Node node)
    : settings_(std::move(settings)),
      folder_(std::move(folder)),
      connection_(std::move(connection)),
      node_(std::move(node)),
      peers_(settings_.now),
      cluster_(std::make_unique<PostgresCluster>(
          PostgresCluster::Settings{.url = settings_.url, .name = node_.name(), .id = node_.id()},
          folder_)) {}

PostgresSpool::~PostgresSpool() {
    line_.end();
    if (thread_.joinable()) thread_.join();
}

std::unique_ptr<ContentSink> PostgresSpool::new_content(std::string_view client) {
    return make_content_sink(folder_, client);
}

void PostgresSpool::apply(Change change, Done done) {
    line_.put({.what = std::move(change), .done = std::move(done)});
}

void PostgresSpool::load(queue::QueueId id, Found found) {
    line_.put({.what = Load{.id = id, .is_checked = true}, .found = std::move(found)});
}

void PostgresSpool::load_unchecked(queue::QueueId id, Found found) {
    line_.put({.what = Load{.id = id, .is_checked = false}, .found = std::move(found)});
}

void PostgresSpool::list(queue::QueueId after, std::size_t count, Listed listed) {
    line_.put({.what = List{after, count}, .listed = std::move(listed)});
}

void PostgresSpool::remember(RefusingHost host, Done done) {
    line_.put({.what = Remember{std::move(host)}, .done = std::move(done)});
}

void PostgresSpool::forget(std::string_view address, Done done) {
    line_.put({.what = Forget{std::string(address)}, .done = std::move(done)});
}

base::Result<void> PostgresSpool::scan(const std::function<bool(queue::Message)>& each,
                                       const Damaged& damaged) {
    const std::lock_guard lock(mutex_);
    return read_rows(*connection_, {.name = "scan", .values = {number(node_.id())}}, each, damaged);
}

base::Result<std::vector<RefusingHost>> PostgresSpool::refusing_hosts() {
    const std::lock_guard lock(mutex_);
    return peers_.refusing_hosts(*connection_);
}

// No caller waits for these, and what is not committed is learned again.
void PostgresSpool::rest(RestingHost host) {
    line_.put({.what = Rest{std::move(host)}, .done = [](const base::Result<void>&) {}});
}

void PostgresSpool::wake(std::string_view address) {
    line_.put({.what = Wake{std::string(address)}, .done = [](const base::Result<void>&) {}});
}

void PostgresSpool::follow_hosts(Heard heard) {
    const std::lock_guard lock(mutex_);
    heard_ = std::move(heard);
}

void PostgresSpool::follow_nodes(Counted counted) {
    const std::lock_guard lock(mutex_);
    counted_ = std::move(counted);
}

void PostgresSpool::follow_gains(Gained gained) {
    const std::lock_guard lock(mutex_);
    gained_ = std::move(gained);
}

bool PostgresSpool::owns_messages() const {
    return !has_failed_ && BootClock::now().time_since_epoch().count() < lease_end_.load();
}

bool PostgresSpool::has_room_for_outcomes() const {
    return !has_trouble_ && !cluster_->is_draining() && owns_messages();
}

void PostgresSpool::work() {
    for (;;) {
        auto jobs = line_.take(
            wait_bound(), group_commit_delay,
            std::clamp<Steady::duration>(commit_took_ / 4, company_wait_min, company_wait_max));
        const std::lock_guard lock(mutex_);
        std::ranges::move(jobs, std::back_inserter(pending_));
        const bool is_ending = line_.is_ended();
        if (is_ending && !give_up_at_) give_up_at_ = Steady::now() + ending_wait_max;
        if (is_ending && pending_.empty() && !doubt_ && line_.is_over()) break;
        if (has_left_) {
            end_all(std::exchange(pending_, {}),
                    base::Error{base::Fault::unavailable,
                                "this relay was emptied; it takes mail again after a restart"});
            continue;
        }
        if (!has_failed_ && is_ready()) {
            run_pending();
            if (!has_failed_ && !is_ending) tend();
        }
        refuse_impatient();
        if (is_ending && Steady::now() > *give_up_at_ && !has_failed_) {
            fail_for_good({base::Fault::io,
                           "the database of the spool could not be reached before "
                           "the end: results of deliveries are not recorded"});
        }
    }
    if (!has_failed_ && !has_left_ && !connection_->is_over()) node_.leave(*connection_);
}

// While ending, the line no longer waits.
std::chrono::milliseconds PostgresSpool::wait_bound() const {
    if (give_up_at_) std::this_thread::sleep_for(ending_pause);
    if (has_more_to_do_) return 0ms;
    if (has_left_) return settings_.beat;
    if (!pending_.empty() || doubt_ || connection_->is_over()) return retry_pause;
    return std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(
                          std::min(next_beat_, next_look_) - Steady::now()),
                      0ms, settings_.beat);
}

// Never earlier than before: what was moved by the turn of then must be found by that of now.
std::uint64_t PostgresSpool::turn() {
    turn_ = std::max(turn_, turn_at(settings_.now()));
    return turn_;
}

void PostgresSpool::warn(const std::string& words) const {
    if (settings_.on_warning) settings_.on_warning(words);
}

void PostgresSpool::fail_for_good(const base::Error& error) {
    trouble_ = error.message;
    fault_ = error.fault;
    has_failed_ = true;
    if (doubt_) std::ranges::move(doubt_->jobs, std::back_inserter(pending_));
    doubt_.reset();
    if (settings_.on_failure) settings_.on_failure(error);
    end_all(std::exchange(pending_, {}), error);
}

}  // namespace turnaway::spool::postgres
