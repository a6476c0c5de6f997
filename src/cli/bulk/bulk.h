// Bulk: what a command does for one input, done for every row of a file, the rows kept in order.
//
// The command brings a worker for each thread; bulk_run.h reads, hands rows out, and writes. Rows
// come as lines, or as CSV with one column that is asked about; they go out as they came with
// columns added, or as one JSON object each.
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
    int exit_code = 0;                 // 0, 1 or 2, as if this had been asked alone
    std::vector<std::string> columns;  // in the order of the command's column names
    std::string json;  // one object without its newline; not empty: `{"verdict":...}`
};

// One thread's: everything happens on the thread that runs its event loop.
class BulkWorker {
  public:
    BulkWorker() = default;
    BulkWorker(const BulkWorker&) = delete;
    BulkWorker& operator=(const BulkWorker&) = delete;
    virtual ~BulkWorker() = default;

    // `done` is called exactly once, perhaps before start() returns; when the worker goes first,
    // never.
    virtual void start(std::string_view cell, std::function<void(BulkAnswer)> done) = 0;
};

struct BulkTask {
    std::string program;               // "turnaway check", for messages
    std::vector<std::string> columns;  // what is added to each row
    std::string settings = {};  // the options that change answers, as they are typed: `--connect`
    std::size_t threads_max = 1;
    // Called once for each thread before any of them starts; the loop outlives the worker.
    std::function<base::Result<std::unique_ptr<BulkWorker>>(boost::asio::io_context&)> make_worker;
};

}  // namespace turnaway::cli
