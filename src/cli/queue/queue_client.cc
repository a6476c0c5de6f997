#include "cli/queue/queue_client.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "relay/config/config.h"
#include "relay/queue/spool_choice.h"

namespace turnaway::cli {
namespace {

using base::Fault;

// How long the relay may be silent; a change of many messages sends lines in between.
constexpr timeval silence_max{.tv_sec = 120, .tv_usec = 0};
constexpr std::size_t read_bytes = std::size_t{64} * 1024;
// One message with all its attempts; a longer line cannot come from a relay.
constexpr std::size_t line_bytes_max = std::size_t{1} << 30U;

std::unexpected<base::Error> fail_to_connect(const std::string& path, int error) {
    if (error == EACCES || error == EPERM) {
        return base::fail(Fault::permission,
                          "you may not use " + path +
                              "; become root or the relay's user, or join the group that "
                              "[control] group names");
    }
    return base::fail(Fault::unavailable,
                      "no relay answers at " + path + " (" + std::strerror(error) +
                          "); start it (systemctl start turnaway-relay), or name its socket "
                          "with --socket or its configuration with --config");
}

}  // namespace

base::Result<QueueClient> QueueClient::connect(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        return base::fail(Fault::usage, "\"" + path + "\" cannot be the path of a socket");
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return base::fail_errno(Fault::system, "cannot make a socket");
    QueueClient client(socket, path);
    for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
        ::setsockopt(socket, SOL_SOCKET, option, &silence_max, sizeof silence_max);
    }
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return fail_to_connect(path, errno);
    }
    return client;
}

base::Result<QueueClient> QueueClient::connect(const QueueOptions& options) {
    if (options.config.empty()) return connect(options.socket);
    auto config = relay::read_config(options.config);
    if (!config) return std::unexpected(std::move(config.error()));
    if (config->control.socket.empty()) {
        return base::fail(
            Fault::config,
            options.config + ": [control] socket is empty: such a relay cannot be asked");
    }
    auto client = connect(config->control.socket);
    if (!client && client.error().fault == Fault::unavailable && relay::is_shared(config->spool)) {
        client.error().message += "; or run this on another relay that uses the same database";
    }
    return client;
}

QueueClient::QueueClient(QueueClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      path_(std::move(other.path_)),
      input_(std::move(other.input_)),
      begin_(other.begin_) {}

QueueClient::~QueueClient() {
    if (socket_ >= 0) ::close(socket_);
}

base::Result<std::string> QueueClient::next_line() {
    std::size_t searched = begin_;
    for (;;) {
        const auto end = input_.find('\n', searched);
        if (end != std::string::npos) {
            std::string line = input_.substr(begin_, end - begin_);
            begin_ = end + 1;
            return line;
        }
        input_.erase(0, begin_);
        begin_ = 0;
        searched = input_.size();
        if (searched > line_bytes_max)
            return base::fail(Fault::data, path_ + " does not belong to a relay");
        input_.resize(searched + read_bytes);
        const ssize_t count = ::recv(socket_, input_.data() + searched, read_bytes, 0);
        const int error = errno;
        input_.resize(searched + static_cast<std::size_t>(count > 0 ? count : 0));
        if (count > 0 || (count < 0 && error == EINTR)) continue;
        if (count < 0 && (error == EAGAIN || error == EWOULDBLOCK)) {
            return base::fail(Fault::unavailable, "the relay at " + path_ + " does not answer");
        }
        return base::fail(Fault::unavailable, "the relay at " + path_ +
                                                  " ended the connection before its answer was "
                                                  "whole; is it being stopped?");
    }
}

base::Result<Json> QueueClient::ask(const Json& request, const Each& each) {
    const std::string sent = request.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
    for (std::string_view rest = sent; !rest.empty();) {
        const ssize_t count = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) break;  // what the relay sent before it ended is more informative
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    for (;;) {
        const auto line = next_line();
        if (!line) return std::unexpected(line.error());
        Json answer = Json::parse(*line, nullptr, false);
        if (!answer.is_object() || !answer.contains("type")) {
            return base::fail(Fault::data, "the program at " + path_ + " is not a relay");
        }
        if (answer["type"] != "end") {
            if (each(*line, answer)) continue;
            return base::fail(Fault::io, "cannot write");
        }
        if (answer.value("ok", false)) return answer;
        const std::string kind = answer.value("fault", "");
        return base::fail(kind == "request" ? Fault::usage
                          : kind == "busy"  ? Fault::unavailable
                                            : Fault::io,
                          "the relay says: " + answer.value("error", ""));
    }
}

std::optional<std::string> decode_base64(std::string_view text) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    text.remove_suffix(padding);
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 3);
    unsigned group = 0;
    unsigned bits = 0;
    for (const char digit : text) {
        const auto value = digits.find(digit);
        if (value == std::string_view::npos) return std::nullopt;
        group = (group << 6U | static_cast<unsigned>(value)) & 0xffffffU;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>(group >> bits & 0xffU);
    }
    return bytes;
}

}  // namespace turnaway::cli
