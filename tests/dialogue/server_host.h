// The server session with a driver that obeys at once: a judge that answers by the address, a
// spool in memory, and a client that is a string of bytes. For tests and fuzz targets.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "codes/constants.h"
#include "smtp/server_session.h"

namespace turnaway::dialogue {

// What happens instead of what a action asks for.
enum class ServerBreak { none, closed, timed_out, tls_failed, no_room, shut_down };

struct TakenMessage {
    mail::Envelope envelope;
    std::string content;
    bool is_eight_bit = false;
};

inline smtp::ServerSettings example_settings() {
    return {.hostname = "relay.example",
            .message_bytes_max = 20'000,
            .recipients_max = 3,
            .messages_max = 5,
            .errors_max = 5,
            .commands_max = 60,
            .is_tls_offered = true,
            .is_tls_required = false,
            .postmaster = mail::Address::parse("ops@host.example").value()};
}

class ServerHost {
  public:
    using Kind = smtp::ServerSession::Action::Kind;

    explicit ServerHost(smtp::ServerSettings settings = example_settings())
        : settings_(std::move(settings)), session_(settings_, "192.0.2.1") {}
    ServerHost(const ServerHost&) = delete;
    ServerHost& operator=(const ServerHost&) = delete;

    // The action with this number, counted from 1, is not obeyed: this happens instead.
    void break_at(std::size_t action, ServerBreak what) {
        break_at_ = action;
        break_ = what;
    }

    // Obeys until the session waits for the client or is over; what it said.
    std::string run() {
        std::string said;
        while (true) {
            const auto action = session_.action();
            if (action.kind == Kind::close) return said;
            if (++wishes_ == break_at_ && happen()) continue;
            if (action.kind == Kind::read || action.kind == Kind::start_tls) {
                --wishes_;
                return said;
            }
            obey(action, &said);
        }
    }

    std::string take(std::string_view bytes) {
        if (is_over()) return {};
        if (session_.action().kind == Kind::read) {
            ++wishes_;
            session_.received(bytes);
        }
        return run();
    }

    std::string take_in_pieces(std::string_view bytes, std::size_t piece_bytes) {
        std::string said;
        for (; !bytes.empty(); bytes.remove_prefix(std::min(piece_bytes, bytes.size()))) {
            said += take(bytes.substr(0, piece_bytes));
        }
        return said;
    }

    std::string tls(bool ok) {
        TURNAWAY_CHECK(session_.action().kind == Kind::start_tls);
        ++wishes_;
        ok ? session_.tls_up() : session_.tls_failed();
        return run();
    }

    bool is_over() const { return session_.action().kind == Kind::close; }
    bool waits_for_tls() const { return session_.action().kind == Kind::start_tls; }
    bool has_broken() const { return has_broken_; }
    smtp::ServerSession& session() { return session_; }
    // Committed, and said so.
    const std::vector<TakenMessage>& messages() const { return messages_; }
    std::size_t sends() const { return sends_; }
    // Obeyed so far; the one waited for does not count.
    std::size_t wishes() const { return wishes_; }

  private:
    // False: the break does not fit this action, which is obeyed.
    bool happen() {
        const Kind kind = session_.action().kind;
        if (break_ == ServerBreak::closed) session_.closed();
        if (break_ == ServerBreak::timed_out) session_.timed_out();
        if (break_ == ServerBreak::shut_down) session_.shut_down();
        if (break_ == ServerBreak::tls_failed && kind == Kind::start_tls) session_.tls_failed();
        if (break_ == ServerBreak::no_room && kind == Kind::store) session_.stored(false);
        has_broken_ = true;
        // A shutdown takes no event away; the others do, where they fit.
        const bool fits = break_ == ServerBreak::closed || break_ == ServerBreak::timed_out ||
                          (break_ == ServerBreak::tls_failed && kind == Kind::start_tls) ||
                          (break_ == ServerBreak::no_room && kind == Kind::store);
        return fits || session_.action().kind != kind;
    }

    void obey(const smtp::ServerSession::Action& action, std::string* said) {
        switch (action.kind) {
            case Kind::send:
                TURNAWAY_CHECK(!action.bytes.empty() && action.bytes.ends_with("\r\n"));
                *said += action.bytes;
                ++sends_;
                session_.sent();
                break;
            case Kind::ask_sender: {
                const auto* address = session_.envelope().reverse_path.address();
                session_.answered(judge(address, codes::other_address_status));
                break;
            }
            case Kind::ask_recipient:
                session_.answered(
                    judge(&session_.asked_recipient().address, codes::recipient_valid));
                break;
            case Kind::store:
                store(action.bytes);
                break;
            case Kind::commit:
                commit();
                break;
            case Kind::read:
            case Kind::start_tls:
            case Kind::close:
                TURNAWAY_CHECK(false);
        }
    }

    static smtp::ServerAnswer judge(const mail::Address* address, codes::Detail accepted) {
        const std::string host =
            address != nullptr && address->domain() ? address->domain()->text() : "";
        if (host == "nullmx.example") {
            return {codes::domain_takes_no_mail,
                    codes::EnhancedCode::permanent(codes::recipient_null_mx),
                    "nullmx.example takes no mail"};
        }
        if (host == "later.example") {
            return {codes::local_error, codes::EnhancedCode::temporary(codes::directory_failure),
                    "DNS does not answer"};
        }
        if (host == "closing.example") {
            return {codes::service_not_available, {}, "relay.example Closing"};
        }
        return {codes::ok, codes::EnhancedCode::success(accepted), "Ok"};
    }

    void store(std::string_view bytes) {
        TURNAWAY_CHECK(!bytes.empty());
        if (content_of_ != session_.transaction()) content_.clear();
        content_of_ = session_.transaction();
        content_ += bytes;
        TURNAWAY_CHECK(content_.size() == session_.content_bytes());
        session_.stored(true);
    }

    void commit() {
        if (content_of_ != session_.transaction()) content_.clear();
        TURNAWAY_CHECK(content_.size() == session_.content_bytes());
        TURNAWAY_CHECK(!session_.envelope().recipients.empty());
        const bool is_full = content_.find("SPOOL-FAILS") != std::string::npos;
        if (is_full) {
            return session_.answered({codes::local_error,
                                      codes::EnhancedCode::temporary(codes::other_system_status),
                                      "Try again"});
        }
        messages_.push_back({session_.envelope(), content_, session_.is_eight_bit()});
        session_.answered({codes::ok, codes::EnhancedCode::success(codes::other_status),
                           "queued as " + std::to_string(messages_.size())});
    }

    smtp::ServerSettings settings_;
    smtp::ServerSession session_;
    std::string content_;
    std::uint64_t content_of_ = ~std::uint64_t{0};
    std::vector<TakenMessage> messages_;
    std::size_t wishes_ = 0, sends_ = 0;
    std::size_t break_at_ = 0;
    ServerBreak break_ = ServerBreak::none;
    bool has_broken_ = false;
};

}  // namespace turnaway::dialogue
