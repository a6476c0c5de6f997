#include "spool/sqlite/database.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/limits.h"
#include "spool/shortage.h"
#include "spool/sqlite/statement.h"

namespace turnaway::spool {
namespace {

constexpr int schema_version = 2;
// Its rows have no checksums; it is readable, and becomes version 2 with the first row that has
// one.
constexpr int unsealed_version = 1;
// "tway" in the header of the file, so that `file` and this program recognise it.
constexpr int application_id = 0x74776179;

// The states of a message that was never tried are in its row; the first update makes a row of
// `state`, so that a large content is not written again. Columns that a scan reads come before the
// content, which is then not read at all.
constexpr const char* schema_sql = R"(
BEGIN IMMEDIATE;
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    envelope BLOB NOT NULL,
    states BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    file INTEGER,
    content BLOB NOT NULL
) STRICT;
CREATE TABLE state (id INTEGER PRIMARY KEY, states BLOB NOT NULL) STRICT;
CREATE TABLE refusing_host (
    address TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    seen INTEGER NOT NULL,
    words BLOB NOT NULL
) STRICT, WITHOUT ROWID;
PRAGMA application_id = 1953980793;
PRAGMA user_version = 2;
COMMIT;
)";
static_assert(application_id == 1953980793 && schema_version == 2);

int count_log_pages(void* pages, sqlite3*, const char*, int now) {
    *static_cast<int*>(pages) = now;
    return SQLITE_OK;
}

}  // namespace

struct Database::Statements {
    Statement begin, commit, insert, update, remove_message, remove_state, find, list;
    Statement remember, forget, forget_all;
};

Database::Database(std::string file, const char* vfs)
    : file_(std::move(file)), vfs_(vfs), statements_(std::make_unique<Statements>()) {}

Database::~Database() {
    statements_.reset();
    sqlite3_close(connection_);
}

std::unexpected<base::Error> Database::failure(std::string_view what) const {
    const int code = connection_ == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(connection_);
    std::string message = file_ + ": " + std::string(what) + ": " +
                          (connection_ == nullptr ? "no memory" : sqlite3_errmsg(connection_)) +
                          " (SQLite code " + std::to_string(code) + ")";
    return base::fail(fault_of(code), std::move(message));
}

base::Fault Database::fault_of(int code) const {
    if (code == SQLITE_FULL) return base::Fault::unavailable;
    const int kind = code & 0xff;
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB) return base::Fault::data;
    // A quota, which SQLite does not report as a full disk.
    const bool is_write = code == SQLITE_IOERR_WRITE;
    if (is_write && is_shortage(sqlite3_system_errno(connection_))) return base::Fault::unavailable;
    return base::Fault::io;
}

base::Result<std::unique_ptr<Database>> Database::open(const std::string& file, const char* vfs,
                                                       bool may_begin) {
    // SQLite would make it readable for all users. If it exists, another program may be using it:
    // never open and close it here, because that drops the locks of this process.
    const int made =
        may_begin ? ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    if (made >= 0) {
        ::close(made);
    } else if (may_begin && errno != EEXIST) {
        return base::fail_errno(base::Fault::io, "cannot make " + file);
    }
    auto database = std::unique_ptr<Database>(new Database(file, vfs));
    if (auto started = database->start(may_begin); !started) {
        return std::unexpected(std::move(started.error()));
    }
    return database;
}

