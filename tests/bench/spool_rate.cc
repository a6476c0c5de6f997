// spool_rate FOLDER [SECONDS [URL]]: durable messages a second through the spool, beside the raw
// rate of syncs of the same disk. With URL, that of a database with the tables of a spool, through
// that.
//
// 4 KiB messages, added and removed again, with 1, 16 and 64 in flight: each `done` of an add asks
// for the removal and for the next add, as a relay does that delivers at once. Counts adds.
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "base/check.h"
#include "fake/spooled.h"
#include "spool/postgres/postgres_spool.h"
#include "spool/sqlite/sqlite_spool.h"

namespace {

using Clock = std::chrono::steady_clock;
namespace fake = turnaway::fake;
namespace spool = turnaway::spool;

constexpr std::size_t message_bytes = 4096;

double raw_syncs(const std::string& folder, double seconds) {
    const std::string path = folder + "/raw";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    TURNAWAY_CHECK(file >= 0);
    const std::string block(message_bytes, 'x');
    const auto start = Clock::now();
    int count = 0;
    std::chrono::duration<double> passed{};
    for (; passed.count() < seconds; passed = Clock::now() - start, ++count) {
        const auto at = static_cast<off_t>(count % 1000) * static_cast<off_t>(block.size());
        TURNAWAY_CHECK(::pwrite(file, block.data(), block.size(), at) > 0);
        TURNAWAY_CHECK(::fdatasync(file) == 0);
    }
    ::close(file);
    return count / passed.count();
}

class Load {
  public:
    Load(spool::Spool& store, double seconds)
        : store_(store),
          content_(std::make_shared<spool::MemoryContent>(fake::content_of(1, message_bytes))),
          end_(Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                  std::chrono::duration<double>(seconds))) {}

    double run(int in_flight) {
        const auto start = Clock::now();
        open_ = in_flight;
        for (int i = 0; i < in_flight; ++i) next();
        while (open_ > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        const std::chrono::duration<double> passed = Clock::now() - start;
        return static_cast<double>(added_) / passed.count();
    }

  private:
    void next() {
        const std::uint64_t number = ++last_;
        store_.apply({.add = {{fake::message_of(number, message_bytes), content_}}},
                     [this, number](auto result) {
                         TURNAWAY_CHECK(result.has_value());
                         ++added_;
                         store_.apply({.remove = {turnaway::queue::QueueId(number)}}, [](auto) {});
                         Clock::now() < end_ ? next() : static_cast<void>(--open_);
                     });
    }
    spool::Spool& store_;
    spool::ContentPtr content_;
    Clock::time_point end_;
    // Of the present, as those of a relay are.
    std::atomic<std::uint64_t> last_ =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                       std::chrono::system_clock::now().time_since_epoch())
                                       .count()) *
        turnaway::queue::QueueIdMaker::shards_max;
    std::atomic<std::uint64_t> added_ = 0;
    std::atomic<int> open_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 64;
    const std::string folder = argv[1];
    const double seconds = argc > 2 ? std::atof(argv[2]) : 2;
    std::printf("%-24s %10.0f /s\n", "raw write and fdatasync", raw_syncs(folder, seconds));
    for (const int in_flight : {1, 16, 64}) {
        const std::string path = folder + "/spool" + std::to_string(in_flight);
        const auto store = spool::SqliteSpool::open({.path = path});
        TURNAWAY_CHECK(store.has_value());
        std::printf("durable, %2d in flight    %10.0f /s\n", in_flight,
                    Load(**store, seconds).run(in_flight));
    }
    if (argc < 4) return 0;
    const auto store = spool::postgres::PostgresSpool::open(
        {.url = argv[3], .node = "spool_rate", .temporary = folder + "/temporary"});
    TURNAWAY_CHECK(store.has_value());
    for (const int in_flight : {1, 16, 64}) {
        std::printf("shared, %2d in flight     %10.0f /s\n", in_flight,
                    Load(**store, seconds).run(in_flight));
    }
    return 0;
}
