#include "io/content_sender.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/limits.h"
#include "smtp/content.h"

namespace turnaway::io {

namespace {

using Kind = smtp::ClientSession::Wish::Kind;

// Only the end of the sending ends the listening.
constexpr auto listening_wait = std::chrono::hours(24);
struct Listening {
    bool is_over = false;
    bool must_stop = false;
    asio::steady_timer changed;
};

// What the host says while we send. A failure is not reported here: the write finds it too.
asio::awaitable<void> listen_to_host(ClientDrive& drive, std::shared_ptr<Listening> listening) {
    std::array<char, 4096> buffer;
    while (!listening->must_stop && drive.session.wish().kind == Kind::send_content) {
        const auto bytes = co_await drive.connection.read(buffer, listening_wait);
        if (!bytes) break;
        drive.session.received({buffer.data(), *bytes});
    }
    listening->is_over = true;
    listening->changed.cancel();
    if (drive.session.wish().kind == Kind::close) drive.connection.cancel();
}

asio::awaitable<void> stop_listening(ClientDrive& drive, Listening& listening) {
    listening.must_stop = true;
    drive.connection.cancel();
    while (!listening.is_over) {
        listening.changed.expires_at(asio::steady_timer::time_point::max());
        co_await listening.changed.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

base::Result<std::string> read_piece(const ContentSource& source, std::uint64_t offset) {
    const auto most = static_cast<std::size_t>(
        std::min<std::uint64_t>(base::limits::content_piece_bytes, source.bytes - offset));
    if (!source.in_memory.empty()) return std::string(source.in_memory.substr(offset, most));
    auto piece = source.read(offset, most);
    if (piece && piece->empty() && most > 0) {
        return base::fail(base::Fault::io, "the stored message ends after " +
                                               std::to_string(offset) + " of " +
                                               std::to_string(source.bytes) + " octets");
    }
    return piece;
}

asio::awaitable<ContentSent> send_pieces(ClientDrive& drive) {
    const ContentSource& source = drive.content;
    const auto wait = drive.deadlines.of(smtp::ClientWait::block);
    smtp::ContentWriter writer;
    std::string out;
    std::uint64_t offset = 0;
    bool is_last = false;
    while (!is_last && drive.session.wish().kind == Kind::send_content) {
        const auto piece = read_piece(source, offset);
        if (!piece) co_return ContentSent{{}, piece.error()};
        offset += piece->size();
        is_last = offset >= source.bytes;
        out.clear();
        writer.write(*piece, &out);
        if (is_last) writer.finish(&out);
        const auto sent = co_await drive.connection.write(out, wait);
        if (sent) continue;
        if (drive.session.wish().kind != Kind::send_content) break;
        co_return ContentSent{sent.error(), {}};
    }
    co_return ContentSent{};
}

}  // namespace

asio::awaitable<ContentSent> send_content(ClientDrive& drive) {
    if (drive.content.bytes <= base::limits::content_piece_bytes) {
        co_return co_await send_pieces(drive);
    }
    auto listening = std::make_shared<Listening>(
        Listening{false, false, asio::steady_timer(drive.connection.executor())});
    asio::co_spawn(drive.connection.executor(), listen_to_host(drive, listening), asio::detached);
    ContentSent sent = co_await send_pieces(drive);
    co_await stop_listening(drive, *listening);
    // Heard after the last write failed: the host's word counts more than the loss.
    if (drive.session.wish().kind != Kind::send_content) sent.failure.reset();
    co_return sent;
}

}  // namespace turnaway::io
