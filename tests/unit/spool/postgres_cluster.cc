// Relays that share a spool: what each sees of the others, and requests that are answered or not.
#include "spool/postgres/postgres_cluster.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fake/postgres_server.h"
#include "fake/spooled.h"
#include "spool/postgres/connection.h"
#include "spool/postgres/postgres_spool.h"
#include "unit/spool/ask.h"
#include "unit/spool/folder.h"

namespace turnaway {
namespace {

using namespace std::chrono_literals;
using fake::stored_of;
using queue::QueueId;
using spool::postgres::PostgresCluster;
using spool::postgres::PostgresSpool;

template <class T, class Call>
base::Result<T> wait_for(Call call) {
    std::promise<base::Result<T>> told;
    call([&told](base::Result<T> result) { told.set_value(std::move(result)); });
    return told.get_future().get();
}

class PostgresClusterTest : public testing::Test {
  protected:
    void SetUp() override {
        if (!fake::PostgresServer::is_installed()) GTEST_SKIP() << "PostgreSQL is not installed";
        server_ = std::make_unique<fake::PostgresServer>();
        url_ = server_->make_database();
        const auto made = spool::postgres::Connection::migrate(url_);
        ASSERT_TRUE(made) << made.error().message;
        one_ = open("one");
        two_ = open("two");
        ASSERT_TRUE(test::apply(*one_, {.add = {stored_of(1, 10)}}));
        ASSERT_TRUE(test::apply(*two_, {.add = {stored_of(2, 300'000)}}));
    }
    std::unique_ptr<PostgresSpool> open(const std::string& node) {
        auto opened = PostgresSpool::open({.url = url_,
                                           .node = node,
                                           .version = "1.2",
                                           .enter_wait = 0s,
                                           .temporary = folder_.path() + '/' + node});
        EXPECT_TRUE(opened) << opened.error().message;
        return opened ? *std::move(opened) : nullptr;
    }
    static std::string fault_of(spool::Cluster& cluster, std::int64_t request) {
        const auto piece = wait_for<spool::AnswerPiece>(
            [&](auto found) { cluster.answer_piece(request, 0, std::move(found)); });
        return piece ? "" : piece.error().message;
    }
    static std::optional<std::int64_t> ask(spool::Cluster& cluster, const std::string& node) {
        return wait_for<std::optional<std::int64_t>>(
                   [&](auto found) { cluster.ask(node, "request", std::move(found)); })
            .value();
    }

    test::Folder folder_;
    std::unique_ptr<fake::PostgresServer> server_;
    std::string url_;
    std::unique_ptr<PostgresSpool> one_, two_;
};

TEST_F(PostgresClusterTest, EachSeesTheMessagesOfAll) {
    auto& cluster = *one_->cluster();
    const auto nodes = wait_for<std::vector<spool::NodeState>>([&](auto found) {
                           cluster.nodes(std::move(found));
                       }).value();
    ASSERT_EQ(nodes.size(), 2U);
    EXPECT_EQ(nodes[1].name, "two");
    EXPECT_EQ(nodes[1].version, "1.2");
    EXPECT_EQ(nodes[1].messages, 1U);
    EXPECT_EQ(nodes[1].due, 1U);
    EXPECT_TRUE(nodes[1].is_alive());

    const auto page = [&](QueueId after, std::size_t count, const std::string& node) {
        return wait_for<spool::SharedPage>(
                   [&](auto found) { cluster.list(after, count, node, std::move(found)); })
            .value();
    };
    const auto all = page(QueueId(), 10, "");
    EXPECT_EQ(all.rows.messages.size(), 2U);
    EXPECT_TRUE(all.rows.is_end);
    EXPECT_EQ(all.owners, (spool::OwnerNames{{QueueId(1), "one"}, {QueueId(2), "two"}}));
    EXPECT_FALSE(page(QueueId(), 1, "").rows.is_end);
    EXPECT_EQ(page(QueueId(), 10, "two").owners, (spool::OwnerNames{{QueueId(2), "two"}}));
    const auto owners = wait_for<spool::OwnerNames>(
        [&](auto found) { cluster.owners({QueueId(2), QueueId(3)}, std::move(found)); });
    EXPECT_EQ(owners.value(), (spool::OwnerNames{{QueueId(2), "two"}}));
    const auto loaded = wait_for<spool::SharedMessage>(
        [&](auto found) { cluster.load(QueueId(2), true, std::move(found)); });
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->owner, "two");
    EXPECT_EQ(loaded->stored.content->size(), 300'000U);
    const auto none = wait_for<spool::SharedMessage>(
        [&](auto found) { cluster.load(QueueId(3), true, std::move(found)); });
    EXPECT_EQ(none.error().fault, base::Fault::no_input);
}

TEST_F(PostgresClusterTest, ARequestIsAnsweredInPieces) {
    two_->cluster()->follow_requests({.on_request = [this](spool::NodeRequest request) {
        EXPECT_EQ(request.line, "request");
        EXPECT_EQ(request.asker, "one");
        auto& own = *two_->cluster();
        own.answer(request.number, 0, {.lines = "first\n", .is_last = false}, [](const auto&) {});
        own.answer(request.number, 1, {.lines = "last\n", .is_last = true}, [](const auto&) {});
    }});
    auto& cluster = *one_->cluster();
    const auto request = ask(cluster, "two");
    ASSERT_TRUE(request);
    std::string lines;
    for (std::int64_t number = 0; number < 2; ++number) {
        const auto piece = wait_for<spool::AnswerPiece>(
            [&](auto found) { cluster.answer_piece(*request, number, std::move(found)); });
        ASSERT_TRUE(piece);
        EXPECT_EQ(piece->is_last, number == 1);
        lines += piece->lines;
    }
    EXPECT_EQ(lines, "first\nlast\n");
    EXPECT_EQ(fake::PostgresServer::ask(url_, "SELECT count(*) FROM turnaway.answer"), "0");
}

TEST_F(PostgresClusterTest, ARequestWithoutAnAnswerSaysWhetherItWasBegun) {
    auto cluster = std::make_unique<PostgresCluster>(
        PostgresCluster::Settings{.url = url_, .name = "one", .silence_max = 50ms}, nullptr);
    const auto untaken = ask(*cluster, "two");
    ASSERT_TRUE(untaken);
    EXPECT_EQ(fault_of(*cluster, *untaken), "it does not answer, and nothing was changed");
    EXPECT_EQ(fake::PostgresServer::ask(url_, "SELECT count(*) FROM turnaway.request"), "0");
    const auto taken = ask(*cluster, "two");
    ASSERT_TRUE(taken);
    fake::PostgresServer::ask(url_, "DELETE FROM turnaway.request");
    EXPECT_EQ(fault_of(*cluster, *taken), "it does not answer: it is not known what was changed");
    // Nothing is asked of the dead and the unknown.
    fake::PostgresServer::ask(url_, "UPDATE turnaway.node SET lease = '-infinity'");
    EXPECT_FALSE(ask(*cluster, "two"));
    EXPECT_FALSE(ask(*cluster, "three"));
}

// It gives its messages away once nothing is delivered any more, and takes none until its end.
TEST_F(PostgresClusterTest, ANodeIsEmptied) {
    std::promise<std::size_t> gained;
    two_->follow_gains([&](const spool::Page& page) { gained.set_value(page.messages.size()); });
    const auto drain = [&](const std::string& node) {
        return wait_for<void>(
            [&](auto done) { two_->cluster()->drain(node, true, std::move(done)); });
    };
    EXPECT_EQ(drain("three").error().fault, base::Fault::no_input);
    ASSERT_TRUE(drain("one"));
    while (!one_->cluster()->is_draining()) std::this_thread::sleep_for(10ms);
    EXPECT_FALSE(one_->has_room_for_outcomes());
    // Results of what is under way are still stored.
    ASSERT_TRUE(test::apply(*one_, {.update = {stored_of(1, 10).message}}));
    one_->cluster()->leave();
    EXPECT_EQ(gained.get_future().get(), 1U);
    const auto late = test::apply(*one_, {.add = {stored_of(3, 10)}});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().fault, base::Fault::unavailable);
    EXPECT_FALSE(one_->has_failed());
    one_.reset();
    EXPECT_EQ(fake::PostgresServer::ask(url_, "SELECT count(*) FROM turnaway.message"), "2");
}

}  // namespace
}  // namespace turnaway
