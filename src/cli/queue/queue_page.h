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

    // `is_shared`: with the relay that owns each message.
    Table message_table(bool is_shared) const;
    // One row for each unfinished recipient.
    void add_message(const Json& message, Table* table) const;
    Table destination_table() const;
    void add_destination(const Json& destination, Table* table) const;
    std::string totals(const Json& totals) const;
    Table node_table() const;
    void add_node(const Json& node, Table* table) const;
    // Of a relay that is being emptied, and of one that is empty.
    std::string draining(const Json& node) const;
    static std::string drained(const std::string& node);
    static std::string undrained(const std::string& node);
    // Of a relay that could not be asked.
    static std::string unreached(const Json& answer);
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
