// SqliteSpool: the spool on one disk (docs/formats.md).
//
// Whatever is asked for goes into a line that one thread works off: it takes all there is, makes it
// one transaction, commits and syncs once, and only then calls every `done`. So the more wait, the
// more share a sync; what only updates and removes waits a moment for company, because nobody waits
// for it. Big content is synced, file and folder, before the commit of its row, and its file is
// removed after the row is gone. A disk nearly full refuses new messages with Fault::unavailable
// and goes on. A disk that is full gives up its reserve (reserve.h), so that outcomes can still be
// written, and has_room_for_outcomes() is false until it could be set aside again. Any other
// failure of a write, and a database or folder that is removed or replaced, is final (the contract
// is spool.h). Gaps: a big content is synced on the one thread, so the others wait for it; an
// update of a message that is not there is no error.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
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
#include "spool/spool.h"
#include "spool/sqlite/database.h"
#include "spool/sqlite/open_spool.h"
#include "spool/sqlite/reserve.h"

namespace turnaway::spool {

class SqliteSpool final : public Spool {
  public:
    // Fault::unavailable when another program has it, Fault::data when it is damaged, of another
    // version, or empty beside content (start_check.h).
    [[nodiscard]] static base::Result<std::unique_ptr<SqliteSpool>> open(SpoolSettings settings);
    // Does what was asked for before, then closes.
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
    struct Job;
    using Batch = std::deque<Job>;

    struct Parts;
    SqliteSpool(SpoolSettings settings, Parts parts);
    [[nodiscard]] static base::Result<std::unique_ptr<Reserve>> open_reserve(
        const std::string& path, Database& database);
    void begin(const std::string& log_warning, std::size_t orphans);
    std::string no_room_words() const;
    void ask(Job job);
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
    const std::vector<FilePlace> places_;  // where the files were when they were opened
    const std::shared_ptr<ContentFolder> folder_;
    std::atomic<bool> has_failed_ = false;
    std::atomic<bool> has_room_ = false;

    std::mutex database_mutex_;  // the connection: the thread's, and the callers' of scan
    const std::unique_ptr<Database> database_;
    const std::unique_ptr<Reserve> reserve_;  // the thread's own

    // The thread's own.
    std::unordered_map<queue::QueueId, ContentFile> files_;  // of messages whose content is one
    std::vector<std::uint64_t> files_to_remove_;
    std::optional<std::uint64_t> free_bytes_;  // asked once a batch
    std::size_t loaded_bytes_ = 0;
    bool is_folder_changed_ = false;
    std::chrono::steady_clock::time_point next_take_ = {};  // of the reserve
    std::string failure_;

    std::mutex line_mutex_;
    std::condition_variable line_changed_;
    Batch line_;
    bool is_ending_ = false;
    bool is_line_urgent_ = false;
    std::thread thread_;  // last: it uses all of the above; see begin()
};

}  // namespace turnaway::spool
