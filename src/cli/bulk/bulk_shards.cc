#include "cli/bulk/bulk_shards.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace turnaway::cli {

namespace asio = boost::asio;

struct BulkShards::Shard {
    asio::io_context loop{1};
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(loop);
    std::unique_ptr<BulkWorker> worker;
    std::atomic<std::size_t> open = 0;
    std::jthread thread;  // last: it uses all of the above
};

BulkShards::BulkShards(const BulkFormat& format, BulkWindow& window)
    : format_(format), window_(window) {}

base::Result<std::unique_ptr<BulkShards>> BulkShards::start(const BulkTask& task,
                                                            const BulkFormat& format,
                                                            BulkWindow& window) {
    std::unique_ptr<BulkShards> shards(new BulkShards(format, window));
    const std::size_t cores = std::max(std::thread::hardware_concurrency(), 1U);
    const std::size_t threads = std::clamp<std::size_t>(task.threads_max, 1, cores);
    for (std::size_t i = 0; i < threads; ++i) {
        auto shard = std::make_unique<Shard>();
        auto worker = task.make_worker(shard->loop);
        if (!worker) return std::unexpected(worker.error());
        shard->worker = *std::move(worker);
        shards->shards_.push_back(std::move(shard));
    }
    for (const auto& shard : shards->shards_) {
        shard->thread = std::jthread([loop = &shard->loop] { loop->run(); });
    }
    return shards;
}

BulkShards::~BulkShards() {
    for (const auto& shard : shards_) shard->loop.stop();
    for (const auto& shard : shards_) {
        if (shard->thread.joinable()) shard->thread.join();
    }
}

void BulkShards::answer(BulkRow row, std::size_t number) {
    const auto place = std::ranges::min_element(
        shards_, {}, [](const auto& shard) { return shard->open.load(std::memory_order_relaxed); });
    Shard* const shard = place->get();
    ++shard->open;
    auto kept = std::make_shared<const BulkRow>(std::move(row));
    asio::post(shard->loop, [this, shard, kept, number] {
        shard->worker->start(kept->cell, [this, shard, kept, number](const BulkAnswer& answer) {
            --shard->open;
            window_.answer(number, format_.text(*kept, answer), answer.exit_code, kept->end);
        });
    });
}

}  // namespace turnaway::cli
