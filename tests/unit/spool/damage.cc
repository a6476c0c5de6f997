// What the spool makes of files that are damaged, missing, removed or replaced: it never begins
// anew over what was acknowledged, sets aside what cannot be read, and goes on with the rest.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.h"
#include "fake/spooled.h"
#include "spool/checksum.h"
#include "spool/content_budget.h"
#include "spool/free_space.h"
#include "spool/row.h"
#include "spool/sqlite/sqlite_spool.h"
#include "spool/sqlite/write_ahead_log.h"
#include "unit/spool/ask.h"
#include "unit/spool/folder.h"

namespace turnaway::spool {
namespace {

namespace fs = std::filesystem;
using base::Fault;
using fake::stored_of;
using queue::QueueId;
using test::apply;
using test::load;

constexpr std::size_t big = base::limits::content_in_row_bytes_max + 100'000;

void change_byte(const std::string& file, std::uint64_t at) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(static_cast<std::streamoff>(at));
    const char old = static_cast<char>(bytes.get());
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(static_cast<char>(old ^ 0x40));
}

class DamagedSpool : public testing::Test {
  protected:
    base::Result<std::unique_ptr<SqliteSpool>> open() {
        return SqliteSpool::open({.path = path_, .on_warning = [this](const std::string& words) {
                                      warnings_ += words + '\n';
                                  }});
    }
    void add(std::uint64_t number, std::size_t bytes) {
        const auto store = open();
        ASSERT_TRUE(store) << store.error().message;
        ASSERT_TRUE(apply(**store, {.add = {stored_of(number, bytes)}}));
    }
    void execute(const std::string& sql) {
        sqlite3* connection = nullptr;
        ASSERT_EQ(sqlite3_open(database_.c_str(), &connection), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(connection);
    }
    // The files as a kill at this moment would leave them.
    void copy_to(const std::string& other) { fs::copy(path_, other, fs::copy_options::recursive); }

    test::Folder folder_;
    std::string path_ = folder_.path() + "/spool";
    std::string database_ = path_ + "/spool.db";
    std::string warnings_;
};

TEST(Checksum, IsTheSameWithAndWithoutTheProcessor) {
    EXPECT_EQ(crc32c("123456789"), 0xe3069283U);  // the check value of CRC-32C
    const std::string bytes = fake::content_of(1, 1000);
    for (std::size_t size = 0; size < 70; ++size) {
        const auto part = std::string_view(bytes).substr(size, size * 3);
        EXPECT_EQ(crc32c(part, 7), crc32c_by_table(part, 7)) << size;
    }
    EXPECT_EQ(crc32c("6789", crc32c("12345")), crc32c("123456789"));
}

TEST_F(DamagedSpool, NeverBeginsAnewWhereThereWasOne) {
    add(1, big);
    for (const char* what : {"missing", "empty"}) {
        fs::rename(database_, folder_.path() + "/kept");
        if (what == std::string("empty")) std::ofstream(database_).close();
        const auto refused = open();
        ASSERT_FALSE(refused) << what;
        EXPECT_EQ(refused.error().fault, Fault::data);
        EXPECT_NE(refused.error().message.find(what), std::string::npos);
        EXPECT_NE(refused.error().message.find("turnaway queue recover"), std::string::npos);
        EXPECT_TRUE(fs::exists(path_ + "/content/1"));
        fs::remove(database_);
        fs::rename(folder_.path() + "/kept", database_);
    }
    const auto store = open();
    ASSERT_TRUE(store);
    EXPECT_EQ(load(**store, QueueId(1))->content->read(0, big), fake::content_of(1, big));
}

TEST_F(DamagedSpool, RefusesALogWithoutItsDatabase) {
    add(1, 10);
    fs::remove_all(path_ + "/content");
    fs::remove(database_);
    std::ofstream(database_ + "-wal") << "acknowledged mail";
    const auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::data);
    EXPECT_EQ(fs::file_size(database_ + "-wal"), 17U);
}

TEST_F(DamagedSpool, RefusesATableLessDatabaseBesideContent) {
    add(1, big);
    execute(
        "DROP TABLE message; DROP TABLE state; DROP TABLE refusing_host;"
        "PRAGMA user_version = 0; PRAGMA application_id = 0");
    const auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::data);
    EXPECT_TRUE(fs::exists(path_ + "/content/1"));
}

