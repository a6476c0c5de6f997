// `turnaway queue recover`: what rows and content files still hold is a spool again.
#include "spool/sqlite/recovery.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>

#include "base/limits.h"
#include "fake/spooled.h"
#include "spool/sqlite/sqlite_spool.h"
#include "unit/spool/ask.h"
#include "unit/spool/folder.h"

namespace turnaway::spool {
namespace {

namespace fs = std::filesystem;
using fake::stored_of;
using queue::QueueId;

constexpr std::size_t big = base::limits::content_in_row_bytes_max + 100'000;
constexpr std::size_t small = 9000;

std::size_t bytes_of(std::uint64_t number) {
    return number % 3 == 0 ? big : small;
}

// A spool as a kill leaves it: messages 1 to 9, every third with a content file; the first three
// are in the database itself, the others in its log.
class Recovery : public testing::Test {
  protected:
    void SetUp() override {
        const std::string running = folder_.path() + "/running";
        add(running, 1, 3);
        const auto store = add(running, 4, 9);
        fs::copy(running, path_, fs::copy_options::recursive);
    }
    static std::unique_ptr<SqliteSpool> add(const std::string& path, std::uint64_t first,
                                            std::uint64_t last) {
        auto store = SqliteSpool::open({.path = path});
        EXPECT_TRUE(store);
        for (auto number = first; number <= last; ++number) {
            EXPECT_TRUE(test::apply(**store, {.add = {stored_of(number, bytes_of(number))}}));
        }
        return *std::move(store);
    }
    // The messages that are there, each whole.
    std::set<std::uint64_t> found() {
        std::set<std::uint64_t> numbers;
        const auto store = SqliteSpool::open({.path = path_});
        if (!store) {
            ADD_FAILURE() << store.error().message;
            return numbers;
        }
        EXPECT_TRUE((*store)->scan([&](const queue::Message& message) {
            return numbers.insert(message.id.value()).second;
        }));
        for (const auto number : numbers) {
            const auto stored = test::load(**store, QueueId(number));
            EXPECT_TRUE(stored);
            if (!stored) continue;
            EXPECT_EQ(stored->message, fake::message_of(number, bytes_of(number)));
            EXPECT_EQ(stored->content->read(0, big), fake::content_of(number, bytes_of(number)));
        }
        return numbers;
    }

    test::Folder folder_;
    std::string path_ = folder_.path() + "/spool";
    const std::set<std::uint64_t> all_{1, 2, 3, 4, 5, 6, 7, 8, 9};
};

TEST_F(Recovery, OfAWholeSpoolLosesNothing) {
    const auto recovered = recover_spool(path_);
    ASSERT_TRUE(recovered) << recovered.error().message;
    EXPECT_EQ(recovered->from_rows, 9U);
    EXPECT_EQ(recovered->corrupt, 0U);
    EXPECT_TRUE(recovered->notes.empty());
    EXPECT_TRUE(fs::exists(recovered->aside + "/spool.db-wal"));
    EXPECT_EQ(found(), all_);
}

TEST_F(Recovery, OfContentFilesAlone) {
    fs::remove(path_ + "/spool.db");
    fs::remove(path_ + "/spool.db-wal");
    fs::rename(path_ + "/content/2", path_ + "/content/2.orphan");
    std::ofstream(path_ + "/content/88") << "an old file without a trailer";
    ASSERT_FALSE(SqliteSpool::open({.path = path_}));
    const auto recovered = recover_spool(path_);
    ASSERT_TRUE(recovered) << recovered.error().message;
    EXPECT_EQ(recovered->from_files, 3U);
    EXPECT_EQ(recovered->notes.size(), 1U);
    EXPECT_EQ(found(), (std::set<std::uint64_t>{3, 6, 9}));
}

TEST_F(Recovery, OfALogAlone) {
    fs::remove(path_ + "/spool.db");
    ASSERT_FALSE(SqliteSpool::open({.path = path_}));
    ASSERT_TRUE(recover_spool(path_));
    const auto numbers = found();
    for (const std::uint64_t number : {3U, 6U, 9U}) EXPECT_TRUE(numbers.contains(number));
}

TEST_F(Recovery, GoesOnBehindADamagedPartOfTheLog) {
    const auto bytes = fs::file_size(path_ + "/spool.db-wal");
    std::fstream log(path_ + "/spool.db-wal", std::ios::in | std::ios::out | std::ios::binary);
    log.seekp(static_cast<std::streamoff>(bytes / 2));
    log << "damage";
    log.close();
    ASSERT_FALSE(SqliteSpool::open({.path = path_}));
    const auto recovered = recover_spool(path_);
    ASSERT_TRUE(recovered) << recovered.error().message;
    EXPECT_GE(recovered->from_rows + recovered->from_files, 8U);
    auto store = SqliteSpool::open({.path = path_});
    ASSERT_TRUE(store) << store.error().message;
    std::size_t good = 0;
    for (const auto number : all_) {
        const auto stored = test::load(**store, QueueId(number));
        good += stored && stored->content->trouble() == nullptr ? 1 : 0;
    }
    EXPECT_GE(good, 8U);
}

TEST_F(Recovery, OfADatabaseWithADamagedPage) {
    {
        ASSERT_TRUE(SqliteSpool::open({.path = path_}));
    }  // moves the log into it
    const auto pages = fs::file_size(path_ + "/spool.db") / 4096;
    std::set<std::uint64_t> ever;
    for (std::uint64_t page = 1; page < pages; page += 3) {
        const std::string kept = folder_.path() + "/kept";
        fs::remove_all(kept);
        fs::copy(path_, kept, fs::copy_options::recursive);
        {
            std::fstream database(path_ + "/spool.db",
                                  std::ios::in | std::ios::out | std::ios::binary);
            database.seekp(static_cast<std::streamoff>(page * 4096));
            database << std::string(64, 'x');
        }
        const auto recovered = recover_spool(path_);
        ASSERT_TRUE(recovered) << recovered.error().message;
        const auto store = SqliteSpool::open({.path = path_});
        ASSERT_TRUE(store) << store.error().message;
        for (const std::uint64_t number : {3U, 6U, 9U}) {
            EXPECT_TRUE(test::load(**store, QueueId(number))) << number << " page " << page;
        }
        fs::remove_all(path_);
        fs::rename(kept, path_);
    }
}

TEST_F(Recovery, ThatWasCutOffIsFinishedByTheNext) {
    ASSERT_TRUE(recover_spool(path_));
    fs::rename(path_ + "/spool.db", path_ + "/spool.db.recovered");
    ASSERT_FALSE(SqliteSpool::open({.path = path_}));
    ASSERT_TRUE(recover_spool(path_));
    EXPECT_EQ(found(), all_);
}

TEST_F(Recovery, IsNotForASpoolInUse) {
    const auto store = SqliteSpool::open({.path = path_});
    ASSERT_TRUE(store);
    const auto refused = recover_spool(path_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, base::Fault::unavailable);
}

}  // namespace
}  // namespace turnaway::spool
