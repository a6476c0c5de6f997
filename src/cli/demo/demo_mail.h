// DemoMail: what becomes of the messages that the user sends to the demo: turns lines of the
// relay's JSON log into lines for people.
//
// Only messages received after its construction count: those of the five cases are retried while
// the demo stays up, which is not news. Repeated attempts get one line for each result. A log line
// that is not understood is skipped.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace turnaway::cli {

struct MailLine {
    std::string_view what;  // "refused", "taken", "delivered", "returned", "kept"
    std::string about;      // an address, or two
    std::string words;      // of the reply; may be empty
};

class DemoMail {
  public:
    // The event in a log line, if it is about such a message.
    std::optional<MailLine> read(std::string_view log_line);

  private:
    static constexpr std::size_t messages_max = 10'000;
    std::set<std::string> messages_;  // ids
    std::set<std::string> shown_;     // id, recipient and result
};

}  // namespace turnaway::cli