TEST_F(DamagedSpool, SetsAsideRowsThatCannotBeRead) {
    for (const std::uint64_t number : {1U, 2U, 3U, 4U}) add(number, number == 3 ? big : 50);
    // A flipped bit, a piece of another row, and bytes that are no row.
    execute(
        "UPDATE message SET envelope ="
        " CAST(substr(envelope, 1, 20) || x'ff' || substr(envelope, 22) AS BLOB)"
        " WHERE id = 1;"
        "UPDATE message SET states = (SELECT states FROM message WHERE id = 1) WHERE id = 2;"
        "UPDATE message SET envelope = x'01' WHERE id = 3");
    const auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    std::vector<std::uint64_t> good, damaged;
    ASSERT_TRUE((*store)->scan(
        [&](const queue::Message& message) {
            good.push_back(message.id.value());
            return true;
        },
        [&](const DamagedRow& row) { damaged.push_back(row.id.value()); }));
    EXPECT_EQ(good, std::vector<std::uint64_t>{4});
    EXPECT_EQ(damaged, (std::vector<std::uint64_t>{1, 2, 3}));
    const auto page = test::list(**store, QueueId(), 3);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->damaged.size(), 3U);
    EXPECT_FALSE(page->is_end);
    EXPECT_EQ(page->last, QueueId(3));
    EXPECT_EQ(load(**store, QueueId(1)).error().fault, Fault::data);
    EXPECT_EQ(test::load_unchecked(**store, QueueId(1))->content->read(0, 50),
              fake::content_of(1, 50));
    EXPECT_EQ(test::load_unchecked(**store, QueueId(3))->content->read(0, big),
              fake::content_of(3, big));
    ASSERT_TRUE(apply(**store, {.remove = {QueueId(1), QueueId(3)}}));
    // The answer comes before the files are removed; the next question is taken up after that.
    EXPECT_EQ(load(**store, QueueId(1)).error().fault, Fault::no_input);
    EXPECT_FALSE(fs::exists(path_ + "/content/1"));
    EXPECT_FALSE((*store)->has_failed());
}

