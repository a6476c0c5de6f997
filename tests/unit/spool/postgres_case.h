// What the tests of the spool in a database start with: a real server and an empty database.
// Without PostgreSQL they are skipped.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "fake/postgres_server.h"
#include "spool/postgres/connection.h"
#include "spool/postgres/postgres_spool.h"
#include "unit/spool/folder.h"

namespace turnaway::test {

using namespace std::chrono_literals;
using spool::postgres::Connection;
using spool::postgres::PostgresSettings;
using spool::postgres::PostgresSpool;

class PostgresCase : public testing::Test {
  protected:
    void SetUp() override {
        if (!fake::PostgresServer::is_installed()) GTEST_SKIP() << "PostgreSQL is not installed";
        server_ = std::make_unique<fake::PostgresServer>();
        url_ = server_->make_database();
    }
    void migrate() {
        const auto made = Connection::migrate(url_);
        ASSERT_TRUE(made) << made.error().message;
    }
    PostgresSettings settings(const std::string& node) {
        return {.url = url_,
                .node = node,
                // Long, because the machine may be slow, and one that leaves ends it itself.
                .lease = 1min,
                .beat = 100ms,
                .look = 20ms,
                .enter_wait = 0s,
                .temporary = folder_.path() + '/' + node,
                // The present of the ids, so that nothing ages during a test.
                .now = [] { return std::chrono::system_clock::time_point(); }};
    }
    // One that renews its lease so seldom that a test can end it.
    PostgresSettings sleeper(const std::string& node) {
        auto made = settings(node);
        made.lease = 10h;
        made.beat = 2h;
        return made;
    }
    static std::unique_ptr<PostgresSpool> open(PostgresSettings settings) {
        auto opened = PostgresSpool::open(std::move(settings));
        EXPECT_TRUE(opened) << opened.error().message;
        return opened ? *std::move(opened) : nullptr;
    }
    std::string ask(const std::string& sql) { return fake::PostgresServer::ask(url_, sql); }
    void wait_until(const std::string& sql, const std::string& value) {
        for (int i = 0; i < 6000 && ask(sql) != value; ++i) std::this_thread::sleep_for(10ms);
        ASSERT_EQ(ask(sql), value) << sql;
    }
    std::string own_session(const std::string& condition) {
        return "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'turnaway-relay' "
               "AND " +
               condition;
    }

    Folder folder_;
    std::unique_ptr<fake::PostgresServer> server_;
    std::string url_;
};

}  // namespace turnaway::test
