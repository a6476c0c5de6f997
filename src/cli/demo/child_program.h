// ChildProgram: a server program started with its listening socket already open, ended with us.
//
// The socket is handed over as systemd does it (sd_listen_fds(3)), so clients may connect before
// the program is up and no port is lost between choosing and binding. The child gets a process
// group of its own, so a Ctrl-C on the terminal is ours alone, and is killed by the kernel when the
// thread that started it dies, even by SIGKILL (PR_SET_PDEATHSIG). Started as root it becomes an
// unprivileged user before the program runs: a later change of user would undo that order of the
// kernel. Its output goes into a file.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "process/descriptor.h"

namespace turnaway::cli {

// The account of the children when we are root.
struct Account {
    uid_t user;
    gid_t group;
};
// Nothing when we are not root. Fails when there is no user "nobody".
[[nodiscard]] base::Result<std::optional<Account>> child_account();

class ChildProgram {
  public:
    struct Order {
        std::string program;  // a path
        std::vector<std::string> arguments;
        std::string log_file;
        std::optional<Account> account;
    };
    [[nodiscard]] static base::Result<ChildProgram> start(const Order& order,
                                                          const process::OwnedFd& listener);
    ChildProgram(ChildProgram&& other) noexcept;
    ChildProgram& operator=(ChildProgram&& other) noexcept;
    // Ends it at once if it still runs.
    ~ChildProgram();

    // Asks it to end and waits. Its exit status; nothing when it did not end in time and was
    // killed, or had been killed.
    std::optional<int> end(std::chrono::milliseconds wait_max);

    pid_t process() const { return process_; }
    // It has gone by itself.
    bool has_ended();

  private:
    void kill_now();

    explicit ChildProgram(pid_t process) : process_(process) {}
    pid_t process_ = -1;
};

// `turnaway-relay` and its like: beside this program in a build, in sbin where it is installed in
// bin. Fault::unavailable names where it was looked for.
[[nodiscard]] base::Result<std::string> find_program(const std::string& name);

}  // namespace turnaway::cli
