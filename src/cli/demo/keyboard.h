// Keyboard: single keys of the terminal on standard input, without Enter and without an echo.
//
// Only when standard input is a terminal and standard output too. Ctrl-C stays a signal. The
// terminal gets its own settings back when the keyboard goes, and while we are stopped by Ctrl-Z; a
// process in the background changes nothing and reads nothing. Not restored after SIGKILL.
#pragma once

#include <termios.h>

#include <csignal>
#include <functional>
#include <stop_token>
#include <thread>

namespace turnaway::cli {

// Blocks SIGTSTP in all threads made after it, so that none stops us before the keyboard has given
// the terminal back.
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
    static constexpr char came_back = '\0';  // not a key: we were stopped and go on

    static bool is_there();
    // Each key is given to `on_key`, in a thread of the keyboard. `stop_key` outlives it.
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
    bool is_ours_ = false;  // our settings hold
    termios settings_before_ = {};
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace turnaway::cli
