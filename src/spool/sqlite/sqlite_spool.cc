#include "spool/sqlite/sqlite_spool.h"

#include <algorithm>
#include <chrono>
#include <unordered_set>
#include <utility>
#include <variant>

#include "base/limits.h"
#include "spool/sealed_row.h"
#include "spool/spool_folder.h"
#include "spool/spool_limits.h"
#include "spool/sqlite/start_check.h"

namespace turnaway::spool {
namespace {

// How long changes that no client waits for are delayed, so that others share the sync. A crash
// within this time repeats a finished delivery.
constexpr std::chrono::milliseconds group_commit_delay{5};

}  // namespace

struct SqliteSpool::Parts {
    FolderLock lock;
    std::unique_ptr<Database> database;
    std::shared_ptr<ContentFolder> folder;
    std::unordered_map<queue::QueueId, ContentFile> files;
    std::unique_ptr<Reserve> reserve;
};

// Everything is checked before anything is changed: a damaged spool stays as it is.
base::Result<std::unique_ptr<SqliteSpool>> SqliteSpool::open(SpoolSettings settings) {
    const std::string& path = settings.path;
    if (auto made = make_spool_folder(path); !made) return std::unexpected(made.error());
    auto lock = FolderLock::take(path);
    if (!lock) return std::unexpected(std::move(lock.error()));
    const auto state = check_spool_folder(path);
    if (!state) return std::unexpected(state.error());
    auto database = Database::open(path + "/spool.db", settings.vfs, state->may_begin);
    if (!database) {
        auto error = std::move(database.error());
        if (error.fault == base::Fault::data) error.message += "; " + how_to_recover(path);
        return std::unexpected(std::move(error));
    }
    if (auto synced = sync_folder(path); !synced) {
        return std::unexpected(std::move(synced.error()));
    }
    auto reserve = open_reserve(path, **database);
    if (!reserve) return std::unexpected(std::move(reserve.error()));
    auto folder = ContentFolder::open(path + "/content", settings.free_bytes_min);
    if (!folder) return std::unexpected(std::move(folder.error()));
    auto files = (*database)->content_files();
    if (!files) return std::unexpected(std::move(files.error()));
    std::unordered_set<std::uint64_t> kept;
    for (const auto& [id, file] : *files) kept.insert(file.number);
    const auto orphans = (*folder)->sweep(kept);
    if (!orphans) return std::unexpected(orphans.error());
    if (auto synced = sync_folder(path); !synced) {
        return std::unexpected(std::move(synced.error()));
    }
    auto opened = std::unique_ptr<SqliteSpool>(
        new SqliteSpool(std::move(settings), {.lock = *std::move(lock),
                                              .database = *std::move(database),
                                              .folder = *std::move(folder),
                                              .files = *std::move(files),
                                              .reserve = *std::move(reserve)}));
    opened->begin(state->warning, *orphans);
    return opened;
}

SqliteSpool::SqliteSpool(SpoolSettings settings, Parts parts)
    : settings_(std::move(settings)),
      lock_(std::move(parts.lock)),
      places_{FilePlace(settings_.path + "/spool.db"), FilePlace(settings_.path + "/content")},
      folder_(std::move(parts.folder)),
      has_room_(parts.reserve->is_held()),
      database_(std::move(parts.database)),
      reserve_(std::move(parts.reserve)),
      files_(std::move(parts.files)) {}

// An unwritable disk must be detected before anything is sent: the disposition could not be stored,
// and the same messages would be sent again after each start.
base::Result<std::unique_ptr<Reserve>> SqliteSpool::open_reserve(const std::string& path,
                                                                 Database& database) {
    auto reserve = std::make_unique<Reserve>(path);
    auto probed = database.probe();
    if (!probed && probed.error().fault == base::Fault::unavailable && reserve->give_up()) {
        database.roll_back();
        probed = database.probe();
    }
    if (probed) return reserve;
    database.give_up();
    return base::fail(base::Fault::io, std::move(probed.error().message));
}

void SqliteSpool::begin(const std::string& log_warning, std::size_t orphans) {
    if (!log_warning.empty()) warn(log_warning);
    if (orphans > 0) {
        warn(std::to_string(orphans) + " content files in " + folder_->path() +
             " do not belong to any message and are set aside as N.orphan for seven days: a few "
             "are normal after a crash; `turnaway queue recover` brings their messages back");
    }
    if (!has_room_) warn(no_room_words());
    thread_ = std::thread([this] { work(); });
}

std::string SqliteSpool::no_room_words() const {
    return "the disk of the spool " + settings_.path +
           " is full: no delivery starts until there is room to record its result";
}

SqliteSpool::~SqliteSpool() {
    line_.end();
    thread_.join();
}

std::unique_ptr<ContentSink> SqliteSpool::new_content(std::string_view client) {
    return make_content_sink(folder_, client);
}

void SqliteSpool::apply(Change change, Done done) {
    line_.put({.what = std::move(change), .done = std::move(done)});
}

void SqliteSpool::load(queue::QueueId id, Found found) {
    line_.put({.what = Load{.id = id, .is_checked = true}, .found = std::move(found)});
}

void SqliteSpool::load_unchecked(queue::QueueId id, Found found) {
    line_.put({.what = Load{.id = id, .is_checked = false}, .found = std::move(found)});
}

void SqliteSpool::list(queue::QueueId after, std::size_t count, Listed listed) {
    line_.put({.what = List{after, count}, .listed = std::move(listed)});
}

void SqliteSpool::remember(RefusingHost host, Done done) {
    line_.put({.what = Remember{std::move(host)}, .done = std::move(done)});
}

void SqliteSpool::forget(std::string_view address, Done done) {
    line_.put({.what = Forget{std::string(address)}, .done = std::move(done)});
}

base::Result<void> SqliteSpool::scan(const std::function<bool(queue::Message)>& each,
                                     const Damaged& damaged) {
    const std::lock_guard lock(database_mutex_);
    return database_->scan([&](const MessageRow& row) {
        auto opened = open_row(row.id, row.envelope, row.states);
        if (opened) return each(std::move(opened->message));
        if (damaged) damaged({.id = row.id, .words = std::string(opened.error())});
        return true;
    });
}

base::Result<std::vector<RefusingHost>> SqliteSpool::refusing_hosts() {
    const std::lock_guard lock(database_mutex_);
    return database_->refusing_hosts();
}

void SqliteSpool::work() {
    for (;;) {
        Batch jobs = line_.take(limits::idle_check_interval, group_commit_delay);
        if (jobs.empty()) {
            if (line_.is_over()) return;
            look_around();
            continue;
        }
        for (std::size_t at = 0; at < jobs.size();) at = commit_some(jobs, at);
        if (!has_room_) look_around();
    }
}

// Checks for changes from outside, without a request.
void SqliteSpool::look_around() {
    if (has_failed_) return;
    if (auto same = check_place(); !same) {
        const std::lock_guard lock(database_mutex_);
        return fail_for_good(same.error());
    }
    if (has_room_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_take_) return;
    next_take_ = now + limits::idle_check_interval;
    if (!reserve_->take()) return;
    has_room_ = true;
    warn("the disk of the spool " + settings_.path + " has room again: deliveries continue");
}

// Data written to a file that was removed or replaced is lost at the next start.
base::Result<void> SqliteSpool::check_place() const {
    for (const auto& place : places_) {
        if (place.is_same()) continue;
        return base::fail(base::Fault::io, place.path() +
                                               " was removed or replaced while the spool was in "
                                               "use: nothing more is accepted");
    }
    return {};
}

// One transaction from jobs[begin] on; returns where the next one begins.
std::size_t SqliteSpool::commit_some(Batch& jobs, std::size_t begin) {
    std::size_t end = begin;
    if (!has_failed_) {
        const std::lock_guard lock(database_mutex_);
        auto written = check_place();
        if (written) written = write_in_reserve(jobs, begin, end);
        if (!written) fail_for_good(written.error());
    }
    if (has_failed_) {
        end = jobs.size();
        for (std::size_t i = begin; i < end; ++i) {
            jobs[i].refused = base::Error{base::Fault::io, failure_};
        }
    }
    for (std::size_t i = begin; i < end; ++i) jobs[i].end();
    step("told");
    if (has_failed_) return end;

    // Work that is not urgent, done while no caller waits.
    for (const std::uint64_t number : files_to_remove_) folder_->remove(number);
    if (!files_to_remove_.empty()) step("files removed");
    files_to_remove_.clear();
    const std::lock_guard lock(database_mutex_);
    if (auto moved = move_log(); !moved) fail_for_good(moved.error());
    return end;
}

// Uses the space of the reserve if the disk is full.
base::Result<void> SqliteSpool::write_in_reserve(Batch& jobs, std::size_t begin, std::size_t& end) {
    auto written = write_until(jobs, begin, end);
    if (written || written.error().fault != base::Fault::unavailable) return written;
    database_->roll_back();
    if (!reserve_->give_up()) return written;
    if (has_room_.exchange(false)) warn(no_room_words());
    next_take_ = std::chrono::steady_clock::now() + limits::idle_check_interval;
    for (std::size_t i = begin; i < jobs.size(); ++i) jobs[i].forget_outcome();
    return write_until(jobs, begin, end);
}

// If there is no space to move the log, it is moved later: nothing in it is lost.
base::Result<void> SqliteSpool::move_log() {
    auto moved = database_->checkpoint_if_due();
    if (moved || moved.error().fault != base::Fault::unavailable) return moved;
    reserve_->give_up();
    if (has_room_.exchange(false)) warn(no_room_words());
    return {};
}

base::Result<void> SqliteSpool::write_until(Batch& jobs, std::size_t begin, std::size_t& end) {
    free_bytes_.reset();
    loaded_bytes_ = 0;
    is_folder_changed_ = false;
    if (auto begun = database_->begin(); !begun) return begun;
    step("begun");
    for (end = begin; end < jobs.size(); ++end) {
        if (loaded_bytes_ > base::limits::spool_batch_loaded_bytes_max) break;
        if (auto done = perform(jobs[end]); !done) return done;
        step("performed");
    }
    if (is_folder_changed_) {
        if (auto synced = folder_->sync(); !synced) return synced;
        step("folder synced");
    }
    if (auto committed = database_->commit(); !committed) return committed;
    step("committed");
    const auto changes =
        std::count_if(jobs.begin() + static_cast<std::ptrdiff_t>(begin),
                      jobs.begin() + static_cast<std::ptrdiff_t>(end),
                      [](const Job& job) { return !std::holds_alternative<Load>(job.what); });
    if (changes > 0 && settings_.on_commit) settings_.on_commit(static_cast<std::size_t>(changes));
    return {};
}

void SqliteSpool::step(const char* name) const {
    if (settings_.on_step) settings_.on_step(name);
}

void SqliteSpool::warn(const std::string& words) const {
    if (settings_.on_warning) settings_.on_warning(words);
}

void SqliteSpool::fail_for_good(const base::Error& error) {
    failure_ = error.message;
    database_->give_up();
    has_failed_ = true;
    if (settings_.on_failure) settings_.on_failure(error);
}

}  // namespace turnaway::spool
