// DemoJournal: what the hosts of the demo said and got, in the order of time, from all its threads.
//
// A dialogue is one connection; a connection may serve several messages, so a case takes the lines
// since it began. Bounded: past lines_most nothing more is kept, which only a user who sends
// thousands of messages to the running demo reaches; what is heard (on_arrival) is still told.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "cli/loopback.h"

namespace turnaway::cli {

struct WireLine {
    Steady::time_point at;
    bool is_client;
    std::string text;
};

struct Dialogue {
    std::string client, server;
    std::vector<WireLine> lines;
};

// A message that reached the healthy host.
struct Arrival {
    Steady::time_point at;
    std::string reverse_path;  // empty for a report
    std::vector<std::string> recipients;
    std::string content;
};

class DemoJournal {
  public:
    static constexpr std::size_t lines_most = 100'000;
    static constexpr std::size_t arrivals_most = 1'000;

    // The number to say further lines with.
    std::size_t begin_dialogue(std::string client, std::string server);
    void add_line(std::size_t dialogue, bool is_client, std::string text);
    void add_arrival(Arrival arrival);
    // Called for each arrival, one after another, from the thread of its connection.
    void on_arrival(std::function<void(const Arrival&)> told);

    // Waits until the lines and arrivals since `begin` satisfy `is_enough`; false at `until`.
    using Enough = std::function<bool(const std::vector<Dialogue>&, const std::vector<Arrival>&)>;
    bool wait(Steady::time_point begin, Steady::time_point until, const Enough& is_enough);
    // Dialogues without a line since then are left out.
    std::vector<Dialogue> dialogues_since(Steady::time_point begin);
    std::vector<Arrival> arrivals_since(Steady::time_point begin);

  private:
    std::vector<Dialogue> lines_of(Steady::time_point begin) const;
    std::vector<Arrival> arrivals_of(Steady::time_point begin) const;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Dialogue> dialogues_;
    std::vector<Arrival> arrivals_;
    std::size_t line_count_ = 0;
    std::function<void(const Arrival&)> told_;
};

}  // namespace turnaway::cli
