// Reads messages of a node from the database: one with its content, a page, all of them. A row that
// cannot be read does not stop the others.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.h"
#include "spool/content_folder.h"
#include "spool/postgres/connection.h"
#include "spool/postgres/node.h"
#include "spool/spool.h"

namespace turnaway::spool::postgres {

// The faults of Spool::load(); Fault::unavailable also if the database does not answer.
[[nodiscard]] base::Result<StoredMessage> read_message(
    Connection& connection, const Node& node, queue::QueueId id,
    const std::shared_ptr<ContentFolder>& folder);
[[nodiscard]] base::Result<StoredMessage> read_unchecked(
    Connection& connection, const Node& node, queue::QueueId id,
    const std::shared_ptr<ContentFolder>& folder);
[[nodiscard]] base::Result<Page> read_page(Connection& connection, const Node& node,
                                           queue::QueueId after, std::size_t count);
// The statement returns id, envelope and states. `each` returns false to ignore the rest.
[[nodiscard]] base::Result<void> read_rows(Connection& connection, Statement statement,
                                           const std::function<bool(queue::Message)>& each,
                                           const Spool::Damaged& damaged);

}  // namespace turnaway::spool::postgres
