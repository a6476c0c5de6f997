// StopSignals: turns SIGINT, SIGTERM and SIGHUP into a stop token, so that a command ends its
// children and removes its files before it exits.
//
// Make it before any other thread: the signals are blocked in all threads started later. SIGPIPE is
// ignored from then on: a closed output is an error of the write. A second signal changes nothing,
// since every wait already ends.
#pragma once

#include <atomic>
#include <csignal>
#include <initializer_list>
#include <stop_token>
#include <thread>

namespace turnaway::cli {

class StopSignals {
  public:
    // `further`: signals treated like those three, such as SIGQUIT where the terminal's settings
    // must be restored.
    explicit StopSignals(std::initializer_list<int> further = {});
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    std::stop_token token() const { return source_.get_token(); }
    // The signal received; 0 if none.
    int signal() const { return signal_; }
    // As if a signal had been received: ends every wait on the token.
    void stop() { source_.request_stop(); }

  private:
    void wait(const std::stop_token& end);

    sigset_t signals_ = {};
    sigset_t mask_before_ = {};
    std::stop_source source_;
    std::atomic<int> signal_ = 0;
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace turnaway::cli
