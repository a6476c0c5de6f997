#include "cli/common/stop_signals.h"

#include <ctime>

namespace turnaway::cli {
namespace {

// How often the thread checks whether it should end.
constexpr timespec look{.tv_sec = 0, .tv_nsec = 50'000'000};

}  // namespace

StopSignals::StopSignals(std::initializer_list<int> further) {
    std::signal(SIGPIPE, SIG_IGN);
    sigemptyset(&signals_);
    for (const int each : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals_, each);
    for (const int each : further) sigaddset(&signals_, each);
    pthread_sigmask(SIG_BLOCK, &signals_, &mask_before_);
    thread_ = std::jthread([this](const std::stop_token& end) { wait(end); });
}

StopSignals::~StopSignals() {
    thread_.request_stop();
    thread_.join();
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

void StopSignals::wait(const std::stop_token& end) {
    while (!end.stop_requested()) {
        const int got = sigtimedwait(&signals_, nullptr, &look);
        if (got <= 0) continue;
        signal_ = got;
        source_.request_stop();
    }
}

}  // namespace turnaway::cli
