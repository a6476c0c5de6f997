#include "cli/demo/cluster/demo_postgres.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <system_error>
#include <thread>
#include <utility>

#include "cli/demo/demo_folder.h"

namespace turnaway::cli {
namespace {

namespace fs = std::filesystem;
using base::Fault;

constexpr std::chrono::seconds program_wait_max{60};
constexpr std::chrono::seconds end_wait_max{20};
constexpr std::chrono::milliseconds answer_pause{50};
constexpr std::string_view user = "turnaway";
constexpr std::array other_folders{"/usr/bin", "/usr/libexec/postgresql", "/usr/local/bin"};

// Debian has a folder for each version.
std::vector<fs::path> candidate_folders() {
    std::vector<std::pair<int, fs::path>> versions;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
        const int version = std::atoi(entry.path().filename().c_str());
        if (version > 0) versions.emplace_back(version, entry.path() / "bin");
    }
    std::ranges::sort(versions, std::greater());
    std::vector<fs::path> folders;
    folders.reserve(versions.size() + other_folders.size());
    for (auto& [version, path] : versions) folders.push_back(std::move(path));
    for (const char* other : other_folders) {
        folders.emplace_back(other);
    }
    return folders;
}

}  // namespace

base::Result<void> run_to_end(const ChildProgram::Order& order) {
    auto child = ChildProgram::start(order, {});
    if (!child) return std::unexpected(child.error());
    if (child->wait(program_wait_max) == 0) return {};
    return base::fail(Fault::unavailable,
                      order.program + " failed; its last words:\n" + tail_of(order.log_file));
}

base::Result<std::string> DemoPostgres::find_programs() {
    for (const auto& folder : candidate_folders()) {
        if (::access((folder / "initdb").c_str(), X_OK) == 0 &&
            ::access((folder / "postgres").c_str(), X_OK) == 0) {
            return folder.string();
        }
    }
    return base::fail(Fault::unavailable,
                      "PostgreSQL is not installed: there is no initdb in "
                      "/usr/lib/postgresql/*/bin or /usr/bin. Install the package postgresql (no "
                      "server of it need run), version 15 or later");
}

DemoPostgres::DemoPostgres(std::string programs, std::string folder, std::optional<Account> account)
    : programs_(std::move(programs)), folder_(std::move(folder)), account_(account) {}

base::Result<void> DemoPostgres::make_folder() const {
    std::error_code error;
    fs::create_directory(folder_, error);
    if (error) return base::fail(Fault::io, folder_ + ": " + error.message());
    if (account_ && ::chown(folder_.c_str(), account_->user, account_->group) != 0) {
        return base::fail_errno(Fault::system, folder_);
    }
    return {};
}

base::Result<void> DemoPostgres::run(const std::string& program,
                                     std::vector<std::string> arguments) const {
    return run_to_end({.program = programs_ + '/' + program,
                       .arguments = std::move(arguments),
                       .log_file = folder_ + '/' + program + ".log",
                       .account = account_,
                       .folder = folder_});
}

base::Result<void> DemoPostgres::start_as_primary() {
    if (auto done = make_folder(); !done) return done;
    auto made = run("initdb", {"-D", folder_ + "/data", "-A", "trust", "-U", std::string(user),
                               "--no-sync", "-E", "UTF8", "--locale=C"});
    if (!made) return made;
    return start();
}

base::Result<void> DemoPostgres::start_as_standby_of(DemoPostgres& primary) {
    if (auto done = make_folder(); !done) return done;
    const std::string place =
        "host=" + primary.folder_ + " user=" + std::string(user) + " application_name=standby";
    auto copied = run("pg_basebackup", {"-D", folder_ + "/data", "-d", place, "-R", "-X", "stream",
                                        "-c", "fast", "--no-sync"});
    if (!copied) return copied;
    if (auto started = start(); !started) return started;
    for (const char* sql :
         {"ALTER SYSTEM SET synchronous_standby_names = 'standby'", "SELECT pg_reload_conf()"}) {
        if (const auto asked = primary.ask(sql); !asked) return std::unexpected(asked.error());
    }
    return primary.await("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", "1");
}

base::Result<void> DemoPostgres::promote() {
    if (const auto asked = ask("SELECT pg_promote()"); !asked) {
        return std::unexpected(asked.error());
    }
    return await("SELECT pg_is_in_recovery()", "f");
}

// By SIGINT, which ends the sessions (SIGTERM would wait for them).
void DemoPostgres::end() {
    if (server_) server_->end(end_wait_max, SIGINT);
    server_.reset();
}

base::Result<void> DemoPostgres::start() {
    auto child = ChildProgram::start(
        {.program = programs_ + "/postgres",
         .arguments = {"-D", folder_ + "/data", "-k", folder_, "-c", "listen_addresses=", "-c",
                       "dynamic_shared_memory_type=mmap"},
         .log_file = folder_ + "/postgres.log",
         .account = account_,
         .folder = folder_},
        {});
    if (!child) return std::unexpected(child.error());
    server_ = *std::move(child);
    return await("SELECT 1", "1");
}

base::Result<std::string> DemoPostgres::ask(const std::string& sql) {
    const std::string answer = folder_ + "/answer";
    auto asked = run("psql", {"-h", folder_, "-U", std::string(user), "-d", "postgres", "-AtXq",
                              "-c", sql, "-o", answer});
    if (!asked) return std::unexpected(asked.error());
    std::ifstream file(answer);
    std::string line;
    std::getline(file, line);
    return line;
}

base::Result<void> DemoPostgres::await(const std::string& sql, const std::string& answer) {
    const auto until = Steady::now() + program_wait_max;
    for (;;) {
        const auto asked = ask(sql);
        if (asked && *asked == answer) return {};
        if (Steady::now() > until || (server_ && server_->has_ended())) {
            return base::fail(Fault::unavailable, "PostgreSQL does not answer; its last words:\n" +
                                                      tail_of(folder_ + "/postgres.log"));
        }
        std::this_thread::sleep_for(answer_pause);
    }
}

}  // namespace turnaway::cli
