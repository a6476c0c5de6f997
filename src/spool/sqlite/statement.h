// Statement: one prepared SQLite statement, finalised with its owner.
//
// Bound values are not copied and must live until reset(). step() returns SQLite's own code.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string_view>
#include <utility>

namespace turnaway::spool {

class Statement {
  public:
    Statement() = default;
    Statement(Statement&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Statement& operator=(Statement&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Statement() { sqlite3_finalize(handle_); }

    int prepare(sqlite3* connection, std::string_view sql) {
        return sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()),
                                  SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
    }

    Statement& number(int at, std::uint64_t value) {
        sqlite3_bind_int64(handle_, at, static_cast<sqlite3_int64>(value));
        return *this;
    }
    Statement& bytes(int at, std::string_view value) {
        // A null pointer would bind NULL, which an empty value is not.
        const char* data = value.empty() ? "" : value.data();
        sqlite3_bind_blob64(handle_, at, data, value.size(), SQLITE_STATIC);
        return *this;
    }
    Statement& text(int at, std::string_view value) {
        const char* data = value.empty() ? "" : value.data();
        sqlite3_bind_text64(handle_, at, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
        return *this;
    }
    Statement& nothing(int at) {
        sqlite3_bind_null(handle_, at);
        return *this;
    }

    int step() { return sqlite3_step(handle_); }
    void reset() { sqlite3_reset(handle_); }

    bool is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
    std::uint64_t number(int column) const {
        return static_cast<std::uint64_t>(sqlite3_column_int64(handle_, column));
    }
    std::string_view bytes(int column) const {
        const void* data = sqlite3_column_blob(handle_, column);
        const int size = sqlite3_column_bytes(handle_, column);
        return data == nullptr ? std::string_view()
                               : std::string_view(static_cast<const char*>(data),
                                                  static_cast<std::size_t>(size));
    }

  private:
    sqlite3_stmt* handle_ = nullptr;
};

}  // namespace turnaway::spool