base::Result<void> Database::start(bool may_begin) {
    constexpr int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW;
    if (sqlite3_open_v2(file_.c_str(), &connection_, flags, vfs_.name()) != SQLITE_OK) {
        return failure("cannot open");
    }
    sqlite3_db_config(connection_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(connection_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    // The lock comes first: with it, WAL needs no shared memory.
    const std::string cache =
        "PRAGMA cache_size = -" + std::to_string(base::limits::spool_cache_kib) + ";";
    for (const char* sql :
         {"PRAGMA locking_mode = EXCLUSIVE;", "PRAGMA journal_mode = WAL;",
          "PRAGMA synchronous = FULL;", "PRAGMA wal_autocheckpoint = 0;",
          "PRAGMA temp_store = MEMORY;", "PRAGMA cell_size_check = ON;", cache.c_str()}) {
        if (auto done = execute(sql); !done) return done;
    }
    sqlite3_wal_hook(connection_, count_log_pages, &log_pages_);
    if (auto known = check_version(may_begin); !known) return known;
    if (auto whole = check_content(); !whole) return whole;
    return prepare();
}

base::Result<void> Database::execute(const char* sql) {
    const int code = sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) return {};
    if ((code & 0xff) == SQLITE_BUSY) {
        return base::fail(base::Fault::unavailable,
                          file_ + " is in use: another program has this spool open");
    }
    if (code == SQLITE_NOTADB) {
        return base::fail(base::Fault::data, file_ + " is not a spool of turnaway, nor a database");
    }
    return failure("cannot prepare the spool");
}

base::Result<void> Database::check_version(bool may_begin) {
    const auto ask = [this](std::string_view sql) -> base::Result<std::uint64_t> {
        Statement question;
        if (question.prepare(connection_, sql) != SQLITE_OK || question.step() != SQLITE_ROW) {
            return failure("cannot read the version");
        }
        return question.number(0);
    };
    const auto version = ask("PRAGMA user_version");
    if (!version) return std::unexpected(version.error());
    const auto application = ask("PRAGMA application_id");
    if (!application) return std::unexpected(application.error());
    const auto tables = ask("SELECT count(*) FROM sqlite_schema");
    if (!tables) return std::unexpected(tables.error());
    if (*version == 0 && *application == 0 && *tables == 0) {
        if (may_begin) return execute(schema_sql);
        return base::fail(base::Fault::data, file_ + " is empty, although this spool was in use");
    }
    if (*application != application_id) {
        return base::fail(base::Fault::data, file_ + " is not a spool of turnaway");
    }
    if (*version != schema_version && *version != unsealed_version) {
        return base::fail(base::Fault::data, file_ + " has version " + std::to_string(*version) +
                                                 " of the spool, and this program knows versions " +
                                                 std::to_string(unsealed_version) + " and " +
                                                 std::to_string(schema_version) + " only");
    }
    return {};
}

base::Result<void> Database::check_content() {
    Statement question;
    if (question.prepare(connection_, "PRAGMA quick_check(1)") != SQLITE_OK ||
        question.step() != SQLITE_ROW) {
        return failure("cannot check it");
    }
    if (question.bytes(0) == "ok") return {};
    return base::fail(base::Fault::data, file_ + " is damaged: " + std::string(question.bytes(0)));
}

base::Result<void> Database::probe() {
    // Written even if unchanged: SQLite does not compare.
    const std::string sql = "PRAGMA user_version = " + std::to_string(schema_version);
    return execute(sql.c_str());
}

base::Result<void> Database::prepare() {
    Statements& all = *statements_;
    const std::array<std::pair<Statement*, std::string_view>, 11> texts{{
        {&all.begin, "BEGIN IMMEDIATE"},
        {&all.commit, "COMMIT"},
        {&all.insert, "INSERT INTO message VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
        {&all.update, "INSERT OR REPLACE INTO state SELECT id, ?2 FROM message WHERE id = ?1"},
        {&all.remove_message, "DELETE FROM message WHERE id = ?1"},
        {&all.remove_state, "DELETE FROM state WHERE id = ?1"},
        {&all.find,
         "SELECT message.id, envelope, coalesce(state.states, message.states), bytes, file, content"
         " FROM message LEFT JOIN state USING (id) WHERE message.id = ?1"},
        {&all.list,
         "SELECT message.id, envelope, coalesce(state.states, message.states)"
         " FROM message LEFT JOIN state USING (id) WHERE message.id > ?1"
         " ORDER BY message.id LIMIT ?2"},
        {&all.remember, "INSERT OR REPLACE INTO refusing_host VALUES (?1, ?2, ?3, ?4)"},
        {&all.forget, "DELETE FROM refusing_host WHERE address = ?1"},
        {&all.forget_all, "DELETE FROM refusing_host"},
    }};
    for (const auto& [statement, sql] : texts) {
        if (statement->prepare(connection_, sql) != SQLITE_OK) return failure("cannot prepare");
    }
    return {};
}

base::Result<void> Database::run(Statement& statement) {
    const int code = statement.step();
    if (code == SQLITE_DONE) {
        statement.reset();
        return {};
    }
    auto failed = failure("cannot write");
    statement.reset();
    return failed;
}

base::Result<void> Database::begin() {
    return run(statements_->begin);
}

base::Result<void> Database::commit() {
    return run(statements_->commit);
}

void Database::roll_back() {
    if (is_in_transaction()) sqlite3_exec(connection_, "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Database::is_in_transaction() const {
    return sqlite3_get_autocommit(connection_) == 0;
}

void Database::give_up() {
    sqlite3_db_config(connection_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    roll_back();
}

base::Result<void> Database::checkpoint_if_due() {
    if (log_pages_ < base::limits::spool_log_pages_max) return {};
    log_pages_ = 0;
    if (sqlite3_wal_checkpoint_v2(connection_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                  nullptr) != SQLITE_OK) {
        return failure("cannot move the log into the database");
    }
    return {};
}

base::Result<void> Database::insert(const MessageRow& row) {
    Statement& insert = statements_->insert;
    insert.number(1, row.id.value()).bytes(2, row.envelope).bytes(3, row.states);
    insert.number(4, row.file ? row.file->bytes : row.content.size()).bytes(6, row.content);
    if (row.file) {
        insert.number(5, row.file->number);
    } else {
        insert.nothing(5);
    }
    return run(insert);
}

base::Result<void> Database::update(queue::QueueId id, std::string_view states) {
    return run(statements_->update.number(1, id.value()).bytes(2, states));
}

base::Result<void> Database::remove(queue::QueueId id) {
    if (auto gone = run(statements_->remove_state.number(1, id.value())); !gone) return gone;
    return run(statements_->remove_message.number(1, id.value()));
}

base::Result<bool> Database::find(queue::QueueId id,
                                  const std::function<void(const MessageRow&)>& found) {
    Statement& find = statements_->find.number(1, id.value());
    const int code = find.step();
    if (code == SQLITE_ROW) {
        MessageRow row{.id = id,
                       .envelope = find.bytes(1),
                       .states = find.bytes(2),
                       .content = find.bytes(5),
                       .file = {}};
        if (!find.is_null(4)) row.file = ContentFile{find.number(4), find.number(3)};
        found(row);
    }
    auto failed = failure("cannot read");
    find.reset();
    if (code != SQLITE_ROW && code != SQLITE_DONE) return failed;
    return code == SQLITE_ROW;
}

base::Result<void> Database::list(queue::QueueId after, std::size_t count,
                                  const std::function<void(const MessageRow&)>& each) {
    Statement& rows = statements_->list.number(1, after.value()).number(2, count);
    int code = SQLITE_DONE;
    while ((code = rows.step()) == SQLITE_ROW) {
        each({.id = queue::QueueId(rows.number(0)),
              .envelope = rows.bytes(1),
              .states = rows.bytes(2),
              .content = {},
              .file = {}});
    }
    auto failed = failure("cannot read");
    rows.reset();
    if (code != SQLITE_DONE) return failed;
    return {};
}

base::Result<void> Database::scan(const std::function<bool(const MessageRow&)>& each) {
    Statement rows;
    rows.prepare(connection_,
                 "SELECT message.id, envelope, coalesce(state.states, message.states)"
                 " FROM message LEFT JOIN state USING (id) ORDER BY message.id");
    int code = SQLITE_DONE;
    while ((code = rows.step()) == SQLITE_ROW) {
        if (!each({.id = queue::QueueId(rows.number(0)),
                   .envelope = rows.bytes(1),
                   .states = rows.bytes(2),
                   .content = {},
                   .file = {}})) {
            return {};
        }
    }
    if (code != SQLITE_DONE) return failure("cannot read");
    return {};
}

base::Result<std::unordered_map<queue::QueueId, ContentFile>> Database::content_files() {
    Statement rows;
    rows.prepare(connection_, "SELECT id, file, bytes FROM message WHERE file IS NOT NULL");
    std::unordered_map<queue::QueueId, ContentFile> files;
    int code = SQLITE_DONE;
    while ((code = rows.step()) == SQLITE_ROW) {
        files.emplace(queue::QueueId(rows.number(0)), ContentFile{rows.number(1), rows.number(2)});
    }
    if (code != SQLITE_DONE) return failure("cannot read");
    return files;
}

base::Result<void> Database::remember(const RefusingHost& host) {
    return run(statements_->remember.text(1, host.address)
                   .text(2, host.host)
                   .number(3, static_cast<std::uint64_t>(host.seen.time_since_epoch().count()))
                   .bytes(4, host.words));
}

base::Result<void> Database::forget(std::string_view address) {
    if (address.empty()) return run(statements_->forget_all);
    return run(statements_->forget.text(1, address));
}

base::Result<std::vector<RefusingHost>> Database::refusing_hosts() {
    Statement rows;
    rows.prepare(connection_,
                 "SELECT address, host, seen, words FROM refusing_host ORDER BY address");
    std::vector<RefusingHost> hosts;
    int code = SQLITE_DONE;
    while ((code = rows.step()) == SQLITE_ROW) {
        const auto seen = static_cast<std::int64_t>(rows.number(2));
        hosts.push_back({.host = std::string(rows.bytes(1)),
                         .address = std::string(rows.bytes(0)),
                         .seen = std::chrono::sys_seconds(std::chrono::seconds(seen)),
                         .words = std::string(rows.bytes(3))});
    }
    if (code != SQLITE_DONE) return failure("cannot read");
    return hosts;
}

}  // namespace turnaway::spool
