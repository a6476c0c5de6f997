#include "cli/demo/demo_journal.h"

#include <utility>

namespace turnaway::cli {

DialoguePtr DemoJournal::begin_dialogue(std::string client, std::string server) {
    const std::lock_guard lock(mutex_);
    return std::make_shared<const Dialogue>(
        Dialogue{.number = ++dialogues_, .client = std::move(client), .server = std::move(server)});
}

void DemoJournal::add_line(const DialoguePtr& dialogue, bool is_client, std::string text) {
    {
        const std::lock_guard lock(mutex_);
        if (news_.lines.size() < lines_max) {
            news_.lines.push_back({.at = Steady::now(),
                                   .dialogue = dialogue,
                                   .is_client = is_client,
                                   .text = std::move(text)});
        } else {
            ++news_.left_out;
        }
    }
    changed_.notify_all();
}

void DemoJournal::add_arrival(Arrival arrival) {
    {
        const std::lock_guard lock(mutex_);
        if (news_.arrivals.size() < arrivals_max) {
            news_.arrivals.push_back(std::move(arrival));
        } else {
            ++news_.left_out;
        }
    }
    changed_.notify_all();
}

void DemoJournal::add_key(char key) {
    {
        const std::lock_guard lock(mutex_);
        if (news_.keys.size() < keys_max) news_.keys += key;
    }
    changed_.notify_all();
}

News DemoJournal::take(Steady::time_point until, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, until, [this] { return !news_.is_empty(); });
    return std::exchange(news_, {});
}

}  // namespace turnaway::cli
