// ChildProgram: a server program started with its listening socket already open, and ended with us.
//
// The descriptors are passed as systemd does (sd_listen_fds(3)), so clients may connect before the
// program is up and no port is lost between choosing and binding. The child has its own process
// group, so a Ctrl-C on the terminal goes only to us; the kernel kills it when the thread that
// started it dies, even by SIGKILL (PR_SET_PDEATHSIG). If started as root, it switches to an
// unprivileged user before the program runs: a later change of user would cancel PR_SET_PDEATHSIG.
// Its output goes to a file.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "process/descriptor.h"

namespace turnaway::cli {

// The account of the children if we are root.
struct Account {
    uid_t user;
    gid_t group;
};
// Nothing if we are not root. Fails if there is no user "nobody".
[[nodiscard]] base::Result<std::optional<Account>> child_account();

class ChildProgram {
  public:
    struct Order {
        std::string program;  // a path
        std::vector<std::string> arguments;
        std::string log_file;
        std::optional<Account> account;
        std::string folder = {};                  // to run in; empty: ours
        std::vector<std::string> variables = {};  // `NAME=value`, in its environment
    };
    // `inherited`: become the descriptors 3, 4 and so on.
    [[nodiscard]] static base::Result<ChildProgram> start(const Order& order,
                                                          std::span<const int> inherited);
    ChildProgram(ChildProgram&& other) noexcept;
    ChildProgram& operator=(ChildProgram&& other) noexcept;
    // Ends it at once if it still runs.
    ~ChildProgram();

    // Asks it to end and waits. Returns its exit status; nothing if it did not end in time and was
    // killed, or had been killed.
    std::optional<int> end(std::chrono::milliseconds wait_max, int signal = SIGTERM);

    // Waits for its end by itself. Returns as end() does.
    std::optional<int> wait(std::chrono::milliseconds wait_max);

    pid_t process() const { return process_; }
    // Whether it has ended by itself.
    bool has_ended();

  private:
    void kill_now();

    explicit ChildProgram(pid_t process) : process_(process) {}
    pid_t process_ = -1;
};

// `turnaway-relay` and the like: in the same folder in a build, in sbin if this program is
// installed in bin. Fault::unavailable names the paths that were tried.
[[nodiscard]] base::Result<std::string> find_program(const std::string& name);

}  // namespace turnaway::cli
