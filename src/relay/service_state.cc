#include "relay/service_state.h"

#include <chrono>

namespace turnaway::relay {
namespace {

std::string words_for(std::uint64_t messages) {
    if (messages == 0) return "STATUS=Taking mail; the queue is empty";
    return "STATUS=Taking mail; " + std::to_string(messages) +
           (messages == 1 ? " message waits" : " messages wait");
}

}  // namespace

void ServiceState::ready(std::uint64_t queued) {
    told_ = words_for(queued);
    notify_.send("READY=1\n" + told_);
}

void ServiceState::reloading() {
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
    notify_.send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()));
}

void ServiceState::queued(std::uint64_t messages) {
    auto words = words_for(messages);
    if (words == told_) return;
    told_ = std::move(words);
    notify_.send(told_);
}

void ServiceState::stopping(std::string_view reason) {
    notify_.send("STOPPING=1\nSTATUS=Ending: " + std::string(reason));
}

}  // namespace turnaway::relay
