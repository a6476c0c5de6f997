#include "spool/sqlite_spool.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <chrono>
#include <unordered_set>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/limits.h"
#include "spool/memory_content.h"
#include "spool/row.h"
#include "spool/spool_folder.h"
#include "spool/sqlite_spool_job.h"

namespace turnaway::spool {
namespace {

constexpr std::size_t copy_bytes = std::size_t{64} * 1024;

// How long changes that nobody waits for wait themselves, for others to share a sync with. A crash
// within this time repeats a delivery that was over.
constexpr std::chrono::milliseconds company_wait{5};

}  // namespace

base::Result<std::unique_ptr<SqliteSpool>> SqliteSpool::open(SpoolSettings settings) {
    const std::string& path = settings.path;
    if (auto made = make_spool_folder(path); !made) return std::unexpected(made.error());
    // Its lock keeps others away from the folder too.
    auto database = Database::open(path + "/spool.db", settings.vfs);
    if (!database) return std::unexpected(std::move(database.error()));
    auto folder = ContentFolder::open(path + "/content");
    if (!folder) return std::unexpected(std::move(folder.error()));
    auto files = (*database)->content_files();
    if (!files) return std::unexpected(std::move(files.error()));
    std::unordered_set<std::uint64_t> kept;
    for (const auto& [id, file] : *files) kept.insert(file.number);
    if (auto swept = (*folder)->sweep(kept); !swept) {
        return std::unexpected(std::move(swept.error()));
    }
    if (auto synced = sync_folder(path); !synced) {
        return std::unexpected(std::move(synced.error()));
    }
    return std::unique_ptr<SqliteSpool>(new SqliteSpool(std::move(settings), std::move(*database),
                                                        std::move(*folder), std::move(*files)));
}

SqliteSpool::SqliteSpool(SpoolSettings settings, std::unique_ptr<Database> database,
                         std::shared_ptr<ContentFolder> folder,
                         std::unordered_map<queue::QueueId, ContentFile> files)
    : settings_(std::move(settings)),
      folder_(std::move(folder)),
      free_bytes_least_(settings_.free_bytes_least),
      database_(std::move(database)),
      files_(std::move(files)),
      thread_([this] { work(); }) {}

SqliteSpool::~SqliteSpool() {
    {
        const std::lock_guard lock(line_mutex_);
        is_ending_ = true;
    }
    line_changed_.notify_one();
    thread_.join();
}

std::unique_ptr<ContentSink> SqliteSpool::new_content() {
    return make_content_sink(folder_);
}

void SqliteSpool::apply(Change change, Done done) {
    ask({.what = std::move(change), .done = std::move(done)});
}

void SqliteSpool::load(queue::QueueId id, Found found) {
    ask({.what = Load{id}, .found = std::move(found)});
}

void SqliteSpool::list(queue::QueueId after, std::size_t count, Listed listed) {
    ask({.what = List{after, count}, .listed = std::move(listed)});
}

void SqliteSpool::remember(RefusingHost host, Done done) {
    ask({.what = Remember{std::move(host)}, .done = std::move(done)});
}

void SqliteSpool::forget(std::string_view address, Done done) {
    ask({.what = Forget{std::string(address)}, .done = std::move(done)});
}

base::Result<void> SqliteSpool::scan(const std::function<bool(queue::Message)>& each) {
    const std::lock_guard lock(database_mutex_);
    std::optional<queue::QueueId> damaged;
    auto scanned = database_->scan([&](const MessageRow& row) {
        auto message = unpack_message(row.id, row.envelope, row.states);
        if (!message) damaged = row.id;
        return message && each(std::move(*message));
    });
    if (damaged) {
        return base::fail(base::Fault::data, settings_.path + ": the row of message " +
                                                 damaged->text() + " is damaged");
    }
    return scanned;
}

base::Result<std::vector<RefusingHost>> SqliteSpool::refusing_hosts() {
    const std::lock_guard lock(database_mutex_);
    return database_->refusing_hosts();
}

void SqliteSpool::ask(Job job) {
    const bool is_urgent = job.is_urgent();
    bool must_wake = false;
    {
        const std::lock_guard lock(line_mutex_);
        must_wake = line_.empty() || (is_urgent && !is_line_urgent_);
        is_line_urgent_ |= is_urgent;
        line_.push_back(std::move(job));
    }
    if (must_wake) line_changed_.notify_one();
}

void SqliteSpool::work() {
    for (;;) {
        Batch jobs;
        {
            std::unique_lock lock(line_mutex_);
            line_changed_.wait(lock, [this] { return is_ending_ || !line_.empty(); });
            if (line_.empty()) return;
            line_changed_.wait_for(lock, company_wait,
                                   [this] { return is_ending_ || is_line_urgent_; });
            jobs.swap(line_);
            is_line_urgent_ = false;
        }
        for (std::size_t at = 0; at < jobs.size();) at = commit_some(jobs, at);
    }
}

// One transaction from jobs[begin] on; says where the next begins.
std::size_t SqliteSpool::commit_some(Batch& jobs, std::size_t begin) {
    std::size_t end = begin;
    if (!has_failed_) {
        const std::lock_guard lock(database_mutex_);
        if (auto written = write_until(jobs, begin, end); !written) fail_for_good(written.error());
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

    // What is not urgent comes when nobody waits for a word.
    for (const std::uint64_t number : files_to_remove_) folder_->remove(number);
    if (!files_to_remove_.empty()) step("files removed");
    files_to_remove_.clear();
    const std::lock_guard lock(database_mutex_);
    if (auto moved = database_->checkpoint_if_due(); !moved) fail_for_good(moved.error());
    return end;
}

base::Result<void> SqliteSpool::write_until(Batch& jobs, std::size_t begin, std::size_t& end) {
    free_bytes_.reset();
    loaded_bytes_ = 0;
    is_folder_changed_ = false;
    if (auto begun = database_->begin(); !begun) return begun;
    step("begun");
    for (end = begin; end < jobs.size(); ++end) {
        if (loaded_bytes_ > base::limits::spool_batch_loaded_bytes_most) break;
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

base::Result<void> SqliteSpool::perform(Job& job) {
    if (std::holds_alternative<Change>(job.what)) return change(job);
    if (const auto* remember = std::get_if<Remember>(&job.what)) {
        return database_->remember(remember->host);
    }
    if (const auto* forget = std::get_if<Forget>(&job.what)) {
        return database_->forget(forget->address);
    }
    if (std::holds_alternative<List>(job.what)) return read_list(job);
    auto loaded = read(std::get<Load>(job.what).id);
    if (loaded) {
        loaded_bytes_ += loaded->content->in_memory().size();
        job.loaded = std::move(*loaded);
        return {};
    }
    // What the disk does not give is for good; the rest is this message's.
    if (loaded.error().fault == base::Fault::io) return std::unexpected(std::move(loaded.error()));
    job.refused = std::move(loaded.error());
    return {};
}

// A damaged row spoils the answer, not the spool.
base::Result<void> SqliteSpool::read_list(Job& job) {
    const auto& list = std::get<List>(job.what);
    return database_->list(list.after, list.count, [&job](const MessageRow& row) {
        auto message = unpack_message(row.id, row.envelope, row.states);
        if (message) return job.messages.push_back(std::move(*message));
        job.refused =
            base::Error{base::Fault::data, "the row of message " + row.id.text() + " is damaged"};
    });
}

base::Result<void> SqliteSpool::change(Job& job) {
    const auto& change = std::get<Change>(job.what);
    if (is_disk_full_for(change)) {
        job.refused = base::Error{base::Fault::unavailable,
                                  "the disk of the spool " + settings_.path + " is nearly full"};
        return {};
    }
    for (const auto& stored : change.add) {
        if (auto added = add(stored); !added) return added;
    }
    for (const auto& message : change.update) {
        if (auto updated = database_->update(message.id, pack_states(message)); !updated) {
            return updated;
        }
    }
    for (const auto id : change.remove) {
        if (auto removed = remove(id); !removed) return removed;
    }
    return {};
}

base::Result<void> SqliteSpool::add(const StoredMessage& stored) {
    TURNAWAY_CHECK(stored.content != nullptr);
    TURNAWAY_CHECK(stored.message.states.size() == stored.message.envelope.recipients.size());
    const std::string envelope = pack_envelope(stored.message);
    const std::string states = pack_states(stored.message);
    MessageRow row{.id = stored.message.id,
                   .envelope = envelope,
                   .states = states,
                   .content = stored.content->in_memory(),
                   .file = {}};
    if (stored.content->size() <= base::limits::content_in_row_bytes_most) {
        if (row.content.size() == stored.content->size()) return database_->insert(row);
        const auto bytes = stored.content->read(0, base::limits::content_in_row_bytes_most);
        if (!bytes) return std::unexpected(bytes.error());
        row.content = *bytes;
        return database_->insert(row);
    }
    const auto file = keep_file(stored.content);
    if (!file) return std::unexpected(file.error());
    row.content = {};
    row.file = *file;
    files_.emplace(row.id, *file);
    return database_->insert(row);
}

// The file is the row's from now on, whether the commit succeeds or not: after a failure only the
// next start can tell.
base::Result<ContentFile> SqliteSpool::keep_file(const ContentPtr& content) {
    is_folder_changed_ = true;
    auto file = std::dynamic_pointer_cast<const FileContent>(content);
    if (file && !file->claim()) file = nullptr;
    if (!file) {
        // Made elsewhere, or another message has it already: a copy of its own.
        auto copy = folder_->create();
        if (!copy) return std::unexpected(std::move(copy.error()));
        for (std::uint64_t at = 0; at < content->size(); at += copy_bytes) {
            const auto piece = content->read(at, copy_bytes);
            if (!piece) return std::unexpected(piece.error());
            if (auto put = (*copy)->write(*piece); !put) return std::unexpected(put.error());
        }
        file = std::move(*copy);
        file->claim();
    }
    if (auto synced = file->sync(); !synced) return std::unexpected(std::move(synced.error()));
    step("file synced");
    return ContentFile{file->number(), file->size()};
}

base::Result<void> SqliteSpool::remove(queue::QueueId id) {
    if (const auto file = files_.find(id); file != files_.end()) {
        files_to_remove_.push_back(file->second.number);
        files_.erase(file);
    }
    return database_->remove(id);
}

base::Result<StoredMessage> SqliteSpool::read(queue::QueueId id) {
    base::Result<StoredMessage> stored =
        base::fail(base::Fault::no_input, "there is no message " + id.text());
    auto found = database_->find(id, [&](const MessageRow& row) {
        auto message = unpack_message(id, row.envelope, row.states);
        if (!message) {
            stored =
                base::fail(base::Fault::data, "the row of message " + id.text() + " is damaged");
            return;
        }
        ContentPtr content;
        if (row.file) {
            auto file = folder_->find(row.file->number, row.file->bytes);
            if (!file) {
                stored = std::unexpected(std::move(file.error()));
                return;
            }
            content = std::move(*file);
        } else {
            content = std::make_shared<MemoryContent>(std::string(row.content));
        }
        stored = StoredMessage{std::move(*message), std::move(content)};
    });
    if (!found) return std::unexpected(std::move(found.error()));
    return stored;
}

bool SqliteSpool::is_disk_full_for(const Change& change) {
    if (change.add.empty()) return false;
    // A report comes with the end of what it reports: refused, the end would come again and again.
    if (!change.update.empty() || !change.remove.empty()) return false;
    if (!free_bytes_) {
        struct statvfs disk{};
        // A disk that cannot be asked will say so when it is written to.
        if (::statvfs(settings_.path.c_str(), &disk) != 0) return false;
        free_bytes_ = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    }
    std::uint64_t needed = 0;
    for (const auto& stored : change.add) needed += stored.content->size();
    if (*free_bytes_ < needed || *free_bytes_ - needed < free_bytes_least_) return true;
    *free_bytes_ -= needed;
    return false;
}

void SqliteSpool::step(const char* name) const {
    if (settings_.on_step) settings_.on_step(name);
}

void SqliteSpool::fail_for_good(const base::Error& error) {
    failure_ = error.message;
    database_->give_up();
    has_failed_ = true;
}

}  // namespace turnaway::spool
