#include "cli/diagnose/followed_log.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <utility>

#include "process/descriptor.h"

namespace turnaway::cli {

namespace {

constexpr int look_ms = 200;
constexpr std::size_t read_bytes = std::size_t{256} * 1024;

void pause(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, std::chrono::milliseconds(look_ms), [] { return false; });
}

// The read bytes, 0 at the end.
base::Result<std::string_view> read_some(int descriptor, const std::string& name,
                                         std::string& buffer) {
    for (;;) {
        const ssize_t size = ::read(descriptor, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return base::fail_errno(base::Fault::io, "cannot read " + name);
        return std::string_view(buffer).substr(0, static_cast<std::size_t>(size));
    }
}

bool is_another_file(const std::string& path, const struct stat& opened) {
    struct stat now = {};
    if (::stat(path.c_str(), &now) != 0) return false;
    return now.st_ino != opened.st_ino || now.st_dev != opened.st_dev;
}

// The output of `journalctl`, which ends with this object.
class Journal {
  public:
    Journal() = default;
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;
    ~Journal() {
        if (process_ <= 0) return;
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
    }

    base::Result<void> start() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            return base::fail_errno(base::Fault::system, "pipe");
        output_ = process::OwnedFd(ends[0]);
        const process::OwnedFd writer(ends[1]);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, writer.get(), STDOUT_FILENO);
        // Signals are blocked here (stop_signals.h) and must not be there.
        posix_spawnattr_t attributes;
        ::posix_spawnattr_init(&attributes);
        sigset_t none;
        sigemptyset(&none);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        std::array<std::string, 6> words{"journalctl", "--follow",           "--lines=0",
                                         "--quiet",    "--output=short-iso", "--no-pager"};
        std::array<char*, 7> arguments{};
        for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
        const int error = ::posix_spawnp(&process_, "journalctl", &actions, &attributes,
                                         arguments.data(), environ);
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&actions);
        if (error == 0) return {};
        process_ = -1;
        return base::fail_errno(base::Fault::unavailable, "cannot run journalctl", error);
    }
    int output() const { return output_.get(); }

  private:
    process::OwnedFd output_;
    pid_t process_ = -1;
};

}  // namespace

base::Result<void> FollowedLog::read(const std::stop_token& stop, const Calls& calls) const {
    process::OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return base::fail_errno(base::Fault::no_input, "cannot open " + path);
    off_t at = begins_at_end ? ::lseek(file.get(), 0, SEEK_END) : 0;
    std::string buffer(read_bytes, '\0');
    while (!stop.stop_requested()) {
        // Asked before the read: what was written before the rotation is read first.
        struct stat opened = {};
        if (::fstat(file.get(), &opened) != 0)
            return base::fail_errno(base::Fault::io, "cannot read " + path);
        const bool is_rotated = is_another_file(path, opened);
        if (opened.st_size < at && S_ISREG(opened.st_mode)) {
            at = ::lseek(file.get(), 0, SEEK_SET);
            calls.renewed();
        }
        const auto bytes = read_some(file.get(), path, buffer);
        if (!bytes) return std::unexpected(bytes.error());
        if (!bytes->empty()) {
            at += static_cast<off_t>(bytes->size());
            calls.take(*bytes);
            continue;
        }
        if (is_rotated) {
            process::OwnedFd next(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
            if (next.is_open()) {
                file = std::move(next);
                at = 0;
                calls.renewed();
                continue;
            }
        }
        if (!calls.idle()) return {};
        pause(stop);
    }
    return {};
}

base::Result<void> follow_journal(const std::stop_token& stop, const FollowedLog::Calls& calls) {
    Journal journal;
    if (auto started = journal.start(); !started) return started;
    std::string buffer(read_bytes, '\0');
    while (!stop.stop_requested()) {
        pollfd ready{.fd = journal.output(), .events = POLLIN, .revents = 0};
        if (::poll(&ready, 1, look_ms) <= 0) {
            if (!calls.idle()) return {};
            continue;
        }
        const auto bytes = read_some(journal.output(), "the journal", buffer);
        if (!bytes) return std::unexpected(bytes.error());
        if (bytes->empty()) {
            if (!calls.idle()) return {};
            return base::fail(base::Fault::unavailable, "journalctl has ended");
        }
        calls.take(*bytes);
    }
    return {};
}

}  // namespace turnaway::cli
