#include "io/content_sender.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "base/limits.h"
#include "io/start.h"
#include "smtp/content.h"

namespace turnaway::io {

namespace {

using Kind = smtp::ClientSession::Action::Kind;

// Only the end of the sending ends the reading.
constexpr auto listening_wait = std::chrono::hours(24);

// Shared by the sender and the coroutine that reads meanwhile. The latter may end after the sender
// is gone (by an exception, for example), so it owns the connection and checks for the session each
// time.
struct Listening {
    std::shared_ptr<Connection> connection;
    smtp::ClientSession* session;  // null: the sender is gone
    asio::steady_timer changed;
    bool must_stop = false;
    bool is_over = false;

    bool is_wanted() const {
        return !must_stop && session != nullptr && session->action().kind == Kind::send_content;
    }
};

// Reads what the host sends meanwhile. A failure is not reported here: the write fails too.
asio::awaitable<void> listen_to_host(std::shared_ptr<Listening> listening) {
    std::array<char, 4096> buffer;
    while (listening->is_wanted()) {
        const auto bytes = co_await listening->connection->read(buffer, listening_wait);
        if (!bytes || listening->session == nullptr) break;
        listening->session->received({buffer.data(), *bytes});
    }
    listening->is_over = true;
    listening->changed.cancel();
    if (listening->session == nullptr) co_return;
    if (listening->session->action().kind == Kind::close) listening->connection->cancel();
}

// The sender's part: however the sender ends, the reading does not use its session afterwards.
class HostListening {
  public:
    explicit HostListening(const ClientDrive& drive)
        : shared_(std::make_shared<Listening>(
              Listening{.connection = drive.connection,
                        .session = &drive.session,
                        .changed = asio::steady_timer(drive.connection->executor())})) {
        start(drive.connection->executor(), "listening to a host", listen_to_host(shared_));
    }
    HostListening(const HostListening&) = delete;
    HostListening& operator=(const HostListening&) = delete;
    ~HostListening() {
        shared_->session = nullptr;
        if (!shared_->is_over) shared_->connection->cancel();
    }

    // Returns when reading has ended; everything received before has been processed.
    asio::awaitable<void> stop() {
        shared_->must_stop = true;
        shared_->connection->cancel();
        while (!shared_->is_over) {
            shared_->changed.expires_at(asio::steady_timer::time_point::max());
            co_await shared_->changed.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }

  private:
    std::shared_ptr<Listening> shared_;
};

asio::awaitable<base::Result<std::string>> read_piece(const ContentSource& source,
                                                      std::uint64_t offset) {
    const auto most = static_cast<std::size_t>(
        std::min<std::uint64_t>(base::limits::content_piece_bytes, source.bytes - offset));
    if (!source.in_memory.empty()) co_return std::string(source.in_memory.substr(offset, most));
    auto piece = co_await source.read(offset, most);
    if (piece && piece->empty() && most > 0) {
        co_return base::fail(base::Fault::io, "the stored message ends after " +
                                                  std::to_string(offset) + " of " +
                                                  std::to_string(source.bytes) + " octets");
    }
    co_return piece;
}

asio::awaitable<ContentSent> send_pieces(ClientDrive& drive) {
    const ContentSource& source = drive.content;
    const auto wait = drive.deadlines.of(smtp::ClientWait::block);
    smtp::ContentWriter writer;
    std::string out;
    std::uint64_t offset = 0;
    bool is_last = false;
    while (!is_last && drive.session.action().kind == Kind::send_content) {
        const auto piece = co_await read_piece(source, offset);
        if (!piece) co_return ContentSent{.content_error = piece.error()};
        offset += piece->size();
        is_last = offset >= source.bytes;
        out.clear();
        writer.write(*piece, &out);
        if (is_last) {
            if (drive.may_go_on && !drive.may_go_on()) co_return ContentSent{.is_abandoned = true};
            writer.finish(&out);
        }
        const auto sent = co_await drive.connection->write(out, wait);
        if (sent) continue;
        if (drive.session.action().kind != Kind::send_content) break;
        co_return ContentSent{.failure = sent.error()};
    }
    co_return ContentSent{};
}

}  // namespace

asio::awaitable<ContentSent> send_content(ClientDrive& drive) {
    if (drive.content.bytes <= base::limits::content_piece_bytes) {
        co_return co_await send_pieces(drive);
    }
    HostListening listening(drive);
    ContentSent sent = co_await send_pieces(drive);
    co_await listening.stop();
    // Received after the last write failed: the host's reply matters more than the loss.
    if (drive.session.action().kind != Kind::send_content) sent.failure.reset();
    co_return sent;
}

}  // namespace turnaway::io
