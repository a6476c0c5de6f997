// Keyboard: single keys of the terminal on standard input, without Enter and without echo.
//
// Only if standard input and output are both a terminal. Ctrl-C stays a signal. The terminal's
// settings are restored by the destructor, and while the process is stopped by Ctrl-Z; in the
// background it changes nothing and reads nothing. Not restored after SIGKILL.
#pragma once

#include <termios.h>

#include <csignal>
#include <functional>
#include <stop_token>
#include <thread>

namespace turnaway::cli {

// Blocks SIGTSTP in all threads started later, so that none stops the process before the keyboard
// has restored the terminal.
class StopKey {
  public:
    StopKey();
    ~StopKey();
    StopKey(const StopKey&) = delete;
    StopKey& operator=(const StopKey&) = delete;

    const sigset_t& signal() const { return signal_; }

  private:
    sigset_t signal_ = {};
    sigset_t mask_before_ = {};
};

class Keyboard {
  public:
    static constexpr char came_back = '\0';  // not a key: the process was stopped and continues

    static bool is_there();
    // Each key is passed to `on_key`, on the keyboard's thread. `stop_key` must outlive it.
    Keyboard(const StopKey& stop_key, std::function<void(char)> on_key);
    ~Keyboard();
    Keyboard(const Keyboard&) = delete;
    Keyboard& operator=(const Keyboard&) = delete;

  private:
    void read_keys(const std::stop_token& stop);
    void take_terminal();
    void give_back();
    void stop_as_asked();

    const StopKey& stop_key_;
    const std::function<void(char)> on_key_;
    bool is_ours_ = false;  // our settings are in effect
    termios settings_before_ = {};
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace turnaway::cli
