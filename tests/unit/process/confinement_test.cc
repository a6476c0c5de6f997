// The sandbox of both daemons, tried out in child processes, which it never lets go again.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <latch>
#include <string>
#include <thread>

#include "process/descriptor.h"
#include "process/landlock.h"
#include "process/rights.h"
#include "process/system_calls.h"

namespace turnaway::process {
namespace {

// Sanitizers make calls of their own, which the filter would end.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TURNAWAY_IS_SANITIZED
#endif
#endif

constexpr int all_right = 42;

// How the child ended that did this: its exit code, or 1000 and the signal.
int outcome_of(const std::function<int()>& act) {
    const pid_t child = fork();
    if (child == 0) _exit(act());
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

struct Folder {
    Folder() {
        std::string name = std::filesystem::temp_directory_path() / "turnaway_process_XXXXXX";
        path = mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string path;
};

bool can_open(const std::string& path, int flags) {
    const OwnedFd file(open(path.c_str(), flags | O_CLOEXEC, 0600));
    return file.get() >= 0;
}

// Binding alone, so that the answer is landlock's or the system's.
bool can_bind(std::uint16_t port) {
    const OwnedFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

TEST(Landlock, OnlyWhatIsNamedCanBeReached) {
    const Folder kept;
    const Folder shown;
    const Folder closed;
    std::ofstream(shown.path + "/old") << "text";
    std::ofstream(closed.path + "/old") << "text";
    const auto act = [&] {
        if (!restrict_reach({.readable = {shown.path, "/no/such/folder"},
                             .changeable = {kept.path},
                             .may_connect = true})) {
            return 1;
        }
        if (!can_open(kept.path + "/new", O_RDWR | O_CREAT)) return 2;
        if (unlink((kept.path + "/new").c_str()) != 0) return 3;
        if (!can_open(shown.path + "/old", O_RDONLY)) return 4;
        if (can_open(shown.path + "/old", O_WRONLY)) return 5;
        if (can_open(shown.path + "/new", O_WRONLY | O_CREAT)) return 6;
        if (can_open(closed.path + "/old", O_RDONLY)) return 7;
        if (can_open("/etc/passwd", O_RDONLY)) return 8;
        return all_right;
    };
    EXPECT_EQ(outcome_of(act), all_right);
}

TEST(Landlock, OnlyNamedPortsCanBeBound) {
    // Version 4 of the interface knows ports.
    if (syscall(SYS_landlock_create_ruleset, nullptr, 0, 1) < 4)
        GTEST_SKIP() << "this kernel's landlock knows no ports";
    EXPECT_EQ(outcome_of([] {
                  if (!restrict_reach({.may_connect = true})) return 1;
                  return can_bind(0) ? 2 : all_right;
              }),
              all_right);
    EXPECT_EQ(outcome_of([] {
                  if (!restrict_reach({.bindable_ports = {0}})) return 1;
                  return can_bind(0) ? all_right : 2;
              }),
              all_right);
}

TEST(Landlock, AFolderToChangeMustBeThere) {
    const auto act = [] { return restrict_reach({.changeable = {"/no/such/folder"}}) ? 1 : 2; };
    EXPECT_EQ(outcome_of(act), 2);
}

TEST(Rights, GoneForGood) {
    const auto act = [] {
        if (!drop_privileges(std::nullopt) || !forbid_core_dumps()) return 1;
        // What only a capability allows, whoever one is.
        if (nice(-1) != -1 || errno != EPERM) return 2;
        return all_right;
    };
    EXPECT_EQ(outcome_of(act), all_right);
    const auto root = find_account("root", "--user");
    ASSERT_FALSE(root);
    EXPECT_EQ(root.error().message, "--user: 'root' is not an unprivileged user of this system");
}

TEST(Rights, RootBecomesSomebodyElse) {
    if (!is_root()) GTEST_SKIP() << "needs root";
    const auto nobody = find_account("nobody", "--user");
    ASSERT_TRUE(nobody);
    const auto act = [&] {
        if (!drop_privileges(*nobody)) return 1;
        return geteuid() == nobody->user && getegid() == nobody->group && setuid(0) != 0 ? all_right
                                                                                         : 2;
    };
    EXPECT_EQ(outcome_of(act), all_right);
}

#ifndef TURNAWAY_IS_SANITIZED

bool confine(bool may_start_threads = false) {
    return drop_privileges(std::nullopt) &&
           restrict_system_calls({.allowed = {},
                                  .may_start_threads = may_start_threads,
                                  .socket_families = {AF_INET}});
}

TEST(SystemCalls, WhatIsAllowedWorks) {
    const auto act = [] {
        if (!confine(true)) return 1;
        int done = 0;
        std::thread([&done] { done = all_right; }).join();
        const OwnedFd fd(socket(AF_INET, SOCK_STREAM, 0));
        return fd.get() >= 0 ? done : 2;
    };
    EXPECT_EQ(outcome_of(act), all_right);
}

// Ends with EX_SOFTWARE and names the call.
void expect_end(const std::function<void()>& call, long number) {
    SCOPED_TRACE(number);
    testing::FLAGS_gtest_death_test_style = "fast";
    EXPECT_EXIT(
        {
            if (!confine()) _exit(1);
            call();
            _exit(2);
        },
        testing::ExitedWithCode(70), "system call " + std::to_string(number) + " is not one");
}

TEST(SystemCalls, EverythingElseEndsTheProcess) {
    expect_end([] { execl("/bin/true", "true", nullptr); }, SCMP_SYS(execve));
    expect_end([] { can_open("/etc/passwd", O_RDONLY); }, SCMP_SYS(openat));
    expect_end([] { socket(AF_UNIX, SOCK_STREAM, 0); }, SCMP_SYS(socket));
    expect_end([] { kill(1, 0); }, SCMP_SYS(kill));
    expect_end([] { mmap(nullptr, 4096, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); },
               SCMP_SYS(mmap));
    expect_end([] { signal(SIGSYS, SIG_IGN); }, SCMP_SYS(rt_sigaction));
}

TEST(SystemCalls, AnotherThreadIsHeldToo) {
    EXPECT_EXIT(
        {
            std::atomic<bool> is_confined = false;
            // A thread that is just being started makes calls of its own.
            std::latch started(1);
            std::thread other([&] {
                started.count_down();
                is_confined.wait(false);
                can_open("/etc/passwd", O_RDONLY);
                _exit(2);
            });
            started.wait();
            if (!confine()) _exit(1);
            is_confined = true;
            is_confined.notify_all();
            other.join();
        },
        testing::ExitedWithCode(70), "system call");
}

TEST(SystemCalls, NoNewProcessEvenWhereThreadsMayStart) {
    // The C library of Debian 13 blocks signals around fork: the process ends without a word.
    const auto is_ended = [](int status) {
        return (WIFEXITED(status) && WEXITSTATUS(status) == 70) ||
               (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
    };
    EXPECT_EXIT(
        {
            if (!confine(true)) _exit(1);
            fork();
            _exit(2);
        },
        is_ended, "");
}

#endif

}  // namespace
}  // namespace turnaway::process
