// PostgresServer: a PostgreSQL of Debian's package, made in a scratch folder and gone with the
// object. Unix socket only; runs as `nobody` if the test is root, and ends with the test's process.
// It does not sync: no test of this takes the power away.
#pragma once

#include <libpq-fe.h>
#include <sys/types.h>

#include <memory>
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
    using Session = std::unique_ptr<PGconn, decltype(&PQfinish)>;
    static Session connect(const std::string& url) { return {PQconnectdb(url.c_str()), &PQfinish}; }
    // What a statement returns, first column of the first row; "" if nothing.
    static std::string ask(const Session& session, const std::string& sql);
    static std::string ask(const std::string& url, const std::string& sql) {
        return ask(connect(url), sql);
    }
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
