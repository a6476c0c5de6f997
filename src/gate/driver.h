// Driver: serves one mail server until it leaves: one loop for every protocol.
//
// A question whose answer is known is answered while its input is read, with one write and without
// a coroutine. Any other question of a session with one question at a time is answered inside the
// loop. A session that takes more input while questions are open gets each question in a coroutine
// of its own, so that a slow one does not delay the others; at most `questions_max` are open at
// once. Input that ends with open questions still gets their answers. A graceful stop answers what
// is open and closes. One thread, the event loop's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/progress_timeout.h"
#include "gate/peer.h"
#include "gate/protocol/session.h"

namespace turnaway::gate {

class Driver : public std::enable_shared_from_this<Driver> {
  public:
    using Clock = daemon::ProgressTimeout::Clock;

    struct Decide {
        // From what is known; nothing: ask `with_lookups`.
        std::function<std::optional<Decision>(const Question& question, Clock::time_point now)>
            at_once;
        std::function<boost::asio::awaitable<Decision>(Question question)> with_lookups;
    };
    // The peer broke the protocol; it may still be there.
    using OnFault = std::function<void(std::string_view fault)>;

    struct Settings {
        std::chrono::milliseconds idle_wait;  // without a question
        std::chrono::milliseconds write_wait = std::chrono::seconds(30);
        std::size_t questions_max = 100;
    };

    // What `decide` and `on_fault` use outlives the work of `loop`.
    Driver(boost::asio::io_context& loop, std::unique_ptr<Peer> peer,
           std::unique_ptr<Session> session, Decide decide, OnFault on_fault,
           const Settings& settings);

    // Until the peer has left, or its connection was closed.
    boost::asio::awaitable<void> run();
    // Answers what is open, then closes.
    void end();

  private:
    boost::asio::awaitable<void> serve();
    bool wants_input() const;
    // False: there is something to do before more input is read.
    bool take(std::string_view bytes);
    // The next question that needs a lookup; those before it are answered.
    std::optional<Question> answer_known();
    boost::asio::awaitable<void> ask_all(std::optional<Question> question);
    boost::asio::awaitable<void> ask_beside(Question question);
    // False if some output is left for send().
    bool send_now();
    boost::asio::awaitable<void> send();
    boost::asio::awaitable<void> wait_for_answer();

    boost::asio::io_context& loop_;
    std::unique_ptr<Peer> peer_;
    std::unique_ptr<Session> session_;
    const Decide decide_;
    const OnFault on_fault_;
    const Settings settings_;
    daemon::ProgressTimeout timeout_;
    std::optional<Question> unknown_;  // needs a lookup; found while reading
    std::string unsent_;
    std::size_t open_ = 0;  // questions asked beside
    // Made when it is first needed: rings when a question that was asked beside is answered.
    std::unique_ptr<boost::asio::steady_timer> answered_;
    bool is_reading_ = false;
    bool has_input_ended_ = false;
    bool is_writing_ = false;
    bool is_ending_ = false;
    bool is_broken_ = false;
};

}  // namespace turnaway::gate
