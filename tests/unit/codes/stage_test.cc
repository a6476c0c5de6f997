// The stages of a session: each with its own name, in the order of a session.
#include "codes/stage.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace turnaway::codes {
namespace {

TEST(Stage, EachHasItsOwnName) {
    constexpr int count = static_cast<int>(Stage::idle) + 1;
    std::set<std::string_view> names;
    for (int i = 0; i < count; ++i) {
        const auto stage = static_cast<Stage>(i);
        names.insert(name(stage));
        EXPECT_EQ(title(stage).empty(), stage == Stage::unknown);
    }
    EXPECT_EQ(names.size(), std::size_t{count});
    EXPECT_EQ(name(Stage::final_dot), "final_dot");
    EXPECT_EQ(title(Stage::rcpt), "RCPT");
}

TEST(Stage, KnowsWhatIsHeardBeforeMail) {
    for (const auto stage : {Stage::connect, Stage::greeting, Stage::ehlo, Stage::helo}) {
        EXPECT_TRUE(is_before_mail(stage)) << title(stage);
        EXPECT_LT(stage, Stage::mail);
    }
    for (const auto stage : {Stage::unknown, Stage::starttls, Stage::mail, Stage::rcpt, Stage::data,
                             Stage::content, Stage::final_dot, Stage::idle}) {
        EXPECT_FALSE(is_before_mail(stage)) << title(stage);
    }
}

TEST(Stage, TakesAnEarlyReplyForAnAnswerToTheMessage) {
    EXPECT_EQ(answered_stage(Stage::content), Stage::final_dot);
    EXPECT_EQ(answered_stage(Stage::connect), Stage::greeting);
    EXPECT_EQ(answered_stage(Stage::rcpt), Stage::rcpt);
    EXPECT_EQ(answered_stage(Stage::idle), Stage::unknown);
}

}  // namespace
}  // namespace turnaway::codes
