// Every dialogue of tests/dialogue/milter against the pure session: packet by packet, split at
// every place, and all at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "dialogue/gate_host.h"
#include "dialogue/milter_script.h"
#include "gate/protocol/milter_session.h"
#include "source_folder.h"

namespace turnaway::gate {
namespace {

using dialogue::GateHost;
using dialogue::MilterScript;

std::vector<std::string> scripts() {
    std::vector<std::string> paths;
    const std::filesystem::path folder = source_folder() + "/tests/dialogue/milter";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    return paths;
}

std::vector<std::string> lines(const std::vector<Question>& questions, std::size_t first = 0) {
    std::vector<std::string> found;
    for (std::size_t i = first; i < questions.size(); ++i) {
        found.push_back(dialogue::question_line(questions[i]));
    }
    return found;
}

void expect_end(const MilterScript& script, const MilterSession& session) {
    EXPECT_EQ(session.is_ending(), script.closes);
    EXPECT_EQ(session.wants_input(), !script.closes);
    EXPECT_EQ(session.fault(), script.fault);
}

class MilterDialogue : public testing::TestWithParam<std::string> {};

TEST_P(MilterDialogue, PacketByPacket) {
    const MilterScript script = dialogue::read_milter_script(GetParam());
    for (const std::size_t piece_bytes : {std::string::npos, std::size_t{1}, std::size_t{7}}) {
        MilterSession session;
        GateHost host(&session);
        for (const auto& turn : script.turns) {
            const std::size_t questions = host.questions().size();
            const std::string said = host.take_in_pieces(turn.bytes, piece_bytes);
            ASSERT_EQ(dialogue::milter_answers(said), turn.answers) << turn.bytes.substr(0, 100);
            ASSERT_EQ(lines(host.questions(), questions), turn.questions)
                << turn.bytes.substr(0, 100);
        }
        expect_end(script, session);
    }
}

// Whatever a packet has in common with the next one.
TEST_P(MilterDialogue, SplitAnywhere) {
    const MilterScript script = dialogue::read_milter_script(GetParam());
    std::string bytes;
    std::vector<std::string> questions, answers;
    for (const auto& turn : script.turns) {
        bytes += turn.bytes;
        questions.insert(questions.end(), turn.questions.begin(), turn.questions.end());
        answers.insert(answers.end(), turn.answers.begin(), turn.answers.end());
    }
    // Of the long ones only what is not the same again and again.
    for (std::size_t at = 0; at < bytes.size(); at += at < 2000 ? 1 : 9973) {
        MilterSession session;
        GateHost host(&session);
        const std::string_view view = bytes;
        std::string said = host.take(view.substr(0, at));
        said += host.take(view.substr(at));
        ASSERT_EQ(dialogue::milter_answers(said), answers) << "split at " << at;
        ASSERT_EQ(lines(host.questions()), questions) << "split at " << at;
        expect_end(script, session);
    }
}

// A mail server that is gone after any byte: the session waits, without a fault of its own.
TEST_P(MilterDialogue, CutAnywhere) {
    const MilterScript script = dialogue::read_milter_script(GetParam());
    if (!script.fault.empty()) return;
    std::string bytes;
    for (const auto& turn : script.turns) bytes += turn.bytes;
    for (std::size_t at = 0; at + 1 < bytes.size(); at += at < 2000 ? 1 : 9973) {
        MilterSession session;
        GateHost host(&session);
        host.take(std::string_view(bytes).substr(0, at));
        EXPECT_FALSE(session.is_ending()) << "cut at " << at;
        EXPECT_TRUE(session.wants_input()) << "cut at " << at;
        EXPECT_EQ(session.fault(), "") << "cut at " << at;
    }
}

INSTANTIATE_TEST_SUITE_P(All, MilterDialogue, testing::ValuesIn(scripts()), [](const auto& param) {
    return std::filesystem::path(param.param).stem().string();
});

}  // namespace
}  // namespace turnaway::gate
