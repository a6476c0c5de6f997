// What only the spool on disk does: one owner, versions, orphans, a full disk, and a disk that
// fails at each of its writes and syncs in turn.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/limits.h"
#include "fake/faulty_vfs.h"
#include "fake/memory_spool.h"
#include "fake/spooled.h"
#include "spool/sqlite/sqlite_spool.h"
#include "unit/spool/ask.h"
#include "unit/spool/folder.h"

namespace turnaway::spool {
namespace {

using base::Fault;
using fake::DiskFault;
using fake::stored_of;
using test::apply;
using test::load;

constexpr std::size_t big = base::limits::content_in_row_bytes_max + 1;

std::size_t files_in(const std::string& path) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path)) count += entry.exists();
    return count;
}

void execute(const std::string& file, const char* sql) {
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &connection), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(connection);
}

class SpoolOnDisk : public testing::Test {
  protected:
    base::Result<std::unique_ptr<SqliteSpool>> open() { return SqliteSpool::open({.path = path_}); }
    test::Folder folder_;
    std::string path_ = folder_.path() + "/spool";
};

TEST_F(SpoolOnDisk, IsForItsOwnerAlone) {
    const auto store = open();
    ASSERT_TRUE(store);
    for (const auto& [name, mode] :
         {std::pair{"", 0700U}, {"/spool.db", 0600U}, {"/content", 0700U}}) {
        struct stat about{};
        ASSERT_EQ(::stat((path_ + name).c_str(), &about), 0);
        EXPECT_EQ(about.st_mode & 0777U, mode) << name;
    }
    const auto second = open();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().fault, Fault::unavailable);
    EXPECT_NE(second.error().message.find("another program"), std::string::npos);
    EXPECT_TRUE(apply(**store, {.add = {stored_of(1, 10)}}));
}

TEST_F(SpoolOnDisk, RefusesOtherVersionsOtherFilesAndDamage) {
    ASSERT_TRUE(open());
    execute(path_ + "/spool.db", "PRAGMA user_version = 3");
    EXPECT_NE(open().error().message.find("version 3"), std::string::npos);
    execute(path_ + "/spool.db", "PRAGMA user_version = 1; PRAGMA application_id = 5");
    EXPECT_EQ(open().error().fault, Fault::data);
    std::ofstream(path_ + "/spool.db") << std::string(8192, 'x');
    EXPECT_FALSE(open());
}

TEST_F(SpoolOnDisk, SweepsOrphansAndKeepsWhatHasARow) {
    {
        const auto store = open();
        ASSERT_TRUE(apply(**store, {.add = {stored_of(1, big)}}));
        auto sink = (*store)->new_content();
        ASSERT_TRUE(sink->write(fake::content_of(2, big)));
        EXPECT_EQ(files_in(path_ + "/content"), 2U);
        sink.reset();
        EXPECT_EQ(files_in(path_ + "/content"), 1U);
    }
    std::ofstream(path_ + "/content/77") << "half";
    std::ofstream(path_ + "/content/notes") << "not ours";
    std::ofstream(path_ + "/content/78.part") << "half";
    const auto store = open();
    EXPECT_EQ(files_in(path_ + "/content"), 3U);
    EXPECT_TRUE(std::filesystem::exists(path_ + "/content/77.orphan"));
    EXPECT_TRUE(load(**store, queue::QueueId(1)));
    std::filesystem::resize_file(path_ + "/content/1", 5);
    const auto cut = load(**store, queue::QueueId(1));
    ASSERT_TRUE(cut);
    ASSERT_NE(cut->content->trouble(), nullptr);
    EXPECT_EQ(cut->content->trouble()->fault, Fault::data);
    EXPECT_FALSE((*store)->has_failed());
}

TEST_F(SpoolOnDisk, RefusesNewMessagesOnAFullDiskAndGoesOn) {
    ASSERT_TRUE(apply(**open(), {.add = {stored_of(1, 10)}}));
    const auto store = SqliteSpool::open({.path = path_, .free_bytes_min = ~std::uint64_t{0}});
    EXPECT_EQ(apply(**store, {.add = {stored_of(2, 10)}}).error().fault, Fault::unavailable);
    EXPECT_FALSE((*store)->has_failed());
    // A report is written in place of what it reports.
    EXPECT_TRUE(apply(**store, {.add = {stored_of(3, 10)}, .remove = {queue::QueueId(1)}}));
    EXPECT_TRUE(apply(**store, {.remove = {queue::QueueId(3)}}));
}

// For each write or sync in turn: whatever was acknowledged is there and whole after a new start,
// nothing is half there, and once it has failed everything fails.
class FailingDisk : public testing::TestWithParam<std::pair<DiskFault, bool>> {};

struct Trial {
    std::set<std::uint64_t> acknowledged;
    bool was_struck = false;
};

