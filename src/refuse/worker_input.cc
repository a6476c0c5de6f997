// How a worker reads a client's input, answers it and sends the replies: each byte of input is
// answered once and in order, whether or not the client reads.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <span>

#include "base/check.h"
#include "refuse/worker.h"

namespace turnaway::refuse {

namespace {

std::size_t refusal_point(const smtp::RefuseSession::Step& step) {
    using Told = smtp::RefuseSession::Reached;
    return step.told == Told::connect ? refused_elsewhere : static_cast<std::size_t>(step.told);
}

}  // namespace

// Fills input_ with what was not answered yet: first the input held for this connection, then that
// of the kernel. Without a slot to hold a rest, the kernel's input is only peeked at.
Worker::Received Worker::receive(const Connection& connection) {
    Received received;
    received.bytes = held_.copy(connection.held_input, input_);
    if (received.bytes == input_.size()) return received;
    received.is_peeked = connection.held_input == HeldInput::none && !held_.has_room();
    const std::span<char> room = std::span(input_).subspan(received.bytes);
    ssize_t got = 0;
    do {
        got = recv(connection.fd, room.data(), room.size(), received.is_peeked ? MSG_PEEK : 0);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        received.bytes += static_cast<std::size_t>(got);
    } else if (got == 0) {
        received.is_at_end = true;
    } else if (errno != EAGAIN) {
        received.has_failed = true;
    }
    return received;
}

// Removes the answered input from the kernel's buffer or from held_; the rest stays there.
void Worker::let_go(Connection& connection, const Received& received, std::size_t answered) {
    if (received.is_peeked) {
        if (answered > 0) recv(connection.fd, nullptr, answered, MSG_TRUNC);
        return;
    }
    const std::string_view bytes(input_.data(), received.bytes);
    held_.keep(bytes.substr(answered), &connection.held_input);
}

Worker::Progress Worker::serve_once(std::uint32_t index, bool client_has_closed) {
    Connection& connection = table_[index];
    const Received received = receive(connection);
    if (received.has_failed || (received.is_at_end && received.bytes == 0)) {
        finish(index, received.has_failed ? Ending::client_reset : Ending::client_closed);
        return Progress::over;
    }
    if (received.bytes == 0) return Progress::waits;
    const smtp::RefuseSession before = connection.session;
    output_.clear();
    const std::size_t consumed = answer(connection, {input_.data(), received.bytes});
    if (!send_output(index)) {
        if (connection.fd < 0) return Progress::over;
        // The socket is full, so nothing has happened yet. The same bytes give the same reply when
        // there is room.
        connection.session = before;
        let_go(connection, received, 0);
        return Progress::waits;
    }
    connection.bytes_to_skip = 0;
    if (consumed > 0) connection.idle_since_seconds = now_.seconds;
    const bool was_full = received.bytes == input_.size();
    if (connection.session.is_over()) {
        const bool by_quit = !connection.session.is_out_of_bounds();
        if (received.is_peeked) let_go(connection, received, consumed);
        if (by_quit && consumed == received.bytes && !was_full) {
            finish(index, Ending::quit);
        } else {
            begin_drain(index, by_quit ? Ending::quit : Ending::bounds);
        }
        return Progress::over;
    }
    let_go(connection, received, consumed);
    // There is more to do if the output filled up first, or more input waits than fits in the
    // buffer.
    if (output_.size() >= output_bytes || (consumed > 0 && was_full)) return Progress::goes_on;
    if (!client_has_closed && !received.is_at_end) return Progress::waits;
    // Half a line may still be unanswered.
    begin_drain(index, Ending::client_closed);
    return Progress::over;
}

// Runs the session over `bytes` into output_, as long as there is room for another reply; returns
// the number of bytes processed.
std::size_t Worker::answer(Connection& connection, std::string_view bytes) {
    std::size_t consumed = 0;
    smtp::RefuseSession& session = connection.session;
    while (consumed < bytes.size() && output_.size() < output_bytes && !session.is_over()) {
        const bool had_refused = session.has_refused();
        const auto step = session.next(bytes.substr(consumed));
        consumed += step.consumed;
        if (!step.says) break;
        output_.append(shared_.replies[*step.says]);
        // A line read again after a full socket has already been noted and counted.
        if (session.commands() <= connection.noted_commands) continue;
        connection.noted_commands = static_cast<std::uint16_t>(session.commands());
        connection.notes.take(step);
        counters_.commands.add();
        if (step.told == smtp::RefuseSession::Reached::rcpt) counters_.recipients.add();
        if (!had_refused && session.has_refused()) counters_.refusals[refusal_point(step)].add();
    }
    return consumed;
}

// False if not all of output_ was sent: the connection then waits for room, or has ended.
bool Worker::send_output(std::uint32_t index) {
    Connection& connection = table_[index];
    TURNAWAY_CHECK(connection.bytes_to_skip <= output_.size());
    const std::string_view rest = std::string_view(output_).substr(connection.bytes_to_skip);
    if (rest.empty()) return true;
    // The last reply goes out together with the FIN that follows at once.
    const int more = connection.session.is_over() ? MSG_MORE : 0;
    const ssize_t sent = send(connection.fd, rest.data(), rest.size(), MSG_NOSIGNAL | more);
    if (sent == static_cast<ssize_t>(rest.size())) return true;
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        finish(index, Ending::client_reset);
        return false;
    }
    if (sent > 0) {
        connection.bytes_to_skip = static_cast<std::uint16_t>(connection.bytes_to_skip + sent);
    }
    connection.waits_for_room = true;
    ask_for_event(index, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    return false;
}

}  // namespace turnaway::refuse
