// The VFS that gathers writes to the log: a transaction bigger than SQLite's cache and bigger than
// what is gathered comes back as it was written, within the transaction and after a new start.
#include "spool/sqlite/gathering_vfs.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

#include "unit/spool/folder.h"

namespace turnaway::spool {
namespace {

constexpr int rows = 3000;  // of 1 KiB, in a cache of ten pages

class Connection {
  public:
    Connection(const GatheringVfs& vfs, const std::string& file) {
        EXPECT_EQ(sqlite3_open_v2(file.c_str(), &handle_,
                                  SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs.name()),
                  SQLITE_OK);
        run("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA cache_size = 10;"
            "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { sqlite3_close(handle_); }

    void run(const std::string& sql) {
        EXPECT_EQ(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(handle_);
    }
    std::string ask(const std::string& sql) {
        std::string answer;
        const auto take = [](void* to, int, char** values, char**) {
            *static_cast<std::string*>(to) = values[0];
            return 0;
        };
        EXPECT_EQ(sqlite3_exec(handle_, sql.c_str(), take, &answer, nullptr), SQLITE_OK)
            << sqlite3_errmsg(handle_);
        return answer;
    }

  private:
    sqlite3* handle_ = nullptr;
};

const std::string fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT " +
                         std::to_string(rows) +
                         ") INSERT INTO t SELECT i, printf('%01024d', i) FROM n";
constexpr const char* sum = "SELECT count(*) || ' ' || sum(CAST(v AS INTEGER)) FROM t";
const std::string all = std::to_string(rows) + " " + std::to_string(rows * (rows + 1) / 2);

TEST(GatheringVfs, GivesBackWhatWasWritten) {
    const test::Folder folder;
    const std::string file = folder.path() + "/db";
    const GatheringVfs vfs(nullptr);
    {
        Connection connection(vfs, file);
        connection.run("CREATE TABLE t (i INTEGER PRIMARY KEY, v TEXT)");
        connection.run("BEGIN; " + fill);
        EXPECT_EQ(connection.ask(sum), all);
        // Pages that are in the log already change once more.
        connection.run("UPDATE t SET v = v || 'x'");
        EXPECT_EQ(connection.ask("SELECT count(*) FROM t WHERE length(v) = 1025"),
                  std::to_string(rows));
        connection.run("ROLLBACK");
        EXPECT_EQ(connection.ask("SELECT count(*) FROM t"), "0");
        connection.run(fill);
        connection.run("PRAGMA wal_checkpoint(TRUNCATE)");
        connection.run("DELETE FROM t WHERE i % 2 = 0");
    }
    const GatheringVfs other(nullptr);
    Connection again(other, file);
    EXPECT_EQ(again.ask("SELECT count(*) FROM t"), std::to_string(rows / 2));
    EXPECT_EQ(again.ask("PRAGMA integrity_check"), "ok");
}

}  // namespace
}  // namespace turnaway::spool
