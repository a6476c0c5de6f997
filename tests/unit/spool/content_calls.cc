// The content file of a big message: each of its system calls fails in turn. Whatever was
// acknowledged is there and whole after a new start, and nothing is half there.
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <string>
#include <tuple>

#include "base/limits.h"
#include "fake/failing_calls.h"
#include "fake/spooled.h"
#include "spool/sqlite/sqlite_spool.h"
#include "unit/spool/ask.h"
#include "unit/spool/folder.h"

namespace turnaway::spool {
namespace {

using fake::FailingCalls;
using fake::SystemCall;
using test::apply;
using test::load;

constexpr std::size_t big = base::limits::content_in_row_bytes_max * 2 + 1;

struct Trial {
    std::set<std::uint64_t> acknowledged;
    std::set<std::uint64_t> removed;  // acknowledged too
};

// In pieces, as a client's message comes; false when some step fails.
bool take_message(SqliteSpool& store, std::uint64_t number) {
    const std::string content = fake::content_of(number, big);
    auto sink = store.new_content();
    constexpr std::size_t piece = 100'000;
    for (std::size_t at = 0; at < content.size(); at += piece) {
        if (!sink->write(std::string_view(content).substr(at, piece))) return false;
    }
    auto finished = sink->finish();
    if (!finished) return false;
    return apply(store, {.add = {{.message = fake::message_of(number, big),
                                  .content = *std::move(finished)}}})
        .has_value();
}

Trial run(const std::string& path) {
    Trial trial;
    const auto store = SqliteSpool::open({.path = path});
    if (!store) return trial;
    for (std::uint64_t number = 1; number <= 4; ++number) {
        if (take_message(**store, number)) trial.acknowledged.insert(number);
    }
    const auto loaded = load(**store, queue::QueueId(2));
    if (loaded && loaded->content->trouble() == nullptr) {
        const auto read = loaded->content->read(0, big);
        if (read) {
            EXPECT_EQ(*read, fake::content_of(2, big));
        }
    }
    if (apply(**store, {.remove = {queue::QueueId(3)}})) {
        trial.acknowledged.erase(3);
        trial.removed.insert(3);
    }
    return trial;
}

void expect_whole(const std::string& path, const Trial& trial) {
    const auto store = SqliteSpool::open({.path = path});
    ASSERT_TRUE(store) << store.error().message;
    std::set<std::uint64_t> found;
    ASSERT_TRUE((*store)->scan(
        [&](const queue::Message& message) { return found.insert(message.id.value()).second; }));
    for (const auto number : trial.acknowledged) EXPECT_TRUE(found.contains(number)) << number;
    for (const auto number : trial.removed) EXPECT_FALSE(found.contains(number)) << number;
    for (const auto number : found) {
        const auto stored = load(**store, queue::QueueId(number));
        ASSERT_TRUE(stored) << number;
        EXPECT_EQ(stored->content->read(0, big), fake::content_of(number, big)) << number;
    }
    for (const auto& entry : std::filesystem::directory_iterator(path + "/content")) {
        EXPECT_NE(entry.path().extension(), ".part") << entry.path();
    }
}

class ContentCalls : public testing::TestWithParam<std::tuple<SystemCall, int>> {};

TEST_P(ContentCalls, LoseNothingAcknowledged) {
    const auto [call, error] = GetParam();
    int struck = 0;
    for (int at = 1; at < 200; ++at) {
        const test::Folder folder;
        const std::string path = folder.path() + "/spool";
        ASSERT_TRUE(SqliteSpool::open({.path = path}));
        FailingCalls::fail(path + "/content", call, at, error);
        const Trial trial = run(path);
        FailingCalls::stop();
        SCOPED_TRACE(at);
        expect_whole(path, trial);
        if (!FailingCalls::was_struck()) break;
        ++struck;
    }
    EXPECT_GE(struck, 1);
    EXPECT_LT(struck, 199);
}

INSTANTIATE_TEST_SUITE_P(
    All, ContentCalls,
    testing::Values(std::tuple{SystemCall::open, EIO}, std::tuple{SystemCall::open, EMFILE},
                    std::tuple{SystemCall::open, ENOSPC}, std::tuple{SystemCall::pwrite, EIO},
                    std::tuple{SystemCall::pwrite, ENOSPC}, std::tuple{SystemCall::fdatasync, EIO},
                    std::tuple{SystemCall::fsync, EIO}, std::tuple{SystemCall::rename, EIO},
                    std::tuple{SystemCall::rename, ENOSPC}, std::tuple{SystemCall::unlink, EIO},
                    std::tuple{SystemCall::close, EIO}));

}  // namespace
}  // namespace turnaway::spool
