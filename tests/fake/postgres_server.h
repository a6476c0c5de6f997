// PostgresServer: a PostgreSQL of Debian's package, made in a scratch folder and gone with the
// object. Unix socket only; runs as `nobody` if the test is root, and ends with the test's process.
// It does not sync: no test of this takes the power away.
#pragma once

#include <sys/types.h>

#include <string>

namespace turnaway::fake {

class PostgresServer {
  public:
    static bool is_installed();
    PostgresServer();
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    // The address of a new, empty database.
    std::string make_database();
    // What a statement returns, first column of the first row; "" if nothing.
    std::string ask(const std::string& url, const std::string& sql) const;
    // All sessions of the server end, as if it had crashed.
    void kill();
    void start();

  private:
    std::string url(const std::string& database) const;
    void wait_until_ready() const;

    std::string folder_;
    pid_t process_ = -1;
    int databases_ = 0;
};

}  // namespace turnaway::fake
