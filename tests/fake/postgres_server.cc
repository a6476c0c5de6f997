#include "fake/postgres_server.h"

#include <libpq-fe.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "base/check.h"

namespace turnaway::fake {
namespace {

std::string find_programs() {
    std::string found;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
        const auto bin = entry.path() / "bin";
        if (std::filesystem::exists(bin / "initdb")) found = bin.string();
    }
    return found;
}

// Looked for once, before a test has threads: the sanitizer does not see which descriptor opendir()
// gets, and takes the closedir() for a race with the connection that had the number before.
const std::string& programs() {
    static const std::string found = find_programs();
    return found;
}

pid_t start_program(std::vector<std::string> words) {
    if (::geteuid() == 0) {
        words.insert(words.begin(), {"setpriv", "--pdeathsig=QUIT", "--reuid=nobody",
                                     "--regid=nogroup", "--clear-groups"});
    } else {
        words.insert(words.begin(), {"setpriv", "--pdeathsig=QUIT"});
    }
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        [[maybe_unused]] const auto* const out = std::freopen("/dev/null", "w", stdout);
        [[maybe_unused]] const auto* const error = std::freopen("/dev/null", "w", stderr);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    return child;
}

int end_of(pid_t process) {
    int status = 0;
    ::waitpid(process, &status, 0);
    return status;
}

}  // namespace

bool PostgresServer::is_installed() {
    return !programs().empty();
}

PostgresServer::PostgresServer() {
    std::string pattern = "/tmp/turnaway_pg_XXXXXX";  // a socket's path is short
    TURNAWAY_CHECK(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    if (::geteuid() == 0) {
        const passwd* const nobody = ::getpwnam("nobody");
        TURNAWAY_CHECK(::chown(folder_.c_str(), nobody->pw_uid, nobody->pw_gid) == 0);
    }
    TURNAWAY_CHECK(
        end_of(start_program({programs() + "/initdb", "-D", folder_ + "/data", "-A", "trust", "-U",
                              "turnaway", "-N", "-E", "UTF8", "--locale=C"})) == 0);
    start();
}

PostgresServer::~PostgresServer() {
    kill();
    std::filesystem::remove_all(folder_);
}

void PostgresServer::start() {
    process_ = start_program({programs() + "/postgres", "-D", folder_ + "/data", "-k", folder_,
                              "-c", "listen_addresses=", "-c", "fsync=off"});
    wait_until_ready();
}

void PostgresServer::kill() {
    ::kill(process_, SIGQUIT);
    end_of(process_);
}

std::string PostgresServer::url(const std::string& database) const {
    return "postgresql://turnaway@/" + database + "?host=" + folder_;
}

void PostgresServer::wait_until_ready() const {
    for (int i = 0; i < 3000 && PQping(url("postgres").c_str()) != PQPING_OK; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

std::string PostgresServer::make_database() {
    const std::string name = "spool" + std::to_string(++databases_);
    ask(url("postgres"), "CREATE DATABASE " + name);
    return url(name);
}

std::string PostgresServer::ask(const Session& session, const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(session.get(), sql.c_str()),
                                                               &PQclear);
    const auto status = PQresultStatus(result.get());
    TURNAWAY_CHECK(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK);
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

}  // namespace turnaway::fake
