// Every dialogue of tests/dialogue/refuse against the pure session: turn by turn, byte by byte, and
// all at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "dialogue/dialogue.h"
#include "dialogue/refuse_host.h"
#include "source_folder.h"

namespace turnaway::smtp {
namespace {

using dialogue::RefuseHost;

RefuseStage stage_named(const std::string& text) {
    for (const auto stage :
         {RefuseStage::greeting, RefuseStage::helo, RefuseStage::mail, RefuseStage::rcpt}) {
        if (name(stage) == text) return stage;
    }
    throw std::runtime_error("no stage " + text);
}

std::vector<std::string> files() {
    std::vector<std::string> paths;
    for (const auto& entry :
         std::filesystem::directory_iterator(source_folder() + "/tests/dialogue/refuse")) {
        paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    return paths;
}

class RefuseDialogue : public testing::TestWithParam<std::string> {};

TEST_P(RefuseDialogue, TurnByTurn) {
    const auto dialogue = dialogue::read_dialogue(GetParam());
    RefuseHost host(stage_named(dialogue.stage));
    for (const auto& turn : dialogue.turns) {
        const bool is_first = &turn == &dialogue.turns.front();
        EXPECT_EQ(is_first ? host.greet() : host.take(turn.client), turn.server)
            << "after: " << turn.client.substr(0, 100);
    }
    EXPECT_EQ(host.is_over(), dialogue.closes);
}

TEST_P(RefuseDialogue, ByteByByte) {
    const auto dialogue = dialogue::read_dialogue(GetParam());
    RefuseHost host(stage_named(dialogue.stage));
    for (const auto& turn : dialogue.turns) {
        std::string said = &turn == &dialogue.turns.front() ? host.greet() : "";
        said += host.take_in_pieces(turn.client, 1);
        EXPECT_EQ(said, turn.server) << "after: " << turn.client.substr(0, 100);
    }
    EXPECT_EQ(host.is_over(), dialogue.closes);
}

TEST_P(RefuseDialogue, AllAtOnce) {
    const auto dialogue = dialogue::read_dialogue(GetParam());
    RefuseHost host(stage_named(dialogue.stage));
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

INSTANTIATE_TEST_SUITE_P(Files, RefuseDialogue, testing::ValuesIn(files()), [](const auto& given) {
    return std::filesystem::path(given.param).stem().string();
});

}  // namespace
}  // namespace turnaway::smtp
