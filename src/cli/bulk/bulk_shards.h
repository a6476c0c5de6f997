// BulkShards: the threads that answer rows: an event loop and the command's worker in each.
//
// A row goes to the thread that has the fewest. Its answer is made into text where it was found,
// and put into the window.
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
    // `format` and `window` outlive the shards.
    [[nodiscard]] static base::Result<std::unique_ptr<BulkShards>> start(const BulkTask& task,
                                                                         const BulkFormat& format,
                                                                         BulkWindow& window);
    // What is under way is dropped.
    ~BulkShards();
    BulkShards(const BulkShards&) = delete;
    BulkShards& operator=(const BulkShards&) = delete;

    // The row's place in the window is `number`.
    void answer(BulkRow row, std::size_t number);

  private:
    struct Shard;
    BulkShards(const BulkFormat& format, BulkWindow& window);

    const BulkFormat& format_;
    BulkWindow& window_;
    std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace turnaway::cli
