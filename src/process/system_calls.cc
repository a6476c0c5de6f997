#include "process/system_calls.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "process/landlock.h"

namespace turnaway::process {

namespace {

using base::Fault;
using base::Result;

constexpr std::array common_calls{
    // Clock, for machines without a vDSO.
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    // Log, signals, wake-ups.
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(close), SCMP_SYS(poll), SCMP_SYS(ppoll),
    SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_ctl),
    // Memory and locks of the C library.
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
    SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall),
    // Ending.
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(exit), SCMP_SYS(exit_group),
    SCMP_SYS(getpid), SCMP_SYS(gettid)};

// What the start of a thread needs in addition to clone.
constexpr std::array thread_calls{SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
                                  SCMP_SYS(sched_getaffinity)};

void say(std::string_view text) {
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

// Only functions that a signal handler may call. The parts go out as one line, so that a log stays
// readable.
void end_for_call(int, siginfo_t* info, void*) {
    std::array<char, 16> digits{};
    std::size_t begin = digits.size();
    for (auto rest = static_cast<unsigned>(info->si_syscall); begin > 0; rest /= 10) {
        digits[--begin] = static_cast<char>('0' + rest % 10);
        if (rest < 10) break;
    }
    std::array<char, 256> line{};
    std::size_t length = 0;
    const auto add = [&](std::string_view text) {
        const std::size_t bytes = std::min(text.size(), line.size() - length);
        std::memcpy(line.data() + length, text.data(), bytes);
        length += bytes;
    };
    add(program_invocation_short_name);
    add(": system call ");
    add({digits.data() + begin, digits.size() - begin});
    add(" is not one this program makes (seccomp): ended; please report this\n");
    say({line.data(), length});
    _exit(base::exit_code(Fault::software));
}

Result<void> await_violations() {
    struct sigaction action{};
    action.sa_sigaction = &end_for_call;
    action.sa_flags = SA_SIGINFO;
    if (sigaction(SIGSYS, &action, nullptr) == 0) return {};
    return base::fail_errno(Fault::system, "cannot watch for SIGSYS");
}

scmp_arg_cmp is(unsigned argument, int value) {
    return {argument, SCMP_CMP_EQ, static_cast<scmp_datum_t>(value), 0};
}

class Filter {
  public:
    Filter() : context_(seccomp_init(SCMP_ACT_TRAP), &seccomp_release) {
        keep(context_ == nullptr ? -ENOMEM : 0);
        set(SCMP_FLTATR_CTL_TSYNC, 1);
        // A binary tree instead of a list: the hot calls are found in a few steps.
        set(SCMP_FLTATR_CTL_OPTIMIZE, 2);
    }

    template <class... Conditions>
    void allow(int call, const Conditions&... conditions) {
        add(SCMP_ACT_ALLOW, call, conditions...);
    }
    void fail(int call, std::uint16_t error) { add(SCMP_ACT_ERRNO(error), call); }
    // 0, or a negative error of any of the above.
    int load() {
        if (error_ == 0) keep(seccomp_load(context_.get()));
        return error_;
    }

  private:
    template <class... Conditions>
    void add(std::uint32_t action, int call, const Conditions&... conditions) {
        if (error_ != 0) return;
        const int added =
            seccomp_rule_add(context_.get(), action, call, sizeof...(conditions), conditions...);
        if (added != -EDOM) keep(added);  // a call this machine does not have
    }
    void set(scmp_filter_attr attribute, std::uint32_t value) {
        if (error_ == 0) keep(seccomp_attr_set(context_.get(), attribute, value));
    }
    void keep(int result) {
        if (error_ == 0) error_ = result;
    }

    std::unique_ptr<void, decltype(&seccomp_release)> context_;
    int error_ = 0;
};

void allow_threads(Filter& filter) {
    // The flags of clone3 are behind a pointer; without clone3 the C library uses clone.
    filter.fail(SCMP_SYS(clone3), ENOSYS);
    constexpr scmp_datum_t thread = CLONE_THREAD | CLONE_VM | CLONE_SIGHAND;
    filter.allow(SCMP_SYS(clone), SCMP_CMP(0, SCMP_CMP_MASKED_EQ, thread, thread));
    for (const int call : thread_calls) filter.allow(call);
}

}  // namespace

Result<void> restrict_system_calls(const CallRules& rules) {
    if (auto done = await_violations(); !done) return done;
    Filter filter;
    for (const int call : common_calls) filter.allow(call);
    for (const int call : rules.allowed) filter.allow(call);
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
        filter.allow(call, SCMP_CMP(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    }
    filter.allow(SCMP_SYS(rt_sigaction), scmp_arg_cmp{0, SCMP_CMP_NE, SIGSYS, 0});
    filter.allow(SCMP_SYS(tgkill), is(0, getpid()));
    for (const int family : rules.socket_families) {
        filter.allow(SCMP_SYS(socket), is(0, family));
    }
    for (const int control : rules.io_controls) filter.allow(SCMP_SYS(ioctl), is(1, control));
    if (rules.may_start_threads) allow_threads(filter);
    const int loaded = filter.load();
    if (loaded == 0) return {};
    return base::fail(Fault::unavailable, std::string("seccomp cannot be used: ") +
                                              std::strerror(-loaded) + without_this);
}

}  // namespace turnaway::process
