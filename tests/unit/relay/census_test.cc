#include "relay/queue/census.h"

#include <gtest/gtest.h>

#include <utility>

namespace turnaway::relay {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds morning{seconds(1'800'000'000)};

queue::Message message(queue::QueueIdMaker& ids, sys_seconds arrival, std::size_t recipients) {
    queue::Message message;
    message.id = ids.next(arrival);
    message.arrival = arrival;
    for (std::size_t i = 0; i < recipients; ++i) {
        const auto text = "bob" + std::to_string(i) + "@example.org";
        message.envelope.recipients.push_back({.address = *mail::Address::parse(text)});
    }
    message.states.resize(recipients);
    return message;
}

TEST(Census, FollowsTheLifeOfMessages) {
    queue::QueueIdMaker ids(0, queue::QueueId());
    Census census;
    EXPECT_EQ(census.sum().messages, 0U);
    EXPECT_FALSE(census.sum().oldest);

    auto old = message(ids, morning, 3);
    const auto young = message(ids, morning + seconds(60), 2);
    census.add(old);
    spool::Change came;
    came.add.push_back({.message = young, .content = nullptr});
    census.take(Census::step_of(came));
    EXPECT_EQ(census.sum().messages, 2U);
    EXPECT_EQ(census.sum().recipients, 5U);
    EXPECT_EQ(census.sum().oldest, morning);

    old.states[0].progress = queue::Progress::done;
    old.states[2].progress = queue::Progress::unreportable;
    spool::Change tried;
    tried.update.push_back(old);
    census.take(Census::step_of(tried));
    EXPECT_EQ(census.sum().messages, 2U);
    EXPECT_EQ(census.sum().recipients, 3U);

    spool::Change gone;
    gone.remove.push_back(old.id);
    gone.remove.push_back(ids.next(morning));  // nobody knows it
    census.take(Census::step_of(gone));
    EXPECT_EQ(census.sum().messages, 1U);
    EXPECT_EQ(census.sum().recipients, 2U);
    EXPECT_EQ(census.sum().oldest, young.arrival);
}

TEST(Census, CountsWhatWaitsForAnAdministrator) {
    queue::QueueIdMaker ids(0, queue::QueueId());
    Census census;
    auto held = message(ids, morning, 2);
    held.is_held = true;
    held.states[1].progress = queue::Progress::unreportable;
    census.add(held);
    const auto corrupt = ids.next(morning);
    census.add_corrupt(corrupt);
    census.add_corrupt(corrupt);
    EXPECT_EQ(census.sum().held, 1U);
    EXPECT_EQ(census.sum().unreportable, 1U);
    EXPECT_EQ(census.sum().corrupt, 1U);
    EXPECT_EQ(census.sum().messages, 1U);

    spool::Change released;
    held.is_held = false;
    released.update.push_back(held);
    released.remove.push_back(corrupt);
    census.take(Census::step_of(released));
    EXPECT_EQ(census.sum().held, 0U);
    EXPECT_EQ(census.sum().unreportable, 1U);
    EXPECT_EQ(census.sum().corrupt, 0U);

    spool::Change gone;
    gone.remove.push_back(held.id);
    census.take(Census::step_of(gone));
    EXPECT_EQ(census.sum().unreportable, 0U);
}

}  // namespace
}  // namespace turnaway::relay
