// StopSignals: SIGINT, SIGTERM and SIGHUP become a stop token, so that a command ends its children
// and removes its files before it goes.
//
// Make it before any other thread: the signals are blocked in all threads made after it. SIGPIPE is
// ignored from then on: output that nobody reads is an error of the write. A second signal changes
// nothing, every wait already has its end.
#pragma once

#include <atomic>
#include <csignal>
#include <initializer_list>
#include <stop_token>
#include <thread>

namespace turnaway::cli {

class StopSignals {
  public:
    // `further`: signals that count like those three, such as SIGQUIT where the terminal's settings
    // must be given back.
    explicit StopSignals(std::initializer_list<int> further = {});
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    std::stop_token token() const { return source_.get_token(); }
    // The signal that came; 0 while none has.
    int signal() const { return signal_; }
    // As if one had come: ends every wait on the token.
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
