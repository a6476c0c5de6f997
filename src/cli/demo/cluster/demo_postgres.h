// DemoPostgres: a PostgreSQL server of the installed package, run by an ordinary user in a folder
// of the demo, with a Unix socket and no port.
//
// The servers and settings of this machine are not touched. Gaps: only the folders of the usual
// packages are searched, and the newest version is used; one that is killed leaves an empty segment
// of System V shared memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/common/loopback.h"
#include "cli/demo/child_program.h"

namespace turnaway::cli {

class DemoPostgres {
  public:
    // The folder of the programs. Fault::unavailable if PostgreSQL is not installed.
    [[nodiscard]] static base::Result<std::string> find_programs();

    // `folder`: does not exist yet.
    DemoPostgres(std::string programs, std::string folder, std::optional<Account> account);

    [[nodiscard]] base::Result<void> start_as_primary();
    [[nodiscard]] base::Result<void> start_as_standby_of(DemoPostgres& primary);
    [[nodiscard]] base::Result<void> promote();
    // As if its machine had failed.
    void kill() { server_.reset(); }
    void end();

    // The first row, its columns separated by `|`.
    [[nodiscard]] base::Result<std::string> ask(const std::string& sql);
    // Asks until the answer is this one.
    [[nodiscard]] base::Result<void> await(const std::string& sql, const std::string& answer);

    const std::string& folder() const { return folder_; }

  private:
    [[nodiscard]] base::Result<void> make_folder() const;
    [[nodiscard]] base::Result<void> start();
    [[nodiscard]] base::Result<void> run(const std::string& program,
                                         std::vector<std::string> arguments) const;

    std::string programs_, folder_;
    std::optional<Account> account_;
    std::optional<ChildProgram> server_;
};

// Runs a program to its end. Fault::unavailable with its last words if that is not 0.
[[nodiscard]] base::Result<void> run_to_end(const ChildProgram::Order& order);

}  // namespace turnaway::cli
