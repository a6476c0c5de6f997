// Every dialogue of test/dialogue/refuse against the pure session: turn by turn, byte by byte, and
// all at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "dialogue/dialogue.h"
#include "smtp/refuse_session.h"

namespace turnaway::smtp {
namespace {

RefuseStage stage_named(const std::string& text) {
    for (const auto stage :
         {RefuseStage::greeting, RefuseStage::helo, RefuseStage::mail, RefuseStage::rcpt}) {
        if (name(stage) == text) return stage;
    }
    throw std::runtime_error("no stage " + text);
}

// The session with a buffer before it, as a driver would have.
class Host {
  public:
    explicit Host(const std::string& stage) : session_(stage_named(stage)) {}

    std::string greet() { return std::string(replies_[session_.greet()]); }
    std::string take(std::string_view bytes) {
        std::string said;
        buffer_ += bytes;
        while (!session_.is_over() && !buffer_.empty()) {
            const auto step = session_.next(buffer_);
            if (step.says) said += replies_[*step.says];
            buffer_.erase(0, step.consumed);
            if (!step.says) break;
        }
        return said;
    }
    bool is_over() const { return session_.is_over(); }

  private:
    RefuseReplies replies_{"www.example.org"};
    RefuseSession session_;
    std::string buffer_;
};

std::vector<std::string> files() {
    std::vector<std::string> paths;
    for (const auto& entry :
         std::filesystem::directory_iterator(TURNAWAY_SOURCE_DIR "/test/dialogue/refuse")) {
        paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    return paths;
}

class RefuseDialogue : public testing::TestWithParam<std::string> {};

TEST_P(RefuseDialogue, TurnByTurn) {
    const auto dialogue = dialogue::read_dialogue(GetParam());
    Host host(dialogue.stage);
    for (const auto& turn : dialogue.turns) {
        const bool is_first = &turn == &dialogue.turns.front();
        EXPECT_EQ(is_first ? host.greet() : host.take(turn.client), turn.server)
            << "after: " << turn.client.substr(0, 100);
    }
    EXPECT_EQ(host.is_over(), dialogue.closes);
}

TEST_P(RefuseDialogue, ByteByByte) {
    const auto dialogue = dialogue::read_dialogue(GetParam());
    Host host(dialogue.stage);
    for (const auto& turn : dialogue.turns) {
        std::string said = &turn == &dialogue.turns.front() ? host.greet() : "";
        for (const char c : turn.client) said += host.take({&c, 1});
        EXPECT_EQ(said, turn.server) << "after: " << turn.client.substr(0, 100);
    }
    EXPECT_EQ(host.is_over(), dialogue.closes);
}

TEST_P(RefuseDialogue, AllAtOnce) {
    const auto dialogue = dialogue::read_dialogue(GetParam());
    Host host(dialogue.stage);
    std::string sent, expected;
    for (const auto& turn : dialogue.turns) {
        sent += turn.client;
        expected += turn.server;
    }
    std::string said = host.greet();
    said += host.take(sent);
    EXPECT_EQ(said, expected);
    EXPECT_EQ(host.is_over(), dialogue.closes);
}

INSTANTIATE_TEST_SUITE_P(Files, RefuseDialogue, testing::ValuesIn(files()), [](const auto& info) {
    return std::filesystem::path(info.param).stem().string();
});

}  // namespace
}  // namespace turnaway::smtp
