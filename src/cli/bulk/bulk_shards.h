// BulkShards: the threads that answer rows, each with an event loop and a worker of the command.
//
// A row goes to the thread with the fewest rows. That thread formats the answer and puts it into
// the window.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "base/result.h"
#include "cli/bulk/bulk.h"
#include "cli/bulk/bulk_format.h"
#include "cli/bulk/bulk_window.h"

namespace turnaway::cli {

class BulkShards {
  public:
    // `format` and `window` must outlive the shards.
    [[nodiscard]] static base::Result<std::unique_ptr<BulkShards>> start(const BulkTask& task,
                                                                         const BulkFormat& format,
                                                                         BulkWindow& window);
    // Drops rows in progress.
    ~BulkShards();
    BulkShards(const BulkShards&) = delete;
    BulkShards& operator=(const BulkShards&) = delete;

    // `number` is the number of the row in the window.
    void answer(BulkRow row, std::size_t number);

  private:
    struct Shard;
    BulkShards(const BulkFormat& format, BulkWindow& window);

    const BulkFormat& format_;
    BulkWindow& window_;
    std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace turnaway::cli
