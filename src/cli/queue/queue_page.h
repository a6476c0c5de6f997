// Queue page: the relay's answers about its queue, for people: aligned columns and pages.
//
// All text from outside is made safe to print. Times are shown as distances from now.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/common/colours.h"
#include "cli/common/table.h"
#include "cli/queue/queue_client.h"

namespace turnaway::cli {

class QueuePage {
  public:
    QueuePage(const Colours& colours, std::chrono::sys_seconds now)
        : colours_(colours), now_(now) {}

    Table message_table() const;
    // One row for each unfinished recipient.
    void add_message(const Json& message, Table* table) const;
    Table destination_table() const;
    void add_destination(const Json& destination, Table* table) const;
    std::string totals(const Json& totals) const;
    Table host_table() const;
    void add_host(const Json& host, Table* table) const;
    // All details of one message.
    std::string message(const Json& message) const;

  private:
    std::string age(const Json& object, const char* key) const;
    std::string wait(const Json& object, const char* key) const;
    void append_recipient(const Json& recipient, bool is_held, std::string* out) const;

    const Colours& colours_;
    std::chrono::sys_seconds now_;
};

}  // namespace turnaway::cli
