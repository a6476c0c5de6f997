// A file that is whole or not there.
#include "cli/common/whole_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace turnaway::cli {
namespace {

class WholeFileTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "whole_file_XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string path() const { return folder_ / "page.html"; }
    std::string text() const {
        std::ifstream file(path());
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(folder_), {}));
    }

    std::filesystem::path folder_;
};

TEST_F(WholeFileTest, WrittenItTakesThePlaceOfTheOldOne) {
    std::ofstream(path()) << "old";
    auto file = WholeFile::open(path());
    ASSERT_TRUE(file);
    EXPECT_EQ(text(), "old");
    ASSERT_TRUE(file->write("new"));
    EXPECT_EQ(text(), "new");
    EXPECT_EQ(files(), 1U);
}

TEST_F(WholeFileTest, NotWrittenItLeavesNothing) {
    {
        const auto file = WholeFile::open(path());
        ASSERT_TRUE(file);
    }
    EXPECT_EQ(files(), 0U);
}

TEST_F(WholeFileTest, ALinkStaysAndRightsStay) {
    const std::string target = folder_ / "real.html";
    std::ofstream(target) << "old";
    ASSERT_EQ(::chmod(target.c_str(), 0640), 0);
    std::filesystem::create_symlink(target, path());
    auto file = WholeFile::open(path());
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("new"));
    EXPECT_TRUE(std::filesystem::is_symlink(path()));
    EXPECT_EQ(text(), "new");
    struct stat status{};
    ASSERT_EQ(::stat(target.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0640U);
}

// root may write beside any device, and must not put a page in its place.
TEST_F(WholeFileTest, WhatIsNoFileIsWrittenToAndNotReplaced) {
    std::filesystem::create_symlink("/dev/full", path());
    {
        auto file = WholeFile::open(path());
        ASSERT_TRUE(file);
        EXPECT_FALSE(file->write("new"));
    }
    EXPECT_TRUE(std::filesystem::is_character_file(path()));
    EXPECT_EQ(files(), 1U);
    EXPECT_FALSE(WholeFile::open(folder_));
}

TEST_F(WholeFileTest, OthersMayReadIt) {
    const mode_t mask = ::umask(022);
    auto file = WholeFile::open(path());
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("x"));
    ::umask(mask);
    struct stat status{};
    ASSERT_EQ(::stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0644U);
}

TEST_F(WholeFileTest, FolderThatIsNotThereIsSaidAtOnce) {
    const auto file = WholeFile::open(path() + "/none/\x1b[2Jx");
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().fault, base::Fault::io);
    EXPECT_EQ(file.error().message.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace turnaway::cli
