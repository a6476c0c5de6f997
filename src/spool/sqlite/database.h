// Database: the single SQLite connection of the spool, its schema and its statements.
//
// Opened with an exclusive lock that is held until the end, so a second program on the same spool
// fails at once; SQLite 3.40.1 has a bug when its log restarts under two connections, and here
// there are never two. Every commit is synced (WAL, synchronous=FULL). Only checkpoint() moves the
// log into the database, never a commit, because SQLite hides a failure there. Not thread-safe: the
// owner locks. Only database.cc (with statement.h for it) and gathering_vfs.cc include SQLite.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "queue/queue_id.h"
#include "spool/spool.h"
#include "spool/sqlite/gathering_vfs.h"

struct sqlite3;

namespace turnaway::spool {

class Statement;

// A file of the content folder, as named in its row.
struct ContentFile {
    std::uint64_t number;
    std::uint64_t bytes;
};

// A row of `message`, with the current states. Views are valid during the call only.
struct MessageRow {
    queue::QueueId id;
    std::string_view envelope;
    std::string_view states;
    std::string_view content;         // empty in a scan
    std::optional<ContentFile> file;  // where the content is in that case
};

class Database {
  public:
    // `vfs`: null except in tests that let the disk fail. Unless it `may_begin` a new one, a
    // database that is missing or empty is Fault::data.
    [[nodiscard]] static base::Result<std::unique_ptr<Database>> open(const std::string& file,
                                                                      const char* vfs,
                                                                      bool may_begin);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    [[nodiscard]] base::Result<void> begin();
    [[nodiscard]] base::Result<void> commit();
    void roll_back();
    bool is_in_transaction() const;
    // Writes and syncs something that changes nothing, to detect a disk that cannot be written;
    // also sets the version, from then on the one of this program.
    [[nodiscard]] base::Result<void> probe();
    // After a failure: nothing more is written, not even on closing.
    void give_up();
    // If the log is long.
    [[nodiscard]] base::Result<void> checkpoint_if_due();

    [[nodiscard]] base::Result<void> insert(const MessageRow& row);
    [[nodiscard]] base::Result<void> update(queue::QueueId id,
                                            std::string_view states);  // if it exists
    [[nodiscard]] base::Result<void> remove(queue::QueueId id);
    // False if there is none.
    [[nodiscard]] base::Result<bool> find(queue::QueueId id,
                                          const std::function<void(const MessageRow&)>& found);
    // The first `count` after that id, in order of id.
    [[nodiscard]] base::Result<void> list(queue::QueueId after, std::size_t count,
                                          const std::function<void(const MessageRow&)>& each);
    // In order of id; stops early on false.
    [[nodiscard]] base::Result<void> scan(const std::function<bool(const MessageRow&)>& each);
    [[nodiscard]] base::Result<std::unordered_map<queue::QueueId, ContentFile>> content_files();

    [[nodiscard]] base::Result<void> remember(const RefusingHost& host);
    [[nodiscard]] base::Result<void> forget(std::string_view address);  // "": all
    [[nodiscard]] base::Result<std::vector<RefusingHost>> refusing_hosts();

  private:
    Database(std::string file, const char* vfs);
    [[nodiscard]] base::Result<void> start(bool may_begin);
    [[nodiscard]] base::Result<void> check_version(bool may_begin);
    [[nodiscard]] base::Result<void> check_content();
    [[nodiscard]] base::Result<void> prepare();
    [[nodiscard]] base::Result<void> execute(const char* sql);
    [[nodiscard]] base::Result<void> run(Statement& statement);
    std::unexpected<base::Error> failure(std::string_view what) const;
    base::Fault fault_of(int code) const;

    std::string file_;
    GatheringVfs vfs_;
    sqlite3* connection_ = nullptr;
    int log_pages_ = 0;
    struct Statements;
    std::unique_ptr<Statements> statements_;
};

}  // namespace turnaway::spool