TEST_F(DamagedSpool, KnowsContentThatIsNotWhatWasWritten) {
    add(1, 500);
    add(2, big);
    add(3, big);
    execute("UPDATE message SET content = CAST(x'00' || substr(content, 2) AS BLOB) WHERE id = 1");
    change_byte(path_ + "/content/1", 70'000);
    fs::remove(path_ + "/content/2");
    const auto store = open();
    ASSERT_TRUE(store);
    for (const std::uint64_t number : {1U, 3U}) {
        const auto found = load(**store, QueueId(number));
        ASSERT_TRUE(found) << number;  // the message is there, and can be reported
        ASSERT_NE(found->content->trouble(), nullptr) << number;
        EXPECT_EQ(found->content->trouble()->fault, Fault::data);
        EXPECT_FALSE(found->content->read(0, 10));
    }
    const auto changed = load(**store, QueueId(2));
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->content->read(100, 1000), fake::content_of(2, big).substr(100, 1000));
    EXPECT_EQ(changed->content->read(65'530, 100).error().fault, Fault::data);
    EXPECT_EQ(changed->content->read(131'072, 100), fake::content_of(2, big).substr(131'072, 100));
    EXPECT_FALSE((*store)->has_failed());
}

TEST_F(DamagedSpool, TakesTooManyOpenFilesForPassing) {
    add(1, big);
    const auto store = open();
    ASSERT_TRUE(store);
    rlimit old{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
    const rlimit none{.rlim_cur = 3, .rlim_max = old.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const auto refused = load(**store, QueueId(1));
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::unavailable);
    EXPECT_TRUE(load(**store, QueueId(1)));
}

// Rows and files of version 1 have no checksums; they are read as they are.
TEST_F(DamagedSpool, OpensASpoolOfVersionOne) {
    add(1, 100);
    add(2, big);
    const auto hex = [](const std::string& bytes) {
        std::string text;
        for (const char c : bytes) {
            constexpr const char* digits = "0123456789abcdef";
            text += digits[static_cast<unsigned char>(c) >> 4];
            text += digits[static_cast<unsigned char>(c) & 15];
        }
        return text;
    };
    for (const std::uint64_t number : {1U, 2U}) {
        const auto message = fake::message_of(number, number == 2 ? big : 100);
        execute("UPDATE message SET envelope = x'" + hex(pack_envelope(message)) +
                "', states = x'" + hex(pack_states(message)) +
                "' WHERE id = " + std::to_string(number));
    }
    execute("PRAGMA user_version = 1");
    fs::resize_file(path_ + "/content/1", big);
    const auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ(load(**store, QueueId(1))->message, fake::message_of(1, 100));
    EXPECT_EQ(load(**store, QueueId(2))->content->read(0, big), fake::content_of(2, big));
    auto tried = fake::message_of(2, big);
    tried.states[0].tries = 2;
    ASSERT_TRUE(apply(**store, {.update = {tried}}));
    EXPECT_EQ(load(**store, QueueId(2))->message, tried);
}

TEST_F(DamagedSpool, StopsAtOnceWhenItsFilesAreRemovedOrReplaced) {
    for (const char* name : {"/spool.db", "/content", ""}) {
        for (const bool is_replaced : {false, true}) {
            SCOPED_TRACE(std::string(name) + (is_replaced ? " replaced" : " removed"));
            fs::remove_all(path_);
            std::string failed;
            auto store =
                SqliteSpool::open({.path = path_, .on_failure = [&](const base::Error& error) {
                                       failed = error.message;
                                   }});
            ASSERT_TRUE(store);
            ASSERT_TRUE(apply(**store, {.add = {stored_of(1, 10)}}));
            const std::string other = folder_.path() + "/other";
            fs::remove_all(other);
            if (is_replaced) fs::copy(path_ + name, other, fs::copy_options::recursive);
            fs::rename(path_ + name, folder_.path() + "/gone");
            if (is_replaced) fs::rename(other, path_ + name);
            const auto refused = apply(**store, {.add = {stored_of(2, 10)}});
            ASSERT_FALSE(refused);
            EXPECT_NE(refused.error().message.find("removed or replaced"), std::string::npos);
            EXPECT_TRUE((*store)->has_failed());
            EXPECT_EQ(failed, refused.error().message);
            store->reset();
            fs::remove_all(folder_.path() + "/gone");
        }
    }
}

// The log as a kill leaves it: each message is a commit of its own.
class DamagedLog : public DamagedSpool {
  protected:
    void SetUp() override {
        const auto store = open();
        ASSERT_TRUE(store);
        for (const std::uint64_t number : {1U, 2U, 3U, 4U}) {
            ASSERT_TRUE(apply(**store, {.add = {stored_of(number, 9000)}}));
        }
        copy_to(killed_);
        bytes_ = fs::file_size(log_);
    }
    std::string killed_ = folder_.path() + "/killed";
    std::string log_ = killed_ + "/spool.db-wal";
    std::uint64_t bytes_ = 0;
    base::Result<std::unique_ptr<SqliteSpool>> open_killed() {
        return SqliteSpool::open({.path = killed_, .on_warning = [this](const std::string& words) {
                                      warnings_ += words + '\n';
                                  }});
    }
    std::size_t messages_of(SqliteSpool& store) {
        std::size_t count = 0;
        EXPECT_TRUE(store.scan([&](const auto&) { return ++count > 0; }));
        return count;
    }
};

TEST_F(DamagedLog, ThatIsWholeIsRead) {
    EXPECT_EQ(look_at_log(log_)->state, LogState::whole);
    const auto store = open_killed();
    ASSERT_TRUE(store);
    EXPECT_EQ(messages_of(**store), 4U);
    EXPECT_EQ(warnings_, "");
}

TEST_F(DamagedLog, InItsMiddleIsNotCutOff) {
    for (const std::uint64_t at : {std::uint64_t{5}, bytes_ / 3, bytes_ / 2}) {
        change_byte(log_, at);
        EXPECT_EQ(look_at_log(log_)->state, LogState::damaged) << at;
        const auto refused = open_killed();
        ASSERT_FALSE(refused) << at;
        EXPECT_EQ(refused.error().fault, Fault::data);
        EXPECT_NE(refused.error().message.find("turnaway queue recover"), std::string::npos);
        EXPECT_EQ(fs::file_size(log_), bytes_);
        change_byte(log_, at);
    }
}

// What a power cut may leave: the last commit half written, in any order.
TEST_F(DamagedLog, AtItsEndIsReportedAndCutOff) {
    change_byte(log_, bytes_ - 100);
    const auto found = look_at_log(log_);
    EXPECT_EQ(found->state, LogState::cut_off);
    EXPECT_GT(found->frames, 5U);
    const auto store = open_killed();
    ASSERT_TRUE(store);
    EXPECT_EQ(messages_of(**store), 3U);
    EXPECT_NE(warnings_.find("is incomplete and was ignored"), std::string::npos);
}

TEST_F(DamagedLog, CutShortIsUsual) {
    fs::resize_file(log_, bytes_ - 1000);
    EXPECT_EQ(look_at_log(log_)->state, LogState::whole);
    fs::resize_file(log_, 32);
    EXPECT_EQ(look_at_log(log_)->state, LogState::whole);
    fs::resize_file(log_, 0);
    EXPECT_EQ(look_at_log(log_)->state, LogState::whole);
    EXPECT_EQ(look_at_log(log_ + "none")->state, LogState::whole);
}

TEST(ContentBudget, SharesTheDiskAmongThoseWhoAreSlow) {
    const test::Folder folder;
    const auto free = free_bytes_of(folder.path()).value();
    constexpr std::uint64_t mib = std::uint64_t{1024} * 1024;
    ContentBudget budget(folder.path(), free - 400 * mib);
    EXPECT_TRUE(budget.take("192.0.2.1", 100 * mib));
    EXPECT_TRUE(budget.take("192.0.2.1", 80 * mib));
    const auto refused = budget.take("192.0.2.1", 150 * mib);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::unavailable);
    EXPECT_NE(refused.error().message.find("192.0.2.1"), std::string::npos);
    EXPECT_TRUE(budget.take("192.0.2.2", 150 * mib));
    EXPECT_FALSE(budget.take("192.0.2.3", 300 * mib));
    EXPECT_TRUE(budget.take("", 1000 * mib)) << "a report of our own is never refused";
    budget.give_back("", 1000 * mib);
    budget.give_back("192.0.2.1", 180 * mib);
    EXPECT_TRUE(budget.take("192.0.2.3", 120 * mib));
    budget.change_free_bytes_min(free + 1000 * mib);
    EXPECT_FALSE(budget.take("192.0.2.4", 1));
}

}  // namespace
}  // namespace turnaway::spool
