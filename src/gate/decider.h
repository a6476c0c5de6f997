// Decider: decides a question: exceptions, then judge/ with a deadline, then the configured action.
//
// What is known from the cache is decided at once, without a coroutine: most questions are. A
// question that DNS or a probe does not decide within [answer] deadline is passed, and its lookups
// go on, so that the next question finds their result. The recipient comes first; its refusal
// spares the lookup of the sender. Passed without a judge: an address that cannot be read, an
// address literal, localhost and this machine's own name, which the mail server decides itself. One
// thread, the event loop's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>

#include "gate/config/rules.h"
#include "gate/protocol/question.h"
#include "gate/ruling.h"
#include "io/timer_queue.h"
#include "judge/judge.h"

namespace turnaway::gate {

class Decider {
  public:
    using RulesPtr = std::shared_ptr<const Rules>;

    // All outlive the decider, and it outlives the work of `loop`.
    Decider(boost::asio::io_context& loop, judge::Judge& judge)
        : loop_(loop), judge_(judge), deadlines_(loop) {}

    // From what is known; nothing: a lookup or a probe is needed.
    std::optional<Ruling> decide_at_once(const Rules& rules, const Question& question,
                                         judge::Judge::Clock::time_point now);
    boost::asio::awaitable<Ruling> decide(RulesPtr rules, const Question& question);

  private:
    class JudgedAddress;
    struct Subject;  // a question with its addresses, read
    struct Race;

    std::optional<Ruling> recall(const Rules& rules, const Subject& subject,
                                 judge::Judge::Clock::time_point now);
    boost::asio::awaitable<Ruling> judge(RulesPtr rules, std::shared_ptr<const Subject> subject);
    boost::asio::awaitable<void> judge_for(std::shared_ptr<Race> race, RulesPtr rules,
                                           std::shared_ptr<const Subject> subject);

    boost::asio::io_context& loop_;
    judge::Judge& judge_;
    io::TimerQueue deadlines_;
};

}  // namespace turnaway::gate
