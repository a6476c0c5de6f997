// The client session with a driver that obeys at once: what it wishes to send is noted, every
// message is delivered in its turn, then it quits. For tests and fuzz targets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/limits.h"
#include "smtp/client_session.h"
#include "smtp/content.h"

namespace turnaway::dialogue {

enum class Event { none, closed, timed_out, garbage, tls_up, tls_failed };

class ClientDriver {
  public:
    using Kind = smtp::ClientSession::Action::Kind;

    ClientDriver(smtp::ClientPlan plan, std::vector<smtp::ClientMessage> later, std::string content)
        : session_(std::move(plan)), later_(std::move(later)), content_(std::move(content)) {}

    // The action with this number, counted from 1, is not obeyed: this happens instead.
    void break_at(std::size_t action, Event event) {
        break_at_ = action;
        break_event_ = event;
    }

    // Obeys until the session waits for the host or is over; what the client said.
    std::string run() {
        std::string said;
        while (true) {
            const auto action = session_.action();
            if (++wishes_ == break_at_ && action.kind != Kind::close) {
                has_broken_ = true;
                happen(break_event_);
                continue;
            }
            switch (action.kind) {
                case Kind::connect:
                    session_.connected();
                    break;
                case Kind::send:
                    TURNAWAY_CHECK(action.bytes.size() <= base::limits::client_batch_bytes_max);
                    said += action.bytes;
                    session_.sent();
                    break;
                case Kind::send_content:
                    write_content(&said);
                    break;
                case Kind::ready:
                    collect();
                    next_message();
                    break;
                case Kind::close:
                    collect();
                    return said;
                case Kind::read:
                case Kind::start_tls:
                    return said;
            }
        }
    }

    void take(std::string_view bytes, std::size_t piece_bytes = std::string_view::npos) {
        for (; !bytes.empty(); bytes.remove_prefix(std::min(piece_bytes, bytes.size()))) {
            const std::string_view piece = bytes.substr(0, piece_bytes);
            if (has_sent_content_) after_dot_ += piece;
            session_.received(piece);
        }
    }

    void happen(Event event) {
        if (event == Event::closed) session_.closed();
        if (event == Event::timed_out) session_.timed_out();
        if (event == Event::tls_up) session_.tls_up();
        if (event == Event::tls_failed) session_.tls_failed();
        if (event == Event::garbage) {
            take("garbage\r\n");
            // A host that talks before the connection or inside the handshake is not heard.
            session_.closed();
        }
    }

    Kind waits_for() const { return session_.action().kind; }
    bool is_over() const { return waits_for() == Kind::close; }
    bool has_broken() const { return has_broken_; }
    // Of all messages whose transaction has come to its end.
    const std::vector<smtp::ClientOutcome>& outcomes() const { return outcomes_; }
    const smtp::ClientSession& session() const { return session_; }

  private:
    void write_content(std::string* said) {
        smtp::ContentWriter writer;
        writer.write(content_, said);
        writer.finish(said);
        has_sent_content_ = true;
        after_dot_.clear();
        session_.content_sent();
    }

    void next_message() {
        has_sent_content_ = false;
        if (later_.empty()) return session_.quit();
        session_.deliver(std::move(later_.front()));
        later_.erase(later_.begin());
        is_collected_ = false;
    }

    void collect() {
        if (std::exchange(is_collected_, true)) return;
        const auto& transaction = session_.transaction();
        TURNAWAY_CHECK(transaction.is_decided());
        TURNAWAY_CHECK(transaction.outcomes().size() ==
                       transaction.message().envelope.recipients.size());
        for (const auto& outcome : transaction.outcomes()) {
            TURNAWAY_CHECK(outcome.has_value());
            outcomes_.push_back(*outcome);
            check(*outcome);
        }
    }

    // Whatever happened: nobody is served unless the content was sent and then 2yz was said, and
    // the status has the class of the verdict.
    void check(const smtp::ClientOutcome& outcome) const {
        const int digit = outcome.status.class_digit();
        switch (outcome.verdict) {
            case smtp::ClientVerdict::delivered:
                TURNAWAY_CHECK(has_sent_content_ && has_line_with_2yz() && digit == 2);
                TURNAWAY_CHECK(outcome.reply && outcome.reply->code.is_positive());
                break;
            case smtp::ClientVerdict::permanent:
                TURNAWAY_CHECK(digit == 5);
                TURNAWAY_CHECK(!outcome.reply || outcome.reply->code.is_permanent());
                break;
            case smtp::ClientVerdict::temporary:
                TURNAWAY_CHECK(digit == 4);
                break;
        }
        const bool is_local = outcome.cause > smtp::ClientCause::host_takes_no_mail;
        TURNAWAY_CHECK(is_local || outcome.reply);
    }

    // The last line of a reply counts, where its lines differ.
    bool has_line_with_2yz() const {
        return after_dot_.starts_with('2') || after_dot_.find("\n2") != std::string::npos;
    }

    smtp::ClientSession session_;
    std::vector<smtp::ClientMessage> later_;
    std::string content_;
    std::vector<smtp::ClientOutcome> outcomes_;
    std::string after_dot_;
    bool has_sent_content_ = false;
    bool is_collected_ = false;
    std::size_t wishes_ = 0;
    std::size_t break_at_ = 0;
    Event break_event_ = Event::none;
    bool has_broken_ = false;
};

}  // namespace turnaway::dialogue
