#include "gate/driver.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "io/start.h"

namespace turnaway::gate {
namespace {

namespace asio = boost::asio;

}  // namespace

Driver::Driver(asio::io_context& loop, std::unique_ptr<Peer> peer, std::unique_ptr<Session> session,
               Decide decide, OnFault on_fault, const Settings& settings)
    : loop_(loop),
      peer_(std::move(peer)),
      session_(std::move(session)),
      decide_(std::move(decide)),
      on_fault_(std::move(on_fault)),
      settings_(settings),
      timeout_(settings.idle_wait, Clock::now()) {}

asio::awaitable<void> Driver::run() {
    co_await serve();
    if (has_input_ended_) session_->input_ended();
    co_await ask_all(answer_known());
    while (open_ > 0) co_await wait_for_answer();
    co_await send();
    // Before the close, which can take seconds.
    if (const auto fault = session_->fault(); !fault.empty()) on_fault_(fault);
    co_await peer_->close();
}

asio::awaitable<void> Driver::serve() {
    while (!is_broken_) {
        if (auto question = answer_known()) co_await ask_all(std::move(question));
        if (!send_now()) co_await send();
        if (session_->is_ending() || is_ending_) co_return;
        if (wants_input()) {
            is_reading_ = true;
            const auto read =
                co_await peer_->read([this](auto bytes) { return take(bytes); }, timeout_);
            is_reading_ = false;
            has_input_ended_ = !read && read.error() == io::Failure::closed;
            if (!read) co_return;
        } else if (open_ > 0) {
            co_await wait_for_answer();
        } else {
            co_return;  // a session that neither asks nor reads has nothing left to do
        }
    }
}

bool Driver::wants_input() const {
    return session_->wants_input() && open_ < settings_.questions_max;
}

bool Driver::take(std::string_view bytes) {
    session_->received(bytes);
    unknown_ = answer_known();
    return !unknown_ && send_now() && !session_->is_ending() && wants_input();
}

std::optional<Question> Driver::answer_known() {
    if (unknown_) return std::exchange(unknown_, std::nullopt);
    while (const auto* question = session_->next_question()) {
        const auto now = Clock::now();
        timeout_.renew(now);
        const auto decision = decide_.at_once(*question, now);
        if (!decision) return *question;
        session_->answer(question->id, *decision);
    }
    return std::nullopt;
}

asio::awaitable<void> Driver::ask_all(std::optional<Question> question) {
    for (; question; question = answer_known()) {
        if (session_->wants_input() || open_ > 0) {
            ++open_;
            io::start(loop_, "a question", ask_beside(*std::move(question)));
            continue;
        }
        const auto id = question->id;
        const auto decision = co_await decide_.with_lookups(*std::move(question));
        session_->answer(id, decision);
    }
}

asio::awaitable<void> Driver::ask_beside(Question question) {
    const auto self = shared_from_this();
    const auto id = question.id;
    const auto decision = co_await decide_.with_lookups(std::move(question));
    --open_;
    session_->answer(id, decision);
    co_await ask_all(answer_known());
    co_await send();
    if (answered_) answered_->cancel();
}

// One write at a time: whoever finds one under way leaves the rest to it.
bool Driver::send_now() {
    if (is_writing_ || is_broken_) return true;
    unsent_ += session_->take_output();
    if (unsent_.empty()) return true;
    unsent_.erase(0, peer_->write_now(unsent_));
    return unsent_.empty();
}

asio::awaitable<void> Driver::send() {
    while (!send_now()) {
        is_writing_ = true;
        const auto done = co_await peer_->write(unsent_, settings_.write_wait);
        unsent_.clear();
        is_writing_ = false;
        is_broken_ = !done;
    }
    if (is_broken_ && is_reading_) peer_->cancel();
}

asio::awaitable<void> Driver::wait_for_answer() {
    if (!answered_) answered_ = std::make_unique<asio::steady_timer>(loop_);
    answered_->expires_at(asio::steady_timer::time_point::max());
    boost::system::error_code ignored;
    co_await answered_->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void Driver::end() {
    is_ending_ = true;
    if (is_reading_) peer_->cancel();
}

}  // namespace turnaway::gate
