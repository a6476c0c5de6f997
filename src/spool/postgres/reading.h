// Reads messages of a node from the database: one with its content, a page, all of them. A row that
// cannot be read does not stop the others.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "spool/cluster.h"
#include "spool/content_folder.h"
#include "spool/postgres/connection.h"
#include "spool/postgres/node.h"
#include "spool/spool.h"

namespace turnaway::spool::postgres {

// The faults of Spool::load(); Fault::unavailable also if the database does not answer.
[[nodiscard]] base::Result<StoredMessage> read_message(
    Connection& connection, std::int64_t owner, queue::QueueId id,
    const std::shared_ptr<ContentFolder>& folder);
[[nodiscard]] base::Result<StoredMessage> read_unchecked(
    Connection& connection, std::int64_t owner, queue::QueueId id,
    const std::shared_ptr<ContentFolder>& folder);
[[nodiscard]] base::Result<Page> read_page(Connection& connection, const Node& node,
                                           queue::QueueId after, std::size_t count);
// Of all nodes, or of one by its name.
[[nodiscard]] base::Result<SharedPage> read_shared_page(Connection& connection,
                                                        const std::string& node,
                                                        queue::QueueId after, std::size_t count);
// The statement returns id, envelope and states. `each` returns false to ignore the rest.
[[nodiscard]] base::Result<void> read_rows(Connection& connection, Statement statement,
                                           const std::function<bool(queue::Message)>& each,
                                           const Spool::Damaged& damaged);

}  // namespace turnaway::spool::postgres
