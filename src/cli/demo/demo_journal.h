// DemoJournal: what the demo hosts sent and received, in order of time, from all its threads, and
// the keys that the user pressed, until the one reader takes them.
//
// Bounded: beyond lines_max, arrivals_max or keys_max nothing is kept until the reader has taken
// the rest, and the number of omitted lines and arrivals is reported.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/common/loopback.h"

namespace turnaway::cli {

// One connection.
struct Dialogue {
    std::size_t number;
    std::string client, server;
};
using DialoguePtr = std::shared_ptr<const Dialogue>;

struct WireLine {
    Steady::time_point at;
    DialoguePtr dialogue;
    bool is_client;
    std::string text;
    const std::string& speaker() const { return is_client ? dialogue->client : dialogue->server; }
    const std::string& listener() const { return is_client ? dialogue->server : dialogue->client; }
};

// A message that reached the healthy host.
struct Arrival {
    Steady::time_point at;
    std::string reverse_path;  // empty for a report
    std::vector<std::string> recipients;
    std::string content;
};

struct News {
    std::vector<WireLine> lines = {};
    std::vector<Arrival> arrivals = {};
    std::string keys = {};  // pressed by the user
    std::size_t left_out = 0;
    bool is_empty() const {
        return lines.empty() && arrivals.empty() && keys.empty() && left_out == 0;
    }
};

class DemoJournal {
  public:
    static constexpr std::size_t lines_max = 10'000;
    static constexpr std::size_t arrivals_max = 1'000;
    static constexpr std::size_t keys_max = 100;

    DialoguePtr begin_dialogue(std::string client, std::string server);
    void add_line(const DialoguePtr& dialogue, bool is_client, std::string text);
    void add_arrival(Arrival arrival);
    void add_key(char key);

    // Waits until there is something. Empty at `until` and at a stop request.
    News take(Steady::time_point until, const std::stop_token& stop);

  private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::size_t dialogues_ = 0;
    News news_;
};

}  // namespace turnaway::cli
