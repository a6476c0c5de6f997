#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/bulk/bulk_options.h"

namespace turnaway::cli {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::string_literals;

// Answers out of order: names of odd length later than the others. "no..." is 1, "maybe..." 2.
class LengthWorker final : public BulkWorker {
  public:
    LengthWorker(asio::io_context& loop, std::size_t* asked) : loop_(loop), asked_(asked) {}
    void start(std::string_view cell, std::function<void(BulkAnswer)> done) override {
        ++*asked_;
        BulkAnswer answer{cell.starts_with("no")      ? 1
                          : cell.starts_with("maybe") ? 2
                                                      : 0,
                          {std::to_string(cell.size())},
                          "{\"length\":" + std::to_string(cell.size()) + "}"};
        auto finish = [answer = std::move(answer), done = std::move(done)] { done(answer); };
        if (cell.size() % 2 == 0) return finish();
        auto timer = std::make_shared<asio::steady_timer>(loop_, std::chrono::milliseconds(2));
        timer->async_wait([timer, finish = std::move(finish)](const auto& error) {
            if (!error) finish();
        });
    }

  private:
    asio::io_context& loop_;
    std::size_t* asked_;
};

class BulkRunTest : public testing::Test {
  protected:
    BulkRunTest() {
        std::string name = (fs::temp_directory_path() / "turnaway_bulk_XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
        options_.input = folder_ / "in";
        options_.output = folder_ / "out";
    }
    ~BulkRunTest() override { fs::remove_all(folder_); }

    int run(BulkForm form = BulkForm::lines) {
        asked_ = 0;
        const BulkTask task{
            .program = "test",
            .columns = {"length"},
            .threads_max = 1,
            .make_worker =
                [this](asio::io_context& loop) -> base::Result<std::unique_ptr<BulkWorker>> {
                return std::make_unique<LengthWorker>(loop, &asked_);
            }};
        testing::internal::CaptureStderr();
        const int exit_code = run_bulk(options_, form, task);
        words_ = testing::internal::GetCapturedStderr();
        return exit_code;
    }
    void input(const std::string& text) { write(options_.input, text); }
    static void write(const std::string& path, const std::string& text) {
        std::ofstream(path, std::ios::binary) << text;
    }
    std::string output() const {
        std::ostringstream text;
        text << std::ifstream(options_.output, std::ios::binary).rdbuf();
        return text.str();
    }

    fs::path folder_;
    BulkOptions options_;
    std::string words_;
    std::size_t asked_ = 0;
};

TEST_F(BulkRunTest, LinesKeepOrderBlanksAndComments) {
    input(
        "\xef\xbb\xbf"
        "abc\r\n# comment\n\nab\nabcde");
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(output(), "abc\t3\t0\n# comment\n\nab\t2\t0\nabcde\t5\t0\n");
}

TEST_F(BulkRunTest, CsvKeepsHeaderAndRows) {
    input("id,domain\r\n1,abc\r\n\"2, or \"\"so\"\"\",\"ab\"\r\n");
    options_.column = "domain";
    EXPECT_EQ(run(BulkForm::csv), 0);
    EXPECT_EQ(output(), "id,domain,length,exit\n1,abc,3,0\n\"2, or \"\"so\"\"\",\"ab\",2,0\n");
    fs::remove(options_.output);
    options_.column = "2";
    options_.has_no_header = true;
    EXPECT_EQ(run(BulkForm::csv), 0);
    EXPECT_EQ(output(), "id,domain,6,0\n1,abc,3,0\n\"2, or \"\"so\"\"\",\"ab\",2,0\n");
}

TEST_F(BulkRunTest, TheWorstRowIsTheExitCode) {
    input("ab\nmaybe\n");
    EXPECT_EQ(run(), 2);
    fs::remove(options_.output);
    input("ab\nnot\nmaybe\n");
    EXPECT_EQ(run(), 1);
}

TEST_F(BulkRunTest, WhatIsWrongIsNamedWithFileLineAndExpectation) {
    struct Case {
        std::string text;
        std::string column;
        std::string words;
    };
    for (const Case& each : {
             Case{"ab\n" + std::string(1 << 20, 'x') + "\n", "", "line 2: a line of more than"},
             Case{"ab\nx\0y\n"s, "", "line 2: a NUL byte"},
             Case{"a,b\nc,d\n", "e", "line 1: the header has no column \"e\"; it has a, b"},
             Case{"a,b\nc,d\n", "3", "line 1: no column 3; the row has 2"},
             Case{"a,b\nc,d\ne\n", "a", "line 3: 1 columns; 2 were expected"},
             Case{"a,b\n\"c,d\n", "a", "line 2: a quote that is never closed"},
             Case{"a,b\nc,d\"\n", "a", "line 2: a quote inside a cell"},
             Case{"", "a", "is empty; a header was expected"},
         }) {
        fs::remove(options_.output);
        input(each.text);
        options_.column = each.column;
        EXPECT_EQ(run(BulkForm::csv), 65) << each.words;
        EXPECT_TRUE(words_.contains(each.words)) << words_;
        EXPECT_TRUE(words_.contains(options_.input)) << words_;
        EXPECT_EQ(std::ranges::count(words_, '\n'), 1) << words_;
    }
    // The rows before the fault are answered.
    options_.column = "";
    fs::remove(options_.output);
    input("ab\nx\0y\n"s);
    EXPECT_EQ(run(), 65);
    EXPECT_EQ(output(), "ab\t2\t0\n");
    options_.input = folder_ / "none";
    EXPECT_EQ(run(), 66);
    options_.input = folder_;
    EXPECT_EQ(run(), 66);
}

TEST_F(BulkRunTest, AnOutputThatIsThereIsLeftAlone) {
    input("ab\n");
    write(options_.output, "precious");
    EXPECT_EQ(run(), 64);
    EXPECT_EQ(output(), "precious");
    options_.output = options_.input;
    options_.resumes = true;
    EXPECT_EQ(run(), 64);
    EXPECT_EQ(output(), "ab\n");
}

TEST_F(BulkRunTest, ResumesAnywhereAsIfNeverInterrupted) {
    for (const BulkForm form : {BulkForm::lines, BulkForm::csv, BulkForm::json}) {
        for (const std::string column : {"", "domain"}) {
            if (form == BulkForm::lines && !column.empty()) continue;
            options_.resumes = false;
            options_.column = column;
            input(column.empty() ? "abc\n# one, \"two\n\nnot\nab\nmaybe\n"
                                 : "domain,x\nabc,\"two\nlines\"\nnot,\"a\"\"b\"\nmaybe,\n");
            fs::remove(options_.output);
            ASSERT_EQ(run(form), 1);
            const std::string whole = output();
            options_.resumes = true;
            for (std::size_t size = whole.size() % 7; size <= whole.size(); size += 7) {
                write(options_.output, whole.substr(0, size));
                EXPECT_EQ(run(form), 1) << words_;
                EXPECT_EQ(output(), whole) << size;
            }
            EXPECT_EQ(asked_, 0U);  // the last was whole
        }
    }
}

TEST_F(BulkRunTest, RefusesToResumeWhatIsNotItsOwn) {
    options_.resumes = true;
    input("abc\nab\n");
    for (const auto* const other :
         {"abd\t3\t0\n", "abc\t3\t9\n", "abc\n", "x\n", "abc\t3\t0\nab\t2\t0\nmore\t4\t0\n"}) {
        write(options_.output, other);
        EXPECT_EQ(run(), 65) << other;
        EXPECT_EQ(output(), other);
        EXPECT_TRUE(words_.contains("cannot resume")) << words_;
    }
}

}  // namespace
}  // namespace turnaway::cli
