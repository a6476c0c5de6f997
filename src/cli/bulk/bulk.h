// Bulk: runs a command for every row of a file, and keeps the order of the rows.
//
// The command supplies a worker for each thread; bulk_run.h reads, distributes rows, and writes.
// Rows are lines, or CSV with one column to check; they are written unchanged with columns added,
// or as one JSON object each.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace turnaway::cli {

struct BulkAnswer {
    int exit_code = 0;                 // 0, 1 or 2, as for a single input
    std::vector<std::string> columns;  // in the order of the command's column names
    std::string json;  // one object without its newline; not empty: `{"verdict":...}`
};

// The worker of one thread: everything happens on the thread that runs its event loop.
class BulkWorker {
  public:
    BulkWorker() = default;
    BulkWorker(const BulkWorker&) = delete;
    BulkWorker& operator=(const BulkWorker&) = delete;
    virtual ~BulkWorker() = default;

    // `done` is called exactly once, perhaps before start() returns; never if the worker is
    // destroyed first.
    virtual void start(std::string_view cell, std::function<void(BulkAnswer)> done) = 0;
};

struct BulkTask {
    std::string program;               // "turnaway check", for messages
    std::vector<std::string> columns;  // added to each row
    std::string settings = {};         // the options that change answers, as typed: `--connect`
    std::size_t threads_max = 1;
    // Called once for each thread before any of them starts; the loop must outlive the worker.
    std::function<base::Result<std::unique_ptr<BulkWorker>>(boost::asio::io_context&)> make_worker;
};

}  // namespace turnaway::cli
