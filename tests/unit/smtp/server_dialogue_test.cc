// Every dialogue of tests/dialogue/server against the pure session: turn by turn, split at every
// place, and broken off at each step.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "dialogue/server_script.h"
#include "source_folder.h"

namespace turnaway::smtp {
namespace {

using dialogue::ServerBreak;
using dialogue::ServerHost;
using dialogue::ServerScript;
using Event = dialogue::ServerTurn::Event;

std::vector<std::string> scripts() {
    std::vector<std::string> paths;
    const std::filesystem::path folder = source_folder() + "/tests/dialogue/server";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    return paths;
}

std::string answer(ServerHost* host, const dialogue::ServerTurn& turn, std::size_t piece_bytes,
                   std::size_t split_at) {
    std::string said = host->run();
    if (turn.event != Event::none && host->waits_for_tls()) {
        said += host->tls(turn.event == Event::tls_up);
    }
    const std::string_view client = turn.client;
    const std::size_t first = std::min(split_at, client.size());
    said += host->take_in_pieces(client.substr(0, first), piece_bytes);
    return said + host->take_in_pieces(client.substr(first), piece_bytes);
}

// `split_at` counts the client's bytes over all turns.
void play(const ServerScript& script, std::size_t piece_bytes, std::size_t split_at = 0) {
    ServerHost host(script.settings);
    for (const auto& turn : script.turns) {
        ASSERT_EQ(answer(&host, turn, piece_bytes, split_at), turn.server) << turn.client;
        split_at -= std::min(split_at, turn.client.size());
    }
    EXPECT_EQ(host.is_over(), script.closes);
    ASSERT_EQ(host.messages().size(), script.contents.size());
    for (std::size_t i = 0; i < script.contents.size(); ++i) {
        EXPECT_EQ(host.messages()[i].content, script.contents[i]);
    }
}

class ServerDialogue : public testing::TestWithParam<std::string> {};

TEST_P(ServerDialogue, TurnByTurn) {
    play(dialogue::read_server_script(GetParam()), std::string::npos);
}

TEST_P(ServerDialogue, InSmallPieces) {
    for (const std::size_t bytes : {1U, 2U, 3U, 7U, 64U}) {
        play(dialogue::read_server_script(GetParam()), bytes);
    }
}

TEST_P(ServerDialogue, SplitAtEveryPlace) {
    const ServerScript script = dialogue::read_server_script(GetParam());
    std::size_t bytes = 0;
    for (const auto& turn : script.turns) bytes += turn.client.size();
    // Of the long ones only what is not the same again and again.
    for (std::size_t at = 1; at < bytes; at += at < 600 || at + 600 > bytes ? 1 : 97) {
        play(script, std::string::npos, at);
        if (HasFatalFailure()) FAIL() << "split at " << at;
    }
}

// It ends, and no message is said to be taken that was not committed.
TEST_P(ServerDialogue, FailsAtEachStep) {
    const ServerScript script = dialogue::read_server_script(GetParam());
    for (const auto what : {ServerBreak::closed, ServerBreak::timed_out, ServerBreak::tls_failed,
                            ServerBreak::no_room, ServerBreak::shut_down}) {
        bool has_broken = true;
        for (std::size_t step = 1; has_broken; ++step) {
            ASSERT_LT(step, 2000U);
            ServerHost host(script.settings);
            host.break_at(step, what);
            std::string said;
            for (const auto& turn : script.turns) {
                said += answer(&host, turn, std::string::npos, 0);
            }
            has_broken = host.has_broken();
            host.session().closed();
            ASSERT_TRUE(host.is_over());
            std::size_t acknowledged = 0;
            for (auto at = said.find("queued as"); at != std::string::npos;
                 at = said.find("queued as", at + 1)) {
                ++acknowledged;
            }
            ASSERT_LE(acknowledged, host.messages().size()) << step << '\n' << said;
            ASSERT_LE(host.messages().size(), script.contents.size());
            for (const auto& message : host.messages()) {
                ASSERT_NE(std::ranges::find(script.contents, message.content),
                          script.contents.end());
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Files, ServerDialogue, testing::ValuesIn(scripts()),
                         [](const auto& given) {
                             return std::filesystem::path(given.param).stem().string();
                         });

}  // namespace
}  // namespace turnaway::smtp