// Two batches of adds, some of them big, and a removal of the first message if it got that far.
Trial try_with_fault(const std::string& path, fake::FaultyVfs& vfs, int at) {
    Trial trial;
    auto opened = SqliteSpool::open({.path = path, .vfs = fake::FaultyVfs::name});
    EXPECT_TRUE(opened);
    if (!opened) return trial;
    vfs.fail(FailingDisk::GetParam().first, at, FailingDisk::GetParam().second);
    for (std::uint64_t first : {1U, 11U}) {
        std::vector<std::future<base::Result<void>>> told;
        for (std::uint64_t number = first; number < first + 5; ++number) {
            auto promise = std::make_shared<std::promise<base::Result<void>>>();
            told.push_back(promise->get_future());
            (*opened)->apply({.add = {stored_of(number, number % 5 == 0 ? big : 9000)}},
                             [promise](auto result) { promise->set_value(std::move(result)); });
        }
        bool has_failed = false;
        for (std::uint64_t number = first; auto& each : told) {
            const auto result = each.get();
            if (result) {
                EXPECT_FALSE(has_failed) << "a success after a failure";
                trial.acknowledged.insert(number);
            } else if ((*opened)->has_failed()) {
                EXPECT_EQ(result.error().fault, Fault::io);
                has_failed = true;
            } else {
                // There was no room for it, and the reserve is for outcomes.
                EXPECT_EQ(FailingDisk::GetParam().first, DiskFault::full);
                EXPECT_EQ(result.error().fault, Fault::unavailable);
            }
            ++number;
        }
    }
    trial.was_struck = vfs.has_failed();
    // New messages are refused, and then there is nothing left to write.
    const bool is_survived = FailingDisk::GetParam().first == DiskFault::full;
    EXPECT_EQ((*opened)->has_failed(), trial.was_struck && !is_survived);
    opened->reset();
    vfs.fail(DiskFault::write_error, 0, false);
    return trial;
}

TEST_P(FailingDisk, LosesNothingAcknowledged) {
    fake::FaultyVfs vfs;
    int struck = 0;
    for (int at = 1; at < 500; ++at) {
        const test::Folder folder;
        const std::string path = folder.path() + "/spool";
        const Trial trial = try_with_fault(path, vfs, at);
        const auto again = SqliteSpool::open({.path = path});
        ASSERT_TRUE(again) << again.error().message;
        std::set<std::uint64_t> found;
        ASSERT_TRUE((*again)->scan([&](const queue::Message& message) {
            return found.insert(message.id.value()).second;
        }));
        for (const auto number : trial.acknowledged) EXPECT_TRUE(found.contains(number)) << number;
        for (const auto number : found) {
            const auto stored = load(**again, queue::QueueId(number));
            ASSERT_TRUE(stored);
            EXPECT_EQ(stored->message, fake::message_of(number, stored->content->size()));
            EXPECT_EQ(stored->content->read(0, big),
                      fake::content_of(number, number % 5 == 0 ? big : 9000));
        }
        if (!trial.was_struck) break;
        ++struck;
    }
    EXPECT_GE(struck, FailingDisk::GetParam().first == DiskFault::sync_error ? 2 : 20);
}

INSTANTIATE_TEST_SUITE_P(All, FailingDisk,
                         testing::Values(std::pair{DiskFault::write_error, false},
                                         std::pair{DiskFault::short_write, true},
                                         std::pair{DiskFault::full, false},
                                         std::pair{DiskFault::full, true},
                                         std::pair{DiskFault::sync_error, false},
                                         std::pair{DiskFault::sync_error, true}));

// What a delivery came to is written, whichever write finds the disk full.
TEST(FullDisk, KeepsOutcomes) {
    fake::FaultyVfs vfs;
    int struck = 0;
    for (int at = 1; at < 100; ++at) {
        const test::Folder folder;
        std::string warnings;
        auto store =
            SqliteSpool::open({.path = folder.path() + "/spool",
                               .on_warning = [&](const std::string& words) { warnings += words; },
                               .vfs = fake::FaultyVfs::name});
        ASSERT_TRUE(store);
        ASSERT_TRUE(apply(**store, {.add = {stored_of(1, 9000), stored_of(2, 9000)}}));
        EXPECT_TRUE((*store)->has_room_for_outcomes());
        vfs.fail(DiskFault::full, at, false);
        auto tried = fake::message_of(1, 9000);
        tried.states[0].tries = 1;
        EXPECT_TRUE(
            apply(**store,
                  {.add = {stored_of(3, big)}, .update = {tried}, .remove = {queue::QueueId(2)}}));
        const bool was_struck = vfs.has_failed();
        vfs.fail(DiskFault::write_error, 0, false);
        EXPECT_EQ(load(**store, queue::QueueId(1))->message, tried);
        EXPECT_EQ(load(**store, queue::QueueId(3))->content->read(0, big),
                  fake::content_of(3, big));
        EXPECT_FALSE(load(**store, queue::QueueId(2)));
        if (!was_struck) break;
        ++struck;
        EXPECT_NE(warnings.find("no delivery starts"), std::string::npos);
    }
    EXPECT_GE(struck, 2);
}

TEST(MemorySpool, LosesInACrashWhatWasNotSynced) {
    fake::MemorySpool store;
    int told = 0;
    store.apply({.add = {stored_of(1, 1)}}, [&](auto) { ++told; });
    store.crash();
    store.sync();
    EXPECT_EQ(told, 0);
    EXPECT_TRUE(store.scan([](const auto&) { return ADD_FAILURE(), true; }));
    store.fail_next();
    store.apply({}, [&](auto result) { told += !result; });
    store.sync();
    store.apply({}, [&](auto result) { told += !result; });
    store.sync();
    EXPECT_EQ(told, 2);
    EXPECT_TRUE(store.has_failed());
}

}  // namespace
}  // namespace turnaway::spool
