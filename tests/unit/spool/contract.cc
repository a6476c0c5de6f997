// What every spool promises (spool/spool.h), held against the fake, the one on disk and the one in
// a database alike. The last is skipped where PostgreSQL is not installed.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.h"
#include "fake/memory_spool.h"
#include "fake/postgres_server.h"
#include "fake/spooled.h"
#include "spool/postgres/connection.h"
#include "spool/postgres/postgres_spool.h"
#include "spool/sqlite/sqlite_spool.h"
#include "unit/spool/folder.h"

namespace turnaway {
namespace {

using base::Fault;
using fake::message_of;
using fake::stored_of;
using queue::QueueId;

constexpr std::size_t big = base::limits::content_in_row_bytes_max + 1000;

// With the ids of these tests, which are of 1970, `postgres` uses the tables of old messages too,
// and `postgres_young` only the slice of the present.
enum class Kind { memory, sqlite, postgres, postgres_young };

const char* name_of(Kind kind) {
    switch (kind) {
        case Kind::memory:
            return "memory";
        case Kind::sqlite:
            return "sqlite";
        case Kind::postgres:
            return "postgres";
        case Kind::postgres_young:
            return "postgres_young";
    }
    return "";
}

// One server for all tests; none where PostgreSQL is not installed.
fake::PostgresServer* server() {
    static const auto running =
        fake::PostgresServer::is_installed() ? std::make_unique<fake::PostgresServer>() : nullptr;
    return running.get();
}

class SpoolContract : public testing::TestWithParam<Kind> {
  protected:
    void SetUp() override {
        if (is_in_database()) {
            if (server() == nullptr) GTEST_SKIP() << "PostgreSQL is not installed";
            url_ = server()->make_database();
            const auto made = spool::postgres::Connection::migrate(url_);
            ASSERT_TRUE(made) << made.error().message;
        }
        start();
    }
    static bool is_in_database() {
        return GetParam() == Kind::postgres || GetParam() == Kind::postgres_young;
    }

