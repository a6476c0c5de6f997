#include "io/client_driver.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "base/limits.h"
#include "io/content_sender.h"
#include "io/session_step.h"

namespace turnaway::io {

namespace {

using Kind = smtp::ClientSession::Action::Kind;
using Milliseconds = Connection::Milliseconds;

// Passes the session what the host still sent, then the loss.
asio::awaitable<void> report_loss(ClientDrive& drive, Failure failure) {
    const bool has_timed_out = failure == Failure::timed_out;
    const Milliseconds wait = has_timed_out ? Milliseconds(0) : base::limits::close_wait;
    std::array<char, 4096> buffer;
    while (drive.session.action().kind != Kind::close) {
        const auto bytes = co_await drive.connection->read(buffer, wait);
        if (!bytes) break;
        drive.session.received({buffer.data(), *bytes});
    }
    if (drive.session.action().kind == Kind::close) co_return;
    has_timed_out ? drive.session.timed_out() : drive.session.closed();
}

asio::awaitable<void> send_commands(ClientDrive& drive, smtp::ClientSession::Action action) {
    // Input that arrives meanwhile would let the session change its buffer; nothing is read here.
    const auto sent =
        co_await drive.connection->write(action.bytes, drive.deadlines.of(action.wait));
    if (sent) {
        drive.session.sent();
    } else {
        co_await report_loss(drive, sent.error());
    }
}

// One reply has one deadline, even if it comes in many pieces: a host that sends it octet by octet
// must not hold a message for days.
class ReplyWait {
  public:
    Milliseconds left(std::uint64_t reply, Milliseconds whole) {
        const auto now = std::chrono::steady_clock::now();
        if (reply_ != reply) {
            reply_ = reply;
            begun_ = now;
        }
        const auto gone = std::chrono::duration_cast<Milliseconds>(now - begun_);
        return std::max(whole - gone, Milliseconds(0));
    }

  private:
    std::optional<std::uint64_t> reply_;
    std::chrono::steady_clock::time_point begun_;
};

asio::awaitable<void> read_replies(ClientDrive& drive, smtp::ClientSession::Action action,
                                   ReplyWait& waited) {
    std::array<char, 4096> buffer;
    const auto left = waited.left(drive.session.replies(), drive.deadlines.of(action.wait));
    // No time is left: a host that sends without end is not read once more.
    if (left == Milliseconds(0)) {
        drive.session.timed_out();
        co_return;
    }
    co_await read_for(drive.session, *drive.connection, buffer, left);
}

asio::awaitable<void> shake_hands(ClientDrive& drive, smtp::ClientSession::Action action) {
    const auto done = co_await drive.connection->start_tls(drive.tls, drive.host,
                                                           drive.deadlines.of(action.wait));
    done ? drive.session.tls_up() : drive.session.tls_failed();
}

}  // namespace

asio::awaitable<ClientEnd> drive_client(ClientDrive& drive) {
    ClientEnd end;
    ReplyWait waited;
    while (true) {
        const auto action = drive.session.action();
        switch (action.kind) {
            case Kind::connect:
                drive.session.connected();
                break;
            case Kind::send:
                if (!end.mail_began && drive.session.is_in_transaction()) {
                    if (drive.may_go_on && !drive.may_go_on()) {
                        end.is_abandoned = true;
                        drive.session.closed();
                        break;
                    }
                    end.mail_began = std::chrono::steady_clock::now();
                }
                co_await send_commands(drive, action);
                break;
            case Kind::read:
                co_await read_replies(drive, action, waited);
                break;
            case Kind::start_tls:
                co_await shake_hands(drive, action);
                break;
            case Kind::send_content: {
                const ContentSent sent = co_await send_content(drive);
                end.content_error = sent.content_error;
                end.is_abandoned = sent.is_abandoned;
                if (sent.content_error || sent.is_abandoned) {
                    drive.session.closed();
                } else if (sent.failure) {
                    co_await report_loss(drive, *sent.failure);
                } else if (drive.session.action().kind == Kind::send_content) {
                    drive.session.content_sent();
                }
                break;
            }
            case Kind::ready:
                end.pause = ClientPause::ready;
                co_return end;
            case Kind::close:
                co_return end;
        }
    }
}

}  // namespace turnaway::io
