// Connection: one session with PostgreSQL, non-blocking and in pipeline mode.
//
// All statements of a transaction are sent at once, and results are read while more is still being
// sent, so that neither side waits for the other. Every wait has a deadline; after one the session
// is over (session.h). Only connecting blocks. A transaction ends in one of
// three ways, and `unclear` must be resolved by the caller: nothing here guesses. For one thread at
// a time.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "spool/postgres/session.h"

namespace turnaway::spool::postgres {

// A row of a result, in binary format.
class Row {
  public:
    Row(const PGresult* result, int row) : result_(result), row_(row) {}
    bool has(int column) const { return PQgetisnull(result_, row_, column) == 0; }
    std::string_view bytes(int column) const;
    std::int64_t number(int column) const;

  private:
    const PGresult* result_;
    int row_;
};

// One prepared statement (schema.h) with its parameters in binary format.
struct Statement {
    std::string name;
    std::vector<std::string> values = {};
    std::function<void(const Row&)> on_row = {};
};

struct Ending {
    enum class Kind {
        done,
        refused,  // certainly without effect; the session goes on
        unclear,  // the session is over, and the transaction may have been committed or not
    };
    Kind kind = Kind::done;
    std::string state = {};  // SQLSTATE, of a refusal
    std::string words = {};
};

class Connection {
  public:
    // Fault::unavailable: it cannot be reached now. Fault::config: the address or the schema is
    // wrong, with what to do about it. The deadline is for what follows the connecting.
    [[nodiscard]] static base::Result<std::unique_ptr<Connection>> open(
        const std::string& url, std::chrono::milliseconds answer_wait);
    // Makes the tables, or brings them to the version of this program. Returns what was done.
    [[nodiscard]] static base::Result<std::string> migrate(const std::string& url);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // As one transaction, committed when this returns `done`. Results in which a wait for a
    // synchronous standby was cancelled are `unclear`: the commit may be on one server only.
    Ending transact(std::vector<Statement> statements);
    // By itself, for reading.
    Ending ask(Statement statement);
    bool is_over() const { return session_ == nullptr; }
    void end() { session_.reset(); }

  private:
    Connection(Session session, std::chrono::milliseconds answer_wait);
    [[nodiscard]] base::Result<void> begin();
    [[nodiscard]] base::Result<void> check_version();
    bool send(const Statement& statement);
    Ending run(const std::vector<Statement>& statements);
    bool wait_for_result() { return postgres::wait_for_result(session_.get(), &deadline_); }
    void take(const PGresult* result, const Statement& statement, Ending* ending);
    Ending lost();

    Session session_;
    Deadline deadline_;                // for each answer
    bool was_wait_cancelled_ = false;  // set by a notice of the server
};

}  // namespace turnaway::spool::postgres
