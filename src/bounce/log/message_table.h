// MessageTable: the messages whose delivery is under way in a log, so that all lines of one message
// become one result for each recipient: sender, attempts, the end.
//
// A failure is a result at once, a delay when the message ends, when its identifier has not been
// seen for long, or at finish(); a success only after a delay. With `tells_each_attempt` each delay
// is a result too. Bounded: messages_max messages and bytes_max bytes, of which the oldest are
// ended first; recipients_max recipients of a message that wait, attempts_max of each.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bounce/log/delivery_event.h"

namespace turnaway::bounce {

struct LoggedAttempt {
    DeliveryEvent::Kind kind = DeliveryEvent::Kind::none;
    std::string time, remote, text, status;
    std::optional<double> delay;
};

// One recipient of a message, with the attempts to deliver it, oldest first.
struct LoggedRecipient {
    Program program = Program::unknown;
    std::size_t line = 0;  // of the last attempt
    std::string host, queue_id, sender, message_id;
    std::string recipient, original_recipient;
    DeliveryEvent::Kind outcome = DeliveryEvent::Kind::none;  // delivered, delayed, failed, expired
    std::vector<LoggedAttempt> attempts;
    std::size_t attempts_left_out = 0;  // between the first and the second that is kept
};

class MessageTable {
  public:
    static constexpr std::size_t messages_max = 100'000;
    static constexpr std::size_t bytes_max = std::size_t{64} * 1024 * 1024;
    static constexpr std::size_t recipients_max = 500;
    static constexpr std::size_t attempts_max = 16;
    static constexpr std::size_t text_bytes_max = 2000;
    using Found = std::function<void(LoggedRecipient&&)>;

    MessageTable(bool tells_each_attempt, Found found)
        : tells_each_attempt_(tells_each_attempt), found_(std::move(found)) {}

    void take(const DeliveryEvent& event, std::size_t line);
    void finish();
    std::size_t size() const { return messages_.size(); }

  private:
    struct Waiting {
        std::size_t line;
        std::string recipient, original_recipient;
        std::vector<LoggedAttempt> attempts;
        std::size_t attempts_left_out = 0;
        std::size_t bytes() const;
    };
    struct Message {
        Program program;
        std::string id, host, sender, message_id;
        bool is_queue_id;
        std::vector<Waiting> waiting;
        std::size_t bytes() const;
    };
    using Place = std::list<Message>::iterator;

    Message* find(std::string_view id);
    Message& find_or_add(const DeliveryEvent& event);
    void note(const DeliveryEvent& event);
    void take_attempt(const DeliveryEvent& event, std::string_view recipient, std::size_t line);
    void take_expiry(const DeliveryEvent& event, std::size_t line);
    void give(const Message& message, Waiting&& waiting, DeliveryEvent::Kind outcome);
    void end(Place place);
    void keep_within_limits();

    bool tells_each_attempt_;
    Found found_;
    std::list<Message> messages_;  // the oldest first
    std::unordered_map<std::string_view, Place> by_id_;
    std::size_t bytes_ = 0;
};

}  // namespace turnaway::bounce
