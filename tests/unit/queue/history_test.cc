// What is kept of the attempts of all recipients of a message stays within a bound, and what a
// later round needs stays in it.
#include "queue/history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "codes/constants.h"

namespace turnaway::queue {
namespace {

Attempt attempt_of(int number, std::size_t reply_bytes) {
    return {
        .time = std::chrono::sys_seconds(std::chrono::seconds(number)),
        .host = "mx.host.example",
        .address = "192.0.2.1",
        .stage = codes::Stage::rcpt,
        .status = codes::EnhancedCode::temporary(codes::other_status),
        .remote = RemoteWords{codes::ReplyCode(450),
                              {std::string(reply_bytes / 2, 'a'),
                               std::string(reply_bytes / 2, static_cast<char>('b' + number % 9))}}};
}

std::size_t bytes_of(const std::vector<RecipientState>& states) {
    std::size_t bytes = 0;
    for (const auto& state : states) {
        for (const auto& attempt : state.attempts) {
            bytes += sizeof attempt;
            for (const auto& line : attempt.remote->lines) bytes += line.size();
        }
    }
    return bytes;
}

TEST(BoundStates, LeavesAloneWhatIsSmall) {
    std::vector<RecipientState> states(3);
    for (auto& state : states) {
        for (int i = 0; i < 20; ++i) state.attempts.push_back(attempt_of(i, 100));
    }
    const auto before = states;
    bound_states(&states);
    EXPECT_EQ(states, before);
}

TEST(BoundStates, CutsOldRepliesThenDropsAttempts) {
    std::vector<RecipientState> states(1000);
    for (auto& state : states) {
        for (int i = 0; i < 23; ++i) state.attempts.push_back(attempt_of(i, 4096));
    }
    bound_states(&states);
    EXPECT_LT(bytes_of(states), std::size_t{1536} * 1024);
    for (const auto& state : states) {
        ASSERT_GE(state.attempts.size(), 2U);
        EXPECT_EQ(state.attempts.front().time, attempt_of(0, 0).time);
        EXPECT_EQ(state.attempts.back().time, attempt_of(22, 0).time);
        EXPECT_FALSE(state.attempts.back().remote->lines.empty());
    }
}

TEST(BoundStates, KeepsWhatClosedAHost) {
    std::vector<RecipientState> states(1000);
    for (auto& state : states) {
        for (int i = 0; i < 10; ++i) {
            state.attempts.push_back(attempt_of(i, 4096));
            if (i % 2 == 0) continue;
            state.attempts.back().stage = codes::Stage::greeting;
            state.attempts.back().verdict = smtp::ClientVerdict::permanent;
        }
    }
    bound_states(&states);
    for (const auto& state : states)
        EXPECT_EQ(std::ranges::count_if(state.attempts, closes_host), 5);
}

}  // namespace
}  // namespace turnaway::queue
