// DemoMail: what becomes of the messages that the user sends to the demo, as lines of the relay's
// JSON log become lines for people.
//
// Only messages received after it was made count: those of the five cases are tried again while the
// demo stays up, and that is no news. What is tried again and again gets one line for each way it
// ends. A line of the log that is not understood says nothing.
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
    // What a line of the log says, if it is about such a message.
    std::optional<MailLine> read(std::string_view log_line);

  private:
    static constexpr std::size_t messages_max = 10'000;
    std::set<std::string> messages_;  // ids
    std::set<std::string> shown_;     // id, recipient and result
};

}  // namespace turnaway::cli
