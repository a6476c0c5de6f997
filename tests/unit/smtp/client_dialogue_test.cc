// Every dialogue of tests/dialogue/client against the pure session: turn by turn, byte by byte, and
// broken off at each step.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "dialogue/client_script.h"
#include "source_folder.h"

namespace turnaway::smtp {
namespace {

using dialogue::ClientDriver;
using dialogue::ClientScript;
using dialogue::Event;

std::vector<std::string> scripts() {
    std::vector<std::string> paths;
    const std::filesystem::path folder = source_folder() + "/tests/dialogue/client";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    return paths;
}

std::vector<std::string> described(const std::vector<ClientOutcome>& outcomes) {
    std::vector<std::string> texts;
    for (const ClientOutcome& outcome : outcomes) texts.push_back(dialogue::describe(outcome));
    return texts;
}

void play(const ClientScript& script, std::size_t piece_bytes) {
    ClientDriver driver = dialogue::driver_of(script);
    for (const auto& turn : script.turns) {
        EXPECT_EQ(driver.run(), turn.client) << "before: " << turn.server;
        driver.take(turn.server, piece_bytes);
        driver.happen(turn.event);
    }
    EXPECT_EQ(driver.run(), "");
    EXPECT_TRUE(driver.is_over());
    EXPECT_EQ(described(driver.outcomes()), script.outcomes);
    const auto& host = driver.session().host_outcome();
    EXPECT_EQ(host ? dialogue::describe(*host) : "", script.host);
}

class ClientDialogue : public testing::TestWithParam<std::string> {};

TEST_P(ClientDialogue, TurnByTurn) {
    play(dialogue::read_client_script(GetParam()), std::string::npos);
}

TEST_P(ClientDialogue, ByteByByte) {
    play(dialogue::read_client_script(GetParam()), 1);
}

// What the driver checks of every outcome holds here too: one for each recipient, and `delivered`
// only after the dot and a 2yz (requirements 31, 33).
TEST_P(ClientDialogue, FailsAtEachStep) {
    const ClientScript script = dialogue::read_client_script(GetParam());
    std::size_t recipients = 0;
    for (const auto& message : script.messages) recipients += message.envelope.recipients.size();
    for (const Event event : {Event::closed, Event::timed_out, Event::garbage}) {
        bool has_broken = true;
        for (std::size_t step = 1; has_broken; ++step) {
            ClientDriver driver = dialogue::driver_of(script);
            driver.break_at(step, event);
            for (const auto& turn : script.turns) {
                driver.run();
                if (driver.is_over()) break;
                driver.take(turn.server);
                driver.happen(turn.event);
            }
            driver.run();
            has_broken = driver.has_broken();
            ASSERT_TRUE(driver.is_over()) << step;
            ASSERT_LE(driver.outcomes().size(), recipients);
            ASSERT_GE(driver.outcomes().size(), script.messages[0].envelope.recipients.size());
            for (std::size_t i = 0; i < driver.outcomes().size(); ++i) {
                const std::string outcome = dialogue::describe(driver.outcomes()[i]);
                // The break changes what was still open, to something temporary; nothing else.
                if (outcome != script.outcomes[i]) {
                    EXPECT_TRUE(outcome.starts_with("temporary "));
                }
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Files, ClientDialogue, testing::ValuesIn(scripts()),
                         [](const auto& given) {
                             return std::filesystem::path(given.param).stem().string();
                         });

}  // namespace
}  // namespace turnaway::smtp
