#include "gate/learn.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/json_controls.h"
#include "base/printable.h"
#include "gate/protocol/log_lines.h"
#include "gate/protocol/logged_refusal.h"
#include "process/descriptor.h"

namespace turnaway::gate {
namespace {

using Json = nlohmann::ordered_json;

constexpr timeval answer_wait{.tv_sec = 5, .tv_usec = 0};
constexpr std::size_t piece_bytes = std::size_t{16} * 1024;

base::Result<void> tell(const std::string& path, const LoggedRefusal& refusal) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        return std::unexpected(base::Error{
            base::Fault::config, "[control] socket is empty or too long: the gate cannot be told"});
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    const process::OwnedFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd.is_open()) return base::fail_errno(base::Fault::system, "socket");
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &answer_wait, sizeof answer_wait);
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return base::fail_errno(base::Fault::unavailable, path);
    }
    const Json request{{"do", "remember"},
                       {"host", refusal.host},
                       {"address", refusal.at.text()},
                       {"words", refusal.words}};
    const std::string line =
        base::with_escaped_controls(request.dump(-1, ' ', false, Json::error_handler_t::replace)) +
        '\n';
    const auto sent = send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL);
    std::array<char, 512> answer{};
    const auto got = recv(fd.get(), answer.data(), answer.size(), 0);
    const std::string_view words(answer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    if (sent != static_cast<ssize_t>(line.size()) || !words.contains("\"ok\":true")) {
        return std::unexpected(
            base::Error{base::Fault::unavailable, path + ": the gate did not take it"});
    }
    return {};
}

// The exit status: 0, or that of the last refusal that the gate did not take.
class Learner {
  public:
    explicit Learner(const std::string& socket) : socket_(socket) {}

    void read(std::string_view line) {
        const auto refusal = log_.read(line);
        if (!refusal) return;
        const auto told = tell(socket_, *refusal);
        std::string words = refusal->host + ' ' + refusal->at.text() + ": ";
        base::append_printable(words, refusal->words, 400);
        if (told) {
            std::printf("learned: %s\n", words.c_str());
        } else {
            std::fprintf(stderr, "turnaway-gate: not learned: %s: %s\n", words.c_str(),
                         told.error().message.c_str());
            status_ = base::exit_code(told.error().fault);
        }
        std::fflush(stdout);
    }

    int status() const { return status_; }

  private:
    const std::string& socket_;
    RefusalLog log_;
    int status_ = 0;
};

}  // namespace

base::Result<int> learn_from_log(const std::string& log, const std::string& control_socket) {
    const bool is_input = log == "-";
    const process::OwnedFd file(is_input ? -1 : open(log.c_str(), O_RDONLY | O_CLOEXEC));
    if (!is_input && !file.is_open()) return base::fail_errno(base::Fault::no_input, log);
    Learner learner(control_socket);
    LogLines lines([&learner](std::string_view line) { learner.read(line); });
    std::array<char, piece_bytes> piece;
    for (;;) {
        const auto size = read(is_input ? STDIN_FILENO : file.get(), piece.data(), piece.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return base::fail_errno(base::Fault::no_input, log);
        if (size == 0) break;
        lines.add({piece.data(), static_cast<std::size_t>(size)});
    }
    lines.end();
    return learner.status();
}

}  // namespace turnaway::gate