    void start() {
        if (GetParam() == Kind::memory) {
            if (!memory_) memory_ = std::make_unique<fake::MemorySpool>();
            memory_->crash();
            return;
        }
        stored_.reset();
        if (is_in_database()) {
            spool::postgres::PostgresSettings settings{
                .url = url_, .node = "one", .temporary = folder_.path() + "/temporary"};
            if (GetParam() == Kind::postgres_young) {
                settings.now = [begun = begun_] {
                    return std::chrono::system_clock::time_point(std::chrono::seconds(20)) +
                           (std::chrono::system_clock::now() - begun);
                };
            }
            auto opened = spool::postgres::PostgresSpool::open(std::move(settings));
            ASSERT_TRUE(opened) << opened.error().message;
            stored_ = std::move(*opened);
            return;
        }
        auto opened = spool::SqliteSpool::open({.path = folder_.path() + "/spool"});
        ASSERT_TRUE(opened) << opened.error().message;
        stored_ = std::move(*opened);
    }
    spool::Spool& spool() {
        if (memory_) return *memory_;
        return *stored_;
    }
    void sync() {
        if (memory_) memory_->sync();
    }
    base::Result<void> apply(spool::Change change) {
        std::promise<base::Result<void>> told;
        spool().apply(std::move(change), [&](auto result) { told.set_value(std::move(result)); });
        sync();
        return told.get_future().get();
    }
    base::Result<spool::StoredMessage> load(std::uint64_t id) {
        std::promise<base::Result<spool::StoredMessage>> told;
        spool().load(QueueId(id), [&](auto result) { told.set_value(std::move(result)); });
        sync();
        return told.get_future().get();
    }
    std::vector<queue::Message> list(std::uint64_t after, std::size_t count) {
        std::promise<base::Result<spool::Page>> told;
        spool().list(QueueId(after), count, [&](auto found) { told.set_value(std::move(found)); });
        sync();
        return told.get_future().get().value().messages;
    }
    std::vector<queue::Message> scan() {
        std::vector<queue::Message> messages;
        EXPECT_TRUE(spool().scan(
            [&](queue::Message message) {
                messages.push_back(std::move(message));
                return true;
            },
            {}));
        return messages;
    }
    base::Result<void> host(const std::function<void(spool::Spool::Done)>& ask) {
        std::promise<base::Result<void>> told;
        ask([&](auto result) { told.set_value(std::move(result)); });
        sync();
        return told.get_future().get();
    }
    static std::string all_of(const spool::Content& content) {
        std::string bytes;
        while (bytes.size() < content.size()) {
            const auto piece = content.read(bytes.size(), 10'000);
            if (!piece || piece->empty()) break;
            bytes += *piece;
        }
        return bytes;
    }

    test::Folder folder_;
    std::unique_ptr<fake::MemorySpool> memory_;
    std::unique_ptr<spool::Spool> stored_;
    std::string url_;  // of the database
    const std::chrono::system_clock::time_point begun_ = std::chrono::system_clock::now();
};

INSTANTIATE_TEST_SUITE_P(All, SpoolContract,
                         testing::Values(Kind::memory, Kind::sqlite, Kind::postgres,
                                         Kind::postgres_young),
                         [](const auto& kind) { return name_of(kind.param); });

TEST_P(SpoolContract, KeepsWhatItHasAcknowledged) {
    for (const std::uint64_t number : {2U, 1U, 3U}) {
        ASSERT_TRUE(apply({.add = {stored_of(number, 100 * number)}}));
    }
    start();
    EXPECT_EQ(scan(), (std::vector{message_of(1, 100), message_of(2, 200), message_of(3, 300)}));
    const auto loaded = load(2);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->message, message_of(2, 200));
    EXPECT_EQ(loaded->content->in_memory(), fake::content_of(2, 200));
}

TEST_P(SpoolContract, KeepsContentOfAnySize) {
    constexpr auto edge = base::limits::content_in_row_bytes_max;
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, edge, edge + 1, 4 * edge}) {
        auto sink = spool().new_content({});
        const std::string content = fake::content_of(bytes, bytes);
        for (std::size_t at = 0; at < bytes; at += 50'000) {
            ASSERT_TRUE(sink->write(std::string_view(content).substr(at, 50'000)));
        }
        auto taken = sink->finish();
        ASSERT_TRUE(taken);
        EXPECT_EQ((*taken)->size(), bytes);
        ASSERT_TRUE(apply({.add = {{message_of(bytes + 1, bytes), std::move(*taken)}}}));
        start();
        const auto loaded = load(bytes + 1);
        ASSERT_TRUE(loaded);
        EXPECT_EQ(all_of(*loaded->content), content);
        EXPECT_EQ(loaded->content->read(bytes, 1).value(), "");
    }
}

TEST_P(SpoolContract, OneContentCanBelongToTwoMessages) {
    const auto first = stored_of(1, big);
    ASSERT_TRUE(apply({.add = {first}}));
    const auto loaded = load(1);
    ASSERT_TRUE(loaded);
    ASSERT_TRUE(apply({.add = {{message_of(2, big), loaded->content}}}));
    ASSERT_TRUE(apply({.remove = {QueueId(1)}}));
    start();
    EXPECT_EQ(all_of(*load(2).value().content), fake::content_of(1, big));
}

TEST_P(SpoolContract, ChangesStatesAndHoldButNothingElse) {
    ASSERT_TRUE(apply({.add = {stored_of(1, 10)}}));
    auto changed = message_of(1, 10);
    changed.states[1].progress = queue::Progress::done;
    changed.states[0].tries = 7;
    changed.is_held = true;
    auto asked = changed;
    asked.client = "not to be kept";
    ASSERT_TRUE(apply({.update = {asked}}));
    start();
    EXPECT_EQ(scan(), std::vector{changed});
    EXPECT_EQ(load(1).value().message, changed);
}

TEST_P(SpoolContract, RemovesForGoodAndUpdatesNothingThatIsGone) {
    ASSERT_TRUE(apply({.add = {stored_of(1, 10), stored_of(2, big)}}));
    const auto held = load(2);
    ASSERT_TRUE(apply({.remove = {QueueId(1), QueueId(2)}}));
    ASSERT_TRUE(apply({.update = {message_of(1, 10)}}));
    EXPECT_EQ(all_of(*held->content), fake::content_of(2, big));
    start();
    EXPECT_TRUE(scan().empty());
    EXPECT_EQ(load(1).error().fault, Fault::no_input);
    ASSERT_TRUE(apply({.add = {stored_of(1, 20)}}));
    EXPECT_EQ(scan(), std::vector{message_of(1, 20)});
}

TEST_P(SpoolContract, TellsInTheOrderAsked) {
    std::vector<int> told;
    std::promise<void> last;
    for (int i = 1; i <= 100; ++i) {
        spool().apply({.add = {stored_of(static_cast<std::uint64_t>(i), 10)}},
                      [&told, i](auto result) {
                          EXPECT_TRUE(result);
                          told.push_back(i);
                      });
    }
    spool().load(QueueId(100), [&](auto found) {
        EXPECT_TRUE(found);
        last.set_value();
    });
    sync();
    last.get_future().wait();
    ASSERT_EQ(told.size(), 100U);
    EXPECT_TRUE(std::ranges::is_sorted(told));
}

TEST_P(SpoolContract, StopsTheScanWhenTold) {
    ASSERT_TRUE(apply({.add = {stored_of(1, 10), stored_of(2, 10)}}));
    int seen = 0;
    EXPECT_TRUE(spool().scan([&](const queue::Message&) { return ++seen < 1; }, {}));
    EXPECT_EQ(seen, 1);
}

TEST_P(SpoolContract, ListsInPagesAsThingsAreNow) {
    EXPECT_TRUE(list(0, 10).empty());
    for (const std::uint64_t number : {3U, 1U, 2U}) {
        ASSERT_TRUE(apply({.add = {stored_of(number, number == 2 ? big : 10)}}));
    }
    auto held = message_of(3, 10);
    held.is_held = true;
    ASSERT_TRUE(apply({.update = {held}}));
    EXPECT_EQ(list(0, 2), (std::vector{message_of(1, 10), message_of(2, big)}));
    EXPECT_EQ(list(2, 2), std::vector{held});
    EXPECT_TRUE(list(3, 2).empty());
    ASSERT_TRUE(apply({.remove = {QueueId(1)}}));
    EXPECT_EQ(list(0, 1), std::vector{message_of(2, big)});
}

TEST_P(SpoolContract, ListsWhatWasAskedForBefore) {
    std::promise<std::size_t> told;
    spool().apply({.add = {stored_of(1, 10)}}, [](const auto& done) { EXPECT_TRUE(done); });
    spool().list(QueueId(), 10,
                 [&](const auto& found) { told.set_value(found.value().messages.size()); });
    sync();
    EXPECT_EQ(told.get_future().get(), 1U);
}

TEST_P(SpoolContract, ANodeThatIsAloneOwnsEverything) {
    EXPECT_EQ(spool().nodes(), 1U);
    EXPECT_TRUE(spool().owns_messages());
    EXPECT_TRUE(spool().has_room_for_outcomes());
}

// Whoever has learned something need not be told.
TEST_P(SpoolContract, ANodeHearsNothingOfItsOwn) {
    int heard = 0;
    ASSERT_TRUE(spool().refusing_hosts());
    spool().follow_hosts([&heard](const spool::HostNews&) { ++heard; });
    spool().follow_nodes([&heard] { ++heard; });
    const std::chrono::sys_seconds now{std::chrono::seconds(1)};
    spool().rest({.address = "192.0.2.1", .until = now, .length = std::chrono::seconds(10)});
    spool().rest({.address = "192.0.2.2", .until = now, .length = std::chrono::seconds(10)});
    spool().wake("192.0.2.1");
    for (const char* address : {"192.0.2.3", "192.0.2.4"}) {
        ASSERT_TRUE(host([&](auto done) {
            spool().remember({"mx.example", address, now, "521"}, std::move(done));
        }));
    }
    ASSERT_TRUE(host([&](auto done) { spool().forget("192.0.2.3", std::move(done)); }));
    spool().wake("");
    ASSERT_TRUE(apply({.add = {stored_of(1, 10)}}));
    start();
    EXPECT_EQ(heard, 0);
    EXPECT_EQ(spool().refusing_hosts().value().size(), 1U);
}

TEST_P(SpoolContract, RemembersHostsByAddress) {
    const auto at = [](int seconds) {
        return std::chrono::sys_seconds(std::chrono::seconds(seconds));
    };
    const auto remember = [&](spool::RefusingHost known) {
        return host([&](auto done) { spool().remember(known, std::move(done)); });
    };
    ASSERT_TRUE(remember({"mx.example", "192.0.2.1", at(-5), "521 old"}));
    ASSERT_TRUE(remember({"mx.example", "192.0.2.1", at(9), std::string("521 \0new\xff", 9)}));
    ASSERT_TRUE(remember({"mx.example", "2001:db8::1", at(7), ""}));
    start();
    auto hosts = spool().refusing_hosts().value();
    ASSERT_EQ(hosts.size(), 2U);
    EXPECT_EQ(hosts[0].words, std::string("521 \0new\xff", 9));
    EXPECT_EQ(hosts[0].seen, at(9));
    EXPECT_EQ(hosts[1].address, "2001:db8::1");
    ASSERT_TRUE(host([&](auto done) { spool().forget("192.0.2.1", std::move(done)); }));
    EXPECT_EQ(spool().refusing_hosts().value().size(), 1U);
    ASSERT_TRUE(host([&](auto done) { spool().forget("", std::move(done)); }));
    start();
    EXPECT_TRUE(spool().refusing_hosts().value().empty());
}

}  // namespace
}  // namespace turnaway
