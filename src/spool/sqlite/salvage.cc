#include "spool/sqlite/salvage.h"

#include <sqlite3.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "spool/sqlite/statement.h"

namespace turnaway::spool {
namespace {

// Each is one descent through the tree; a lost page of the tree costs some 60.
constexpr int probes_max = 20'000;

struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close(connection); }
};
using Connection = std::unique_ptr<sqlite3, Close>;

class Reader {
  public:
    Reader(sqlite3* connection, const std::function<void(const MessageRow&)>& each)
        : connection_(connection), each_(each) {}

    bool prepare() {
        constexpr std::string_view columns = "SELECT id, envelope, states, bytes, file, content";
        const std::string from = std::string(columns) + " FROM message WHERE id ";
        return up_.prepare(connection_, from + "> ?1 AND id < ?2 ORDER BY id") == SQLITE_OK &&
               down_.prepare(connection_, from + "> ?1 AND id < ?2 ORDER BY id DESC") ==
                   SQLITE_OK &&
               states_.prepare(connection_, "SELECT states FROM state WHERE id = ?1") == SQLITE_OK;
    }

    // All rows between both ends, which are excluded.
    void read(std::uint64_t low, std::uint64_t high) {
        if (high - low < 2 || looks_ >= probes_max) return;
        const auto up_to = walk(up_, low, high);
        if (!up_to) return;
        const auto down_to = walk(down_, *up_to, high);
        if (!down_to || *down_to - *up_to < 2) return;
        if (*up_to == low && *down_to == high) {
            // Neither end can be read: more rows may lie between.
            const std::uint64_t middle = low + (high - low) / 2;
            ++salvaged_.gaps;
            read(low, middle);
            read(middle - 1, high);
            return;
        }
        read(*up_to, *down_to);
    }

    const Salvaged& salvaged() const { return salvaged_; }

  private:
    // The last id read before damage; nothing: it reached the end.
    std::optional<std::uint64_t> walk(Statement& rows, std::uint64_t low, std::uint64_t high) {
        ++looks_;
        rows.number(1, low).number(2, high);
        std::uint64_t last = &rows == &up_ ? low : high;
        int code = SQLITE_DONE;
        while ((code = rows.step()) == SQLITE_ROW) {
            last = rows.number(0);
            hand_over(rows);
        }
        rows.reset();
        if (code == SQLITE_DONE) return std::nullopt;
        return last;
    }

    void hand_over(Statement& rows) {
        MessageRow row{.id = queue::QueueId(rows.number(0)),
                       .envelope = rows.bytes(1),
                       .states = rows.bytes(2),
                       .content = rows.bytes(5),
                       .file = {}};
        if (!rows.is_null(4)) row.file = ContentFile{rows.number(4), rows.number(3)};
        // Unreadable states are replaced by those on arrival.
        states_.number(1, rows.number(0));
        if (states_.step() == SQLITE_ROW) row.states = states_.bytes(0);
        ++salvaged_.rows;
        each_(row);
        states_.reset();
    }

    sqlite3* connection_;
    const std::function<void(const MessageRow&)>& each_;
    Statement up_, down_, states_;
    Salvaged salvaged_;
    int looks_ = 0;
};

}  // namespace

base::Result<Salvaged> salvage_rows(const std::string& file,
                                    const std::function<void(const MessageRow&)>& each) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &opened,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, nullptr);
    const Connection connection(opened);
    const auto failure = [&](std::string_view what) {
        return base::fail(base::Fault::data,
                          file + ": " + std::string(what) + ": " +
                              (opened == nullptr ? "no memory" : sqlite3_errmsg(opened)));
    };
    if (code != SQLITE_OK) return failure("cannot open");
    sqlite3_db_config(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_exec(opened, "PRAGMA locking_mode = EXCLUSIVE", nullptr, nullptr, nullptr);
    Reader reader(opened, each);
    if (!reader.prepare()) return failure("holds no rows that can be read");
    reader.read(0, std::numeric_limits<std::int64_t>::max());
    return reader.salvaged();
}

}  // namespace turnaway::spool
