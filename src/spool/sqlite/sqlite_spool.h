// SqliteSpool: the spool on one disk (docs/formats.md).
//
// Every call becomes a job in a queue that one thread works off: it takes all jobs, makes them one
// transaction, commits and syncs once, and only then calls every `done`. So under load more jobs
// share a sync; updates and removals wait a moment for others, because no client waits for them.
// Large content is synced, file and folder, before the commit of its row, and its file is removed
// after the row. On a nearly full disk new messages are refused with Fault::unavailable. On a full
// disk the reserve (reserve.h) is released, so that dispositions can still be written, and
// has_room_for_outcomes() is false until it is set aside again. Any other write failure, and a
// removed or replaced database or folder, is final (the contract is in spool.h). Known gaps: a
// large content is synced on the one thread, so other jobs wait for it; an update of a missing
// message is not an error.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "spool/content_folder.h"
#include "spool/file_place.h"
#include "spool/folder_lock.h"
#include "spool/job_line.h"
#include "spool/spool.h"
#include "spool/sqlite/database.h"
#include "spool/sqlite/open_spool.h"
#include "spool/sqlite/reserve.h"

namespace turnaway::spool {

class SqliteSpool final : public Spool {
  public:
    // Fault::unavailable if another program is using it, Fault::data if it is damaged, of another
    // version, or empty although there is content (start_check.h).
    [[nodiscard]] static base::Result<std::unique_ptr<SqliteSpool>> open(SpoolSettings settings);
    // Finishes pending jobs, then closes.
    ~SqliteSpool() override;

    [[nodiscard]] std::unique_ptr<ContentSink> new_content(std::string_view client = {}) override;
    void apply(Change change, Done done) override;
    void load(queue::QueueId id, Found found) override;
    void load_unchecked(queue::QueueId id, Found found) override;
    void list(queue::QueueId after, std::size_t count, Listed listed) override;
    [[nodiscard]] base::Result<void> scan(const std::function<bool(queue::Message)>& each,
                                          const Damaged& damaged = {}) override;
    bool has_room_for_outcomes() const override { return has_room_; }
    void remember(RefusingHost host, Done done) override;
    void forget(std::string_view address, Done done) override;
    [[nodiscard]] base::Result<std::vector<RefusingHost>> refusing_hosts() override;
    void change_free_bytes_min(std::uint64_t bytes) override {
        folder_->budget().change_free_bytes_min(bytes);
    }
    bool has_failed() const override { return has_failed_; }

  private:
    using Batch = JobLine::Batch;

    struct Parts;
    SqliteSpool(SpoolSettings settings, Parts parts);
    [[nodiscard]] static base::Result<std::unique_ptr<Reserve>> open_reserve(
        const std::string& path, Database& database);
    void begin(const std::string& log_warning, std::size_t orphans);
    std::string no_room_words() const;
    void work();
    void look_around();
    [[nodiscard]] base::Result<void> check_place() const;
    std::size_t commit_some(Batch& jobs, std::size_t begin);
    [[nodiscard]] base::Result<void> write_until(Batch& jobs, std::size_t begin, std::size_t& end);
    [[nodiscard]] base::Result<void> write_in_reserve(Batch& jobs, std::size_t begin,
                                                      std::size_t& end);
    [[nodiscard]] base::Result<void> move_log();
    [[nodiscard]] base::Result<void> perform(Job& job);
    [[nodiscard]] base::Result<void> change(Job& job);
    [[nodiscard]] base::Result<void> read_list(Job& job);
    [[nodiscard]] base::Result<void> load_one(Job& job);
    [[nodiscard]] base::Result<void> add(const StoredMessage& stored);
    [[nodiscard]] base::Result<void> add_with_file(const StoredMessage& stored);
    [[nodiscard]] base::Result<std::shared_ptr<const FileContent>> own_file(
        const ContentPtr& content);
    [[nodiscard]] base::Result<void> remove(queue::QueueId id);
    [[nodiscard]] base::Result<StoredMessage> read(queue::QueueId id);
    [[nodiscard]] base::Result<StoredMessage> read_row(const MessageRow& row);
    [[nodiscard]] base::Result<StoredMessage> read_unchecked(queue::QueueId id);
    bool is_disk_full_for(const Change& change);
    void step(const char* name) const;
    void warn(const std::string& words) const;
    void fail_for_good(const base::Error& error);

    const SpoolSettings settings_;
    const FolderLock lock_;
    const std::vector<FilePlace> places_;  // the files as they were when opened
    const std::shared_ptr<ContentFolder> folder_;
    std::atomic<bool> has_failed_ = false;
    std::atomic<bool> has_room_ = false;

    std::mutex database_mutex_;  // the connection: used by the thread and by callers of scan
    const std::unique_ptr<Database> database_;
    const std::unique_ptr<Reserve> reserve_;  // used by the thread only

    // Used by the thread only.
    std::unordered_map<queue::QueueId, ContentFile> files_;  // of messages with a content file
    std::vector<std::uint64_t> files_to_remove_;
    std::optional<std::uint64_t> free_bytes_;  // measured once per batch
    std::size_t loaded_bytes_ = 0;
    bool is_folder_changed_ = false;
    std::chrono::steady_clock::time_point next_take_ = {};  // for the reserve
    std::string failure_;

    JobLine line_;
    std::thread thread_;  // last: it uses all of the above; see begin()
};

}  // namespace turnaway::spool
