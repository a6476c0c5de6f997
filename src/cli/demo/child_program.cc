#include "cli/demo/child_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "cli/daemon.h"

namespace turnaway::cli {
namespace {

using base::Fault;

constexpr int first_inherited_fd = 3;
constexpr int exit_not_started = 127;

// The environment of the child, which fills in LISTEN_PID, as only it knows its process id.
std::vector<std::string> environment_of_child(const std::vector<std::string>& added,
                                              std::size_t inherited) {
    std::vector<std::string> environment;
    for (char** each = environ; *each != nullptr; ++each) {
        const std::string_view variable(*each);
        const auto name = variable.substr(0, variable.find('=') + 1);
        const auto is_same = [name](const std::string& other) { return other.starts_with(name); };
        if (variable.starts_with("LISTEN_") || std::ranges::any_of(added, is_same)) continue;
        environment.emplace_back(variable);
    }
    environment.insert(environment.end(), added.begin(), added.end());
    environment.push_back("LISTEN_FDS=" + std::to_string(inherited));
    environment.emplace_back("LISTEN_PID=" + std::string(20, '\0'));
    return environment;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

bool take_account(const std::optional<Account>& account) {
    return !account || (setgroups(0, nullptr) == 0 &&
                        setresgid(account->group, account->group, account->group) == 0 &&
                        setresuid(account->user, account->user, account->user) == 0);
}

// In the child, before exec: only calls that are safe after fork().
[[noreturn]] void become(int program_fd, int log_fd, std::span<const process::OwnedFd> inherited,
                         pid_t parent, const ChildProgram::Order& order,
                         std::vector<char*>& arguments, std::vector<char*>& environment,
                         std::string& process_word) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    bool is_ready = nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
                    dup2(log_fd, STDOUT_FILENO) >= 0 && dup2(log_fd, STDERR_FILENO) >= 0 &&
                    take_account(order.account) && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
                    getppid() == parent &&
                    (order.folder.empty() || chdir(order.folder.c_str()) == 0);
    int number = first_inherited_fd;
    for (const auto& each : inherited) is_ready = is_ready && dup2(each.get(), number++) >= 0;
    if (!is_ready) _exit(exit_not_started);
    std::snprintf(process_word.data(), process_word.size(), "LISTEN_PID=%d", getpid());
    fexecve(program_fd, arguments.data(), environment.data());
    _exit(exit_not_started);
}

}  // namespace

base::Result<std::optional<Account>> child_account() {
    if (geteuid() != 0) return std::nullopt;
    const passwd* nobody = getpwnam("nobody");
    if (nobody == nullptr) {
        return base::fail(Fault::permission,
                          "started as root, and there is no user nobody to "
                          "become: start it as an ordinary user");
    }
    return Account{.user = nobody->pw_uid, .group = nobody->pw_gid};
}

base::Result<ChildProgram> ChildProgram::start(const Order& order, std::span<const int> inherited) {
    // Above the numbers that they take, as the program is.
    const int first_free_fd = first_inherited_fd + static_cast<int>(inherited.size());
    std::vector<process::OwnedFd> passed;
    for (const int each : inherited) {
        passed.emplace_back(fcntl(each, F_DUPFD_CLOEXEC, first_free_fd));
        if (!passed.back().is_open()) return base::fail_errno(Fault::system, order.program);
    }
    // Opened here, since the child's account may not have access to the program's folder.
    const process::OwnedFd found(open(order.program.c_str(), O_RDONLY | O_CLOEXEC));
    if (!found.is_open()) return base::fail_errno(Fault::unavailable, order.program);
    const process::OwnedFd program(fcntl(found.get(), F_DUPFD_CLOEXEC, first_free_fd));
    const process::OwnedFd log(
        open(order.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!log.is_open()) return base::fail_errno(Fault::io, order.log_file);
    auto argument_words = order.arguments;
    argument_words.insert(argument_words.begin(), order.program);
    auto environment_words = environment_of_child(order.variables, inherited.size());
    auto arguments = pointers_to(argument_words);
    auto environment = pointers_to(environment_words);
    const pid_t parent = getpid();
    const pid_t process = fork();
    if (process < 0) return base::fail_errno(Fault::system, "cannot start " + order.program);
    if (process == 0) {
        become(program.get(), log.get(), passed, parent, order, arguments, environment,
               environment_words.back());
    }
    return ChildProgram(process);
}

ChildProgram::ChildProgram(ChildProgram&& other) noexcept
    : process_(std::exchange(other.process_, -1)) {}

ChildProgram& ChildProgram::operator=(ChildProgram&& other) noexcept {
    std::swap(process_, other.process_);
    return *this;
}

ChildProgram::~ChildProgram() {
    kill_now();
}

std::optional<int> ChildProgram::end(std::chrono::milliseconds wait_max, int signal) {
    if (process_ >= 0) kill(process_, signal);
    return wait(wait_max);
}

std::optional<int> ChildProgram::wait(std::chrono::milliseconds wait_max) {
    if (process_ < 0) return std::nullopt;
    const int watch = static_cast<int>(syscall(SYS_pidfd_open, process_, 0));
    pollfd request{.fd = watch, .events = POLLIN, .revents = 0};
    const bool is_over = watch >= 0 && poll(&request, 1, static_cast<int>(wait_max.count())) > 0;
    if (watch >= 0) close(watch);
    if (!is_over) {
        kill_now();
        return std::nullopt;
    }
    int status = 0;
    const bool is_known = waitpid(process_, &status, 0) == process_;
    process_ = -1;
    if (!is_known || !WIFEXITED(status)) return std::nullopt;
    return WEXITSTATUS(status);
}

void ChildProgram::kill_now() {
    if (process_ < 0) return;
    kill(process_, SIGKILL);
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
}

bool ChildProgram::has_ended() {
    if (process_ < 0) return true;
    if (waitpid(process_, nullptr, WNOHANG) != process_) return false;
    process_ = -1;
    return true;
}

base::Result<std::string> find_program(const std::string& name) {
    const auto own = own_folder();
    if (!own) return std::unexpected(own.error());
    const std::string& folder = *own;
    for (const auto& place : {folder + name, fmt::format("{}../sbin/{}", folder, name)}) {
        if (access(place.c_str(), X_OK) == 0) return place;
    }
    return base::fail(Fault::unavailable, name + " is neither in " + folder +
                                              " nor in the sbin beside it: build or install it");
}

}  // namespace turnaway::cli
