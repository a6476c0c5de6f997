#include "cli/demo/keyboard.h"

#include <poll.h>
#include <unistd.h>

#include <ctime>
#include <utility>

namespace turnaway::cli {
namespace {

constexpr int look_ms = 50;
constexpr timespec at_once{};

bool is_in_foreground() {
    return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

}  // namespace

StopKey::StopKey() {
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGTSTP);
    pthread_sigmask(SIG_BLOCK, &signal_, &mask_before_);
}

StopKey::~StopKey() {
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

bool Keyboard::is_there() {
    return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
}

Keyboard::Keyboard(const StopKey& stop_key, std::function<void(char)> on_key)
    : stop_key_(stop_key), on_key_(std::move(on_key)) {
    take_terminal();
    thread_ = std::jthread([this](const std::stop_token& stop) { read_keys(stop); });
}

Keyboard::~Keyboard() {
    thread_.request_stop();
    thread_.join();
    give_back();
}

void Keyboard::read_keys(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        if (sigtimedwait(&stop_key_.signal(), nullptr, &at_once) == SIGTSTP) stop_as_asked();
        take_terminal();
        pollfd request{.fd = is_ours_ ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0};
        if (poll(&request, 1, look_ms) <= 0) continue;
        char key = 0;
        if ((request.revents & POLLIN) == 0) return;  // the terminal is gone
        if (::read(STDIN_FILENO, &key, 1) == 1 && key != came_back) on_key_(key);
    }
}

// Keys typed ahead are kept (TCSADRAIN).
void Keyboard::take_terminal() {
    if (!is_in_foreground()) {
        is_ours_ = false;
        return;
    }
    if (is_ours_ || tcgetattr(STDIN_FILENO, &settings_before_) != 0) return;
    termios settings = settings_before_;
    settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    is_ours_ = tcsetattr(STDIN_FILENO, TCSADRAIN, &settings) == 0;
}

void Keyboard::give_back() {
    if (is_ours_ && is_in_foreground()) tcsetattr(STDIN_FILENO, TCSADRAIN, &settings_before_);
    is_ours_ = false;
}

// Uses SIGTSTP itself: with it, the kernel does not stop a process that no shell could continue.
void Keyboard::stop_as_asked() {
    give_back();
    pthread_sigmask(SIG_UNBLOCK, &stop_key_.signal(), nullptr);
    ::kill(::getpid(), SIGTSTP);
    pthread_sigmask(SIG_BLOCK, &stop_key_.signal(), nullptr);
    take_terminal();
    on_key_(came_back);
}

}  // namespace turnaway::cli
