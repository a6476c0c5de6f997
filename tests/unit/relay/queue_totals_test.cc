#include "relay/queue/queue_totals.h"

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

TEST(QueueTotals, FollowsTheLifeOfMessages) {
    queue::QueueIdMaker ids(0, queue::QueueId());
    QueueTotals queue_totals;
    EXPECT_EQ(queue_totals.sum().messages, 0U);
    EXPECT_FALSE(queue_totals.sum().oldest);

    auto old = message(ids, morning, 3);
    const auto young = message(ids, morning + seconds(60), 2);
    queue_totals.add(old);
    spool::Change came;
    came.add.push_back({.message = young, .content = nullptr});
    queue_totals.take(QueueTotals::step_of(came));
    EXPECT_EQ(queue_totals.sum().messages, 2U);
    EXPECT_EQ(queue_totals.sum().recipients, 5U);
    EXPECT_EQ(queue_totals.sum().oldest, morning);

    old.states[0].progress = queue::Progress::done;
    old.states[2].progress = queue::Progress::unreportable;
    spool::Change tried;
    tried.update.push_back(old);
    queue_totals.take(QueueTotals::step_of(tried));
    EXPECT_EQ(queue_totals.sum().messages, 2U);
    EXPECT_EQ(queue_totals.sum().recipients, 3U);

    spool::Change gone;
    gone.remove.push_back(old.id);
    gone.remove.push_back(ids.next(morning));  // nobody knows it
    queue_totals.take(QueueTotals::step_of(gone));
    EXPECT_EQ(queue_totals.sum().messages, 1U);
    EXPECT_EQ(queue_totals.sum().recipients, 2U);
    EXPECT_EQ(queue_totals.sum().oldest, young.arrival);
}

TEST(QueueTotals, CountsWhatWaitsForAnAdministrator) {
    queue::QueueIdMaker ids(0, queue::QueueId());
    QueueTotals queue_totals;
    auto held = message(ids, morning, 2);
    held.is_held = true;
    held.states[1].progress = queue::Progress::unreportable;
    queue_totals.add(held);
    const auto corrupt = ids.next(morning);
    queue_totals.add_corrupt(corrupt);
    queue_totals.add_corrupt(corrupt);
    EXPECT_EQ(queue_totals.sum().held, 1U);
    EXPECT_EQ(queue_totals.sum().unreportable, 1U);
    EXPECT_EQ(queue_totals.sum().corrupt, 1U);
    EXPECT_EQ(queue_totals.sum().messages, 1U);

    spool::Change released;
    held.is_held = false;
    released.update.push_back(held);
    released.remove.push_back(corrupt);
    queue_totals.take(QueueTotals::step_of(released));
    EXPECT_EQ(queue_totals.sum().held, 0U);
    EXPECT_EQ(queue_totals.sum().unreportable, 1U);
    EXPECT_EQ(queue_totals.sum().corrupt, 0U);

    spool::Change gone;
    gone.remove.push_back(held.id);
    queue_totals.take(QueueTotals::step_of(gone));
    EXPECT_EQ(queue_totals.sum().unreportable, 0U);
}

}  // namespace
}  // namespace turnaway::relay
