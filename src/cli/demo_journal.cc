#include "cli/demo_journal.h"

#include <utility>

namespace turnaway::cli {

std::size_t DemoJournal::begin_dialogue(std::string client, std::string server) {
    const std::lock_guard lock(mutex_);
    if (line_count_ < lines_most) {
        ++line_count_;
        dialogues_.push_back({.client = std::move(client), .server = std::move(server), .lines = {}});
    }
    return dialogues_.size() - 1;
}

void DemoJournal::add_line(std::size_t dialogue, bool is_client, std::string text) {
    {
        const std::lock_guard lock(mutex_);
        if (line_count_ >= lines_most) return;
        ++line_count_;
        dialogues_[dialogue].lines.push_back(
            {.at = Steady::now(), .is_client = is_client, .text = std::move(text)});
    }
    changed_.notify_all();
}

void DemoJournal::add_arrival(Arrival arrival) {
    {
        const std::lock_guard lock(mutex_);
        if (told_) told_(arrival);
        if (arrivals_.size() < arrivals_most) arrivals_.push_back(std::move(arrival));
    }
    changed_.notify_all();
}

void DemoJournal::on_arrival(std::function<void(const Arrival&)> told) {
    const std::lock_guard lock(mutex_);
    told_ = std::move(told);
}

bool DemoJournal::wait(Steady::time_point begin, Steady::time_point until,
                       const Enough& is_enough) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(
        lock, until, [&] { return is_enough(lines_of(begin), arrivals_of(begin)); });
}

std::vector<Dialogue> DemoJournal::dialogues_since(Steady::time_point begin) {
    const std::lock_guard lock(mutex_);
    return lines_of(begin);
}

std::vector<Arrival> DemoJournal::arrivals_since(Steady::time_point begin) {
    const std::lock_guard lock(mutex_);
    return arrivals_of(begin);
}

std::vector<Dialogue> DemoJournal::lines_of(Steady::time_point begin) const {
    std::vector<Dialogue> found;
    for (const auto& dialogue : dialogues_) {
        Dialogue part{.client = dialogue.client, .server = dialogue.server, .lines = {}};
        for (const auto& line : dialogue.lines) {
            if (line.at >= begin) part.lines.push_back(line);
        }
        if (!part.lines.empty()) found.push_back(std::move(part));
    }
    return found;
}

std::vector<Arrival> DemoJournal::arrivals_of(Steady::time_point begin) const {
    std::vector<Arrival> found;
    for (const auto& arrival : arrivals_) {
        if (arrival.at >= begin) found.push_back(arrival);
    }
    return found;
}

}  // namespace turnaway::cli
