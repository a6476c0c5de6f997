#include "cli/demo/demo_hosts.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/text.h"

namespace turnaway::cli {
namespace {

constexpr std::chrono::minutes idle_max{5};
constexpr std::chrono::milliseconds accept_look{200};

// `<ann@sender.example> SIZE=1` after the colon: the text between the angle brackets.
std::string path_of(std::string_view argument) {
    const auto begin = argument.find('<');
    const auto end = argument.find('>', begin);
    if (begin == std::string_view::npos || end == std::string_view::npos) return {};
    return std::string(argument.substr(begin + 1, end - begin - 1));
}

class HealthySession {
  public:
    HealthySession(process::OwnedFd client, const Sides& sides, DemoJournal& journal,
                   const std::stop_token& stop)
        : stream_(std::move(client), stop),
          name_(sides.server),
          journal_(journal),
          dialogue_(journal.begin_dialogue(sides.client, sides.server)) {}

    void run() {
        if (!say({"220 " + name_ + " ESMTP"})) return;
        while (const auto line = stream_.read_line(Steady::now() + idle_max)) {
            journal_.add_line(dialogue_, true, *line);
            if (!answer(*line)) return;
        }
    }

  private:
    bool answer(std::string_view line) {
        if (base::starts_with_no_case(line, "EHLO")) {
            return say({"250-" + name_, "250-PIPELINING", "250-8BITMIME", "250 DSN"});
        }
        if (base::starts_with_no_case(line, "MAIL FROM:")) {
            arrival_ = {};
            arrival_.reverse_path = path_of(line);
            return say({"250 2.1.0 Sender ok"});
        }
        if (base::starts_with_no_case(line, "RCPT TO:")) {
            arrival_.recipients.push_back(path_of(line));
            return say({"250 2.1.5 Recipient ok"});
        }
        if (base::equal_no_case(line, "DATA")) return take_content();
        if (base::equal_no_case(line, "QUIT")) {
            say({"221 2.0.0 " + name_ + " closing"});
            return false;
        }
        if (base::equal_no_case(line, "RSET") || base::starts_with_no_case(line, "HELO") ||
            base::equal_no_case(line, "NOOP")) {
            arrival_ = {};
            return say({"250 2.0.0 Ok"});
        }
        return say({"500 5.5.1 Command not known here"});
    }

    bool take_content() {
        if (arrival_.recipients.empty()) return say({"503 5.5.1 No recipient yet"});
        if (!say({"354 Go ahead, end with a dot"})) return false;
        for (;;) {
            auto line = stream_.read_line(Steady::now() + idle_max);
            if (!line) return false;
            if (*line == ".") break;
            if (line->starts_with('.')) line->erase(0, 1);
            if (arrival_.content.size() > content_bytes_max) return false;
            arrival_.content += *line + "\r\n";
        }
        journal_.add_line(dialogue_, true,
                          "(message of " + std::to_string(arrival_.content.size()) + " octets)");
        journal_.add_line(dialogue_, true, ".");
        arrival_.at = Steady::now();
        const bool is_said = say({"250 2.0.0 Message accepted"});
        journal_.add_arrival(std::move(arrival_));
        arrival_ = {};
        return is_said;
    }

    bool say(const std::vector<std::string>& lines) {
        std::string bytes;
        for (const auto& line : lines) {
            bytes += line + "\r\n";
            journal_.add_line(dialogue_, false, line);
        }
        return stream_.write(bytes);
    }

    LineStream stream_;
    const std::string& name_;
    DemoJournal& journal_;
    const DialoguePtr dialogue_;
    Arrival arrival_;
};

// One direction of a recorded connection.
struct Direction {
    int from, to;
    bool is_client;
    std::string partial = {};
    bool is_open = true;
};

void note_lines(Direction& direction, std::string_view bytes, const DialoguePtr& dialogue,
                DemoJournal& journal) {
    direction.partial += bytes;
    for (auto end = direction.partial.find("\r\n"); end != std::string::npos;
         end = direction.partial.find("\r\n")) {
        journal.add_line(dialogue, direction.is_client, direction.partial.substr(0, end));
        direction.partial.erase(0, end + 2);
    }
    if (direction.partial.size() > LineStream::line_bytes_max) direction.partial.clear();
}

void pass_on(Direction& direction, const DialoguePtr& dialogue, DemoJournal& journal) {
    std::array<char, 4096> buffer;
    const ssize_t size = recv(direction.from, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) {
        direction.is_open = false;
        shutdown(direction.to, SHUT_WR);
        return;
    }
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
    note_lines(direction, bytes, dialogue, journal);
    // The dialogues here are a few short lines, which fit into the socket's buffer.
    if (send(direction.to, bytes.data(), bytes.size(), MSG_NOSIGNAL) != size) {
        direction.is_open = false;
    }
}

}  // namespace

ThreadedHost::ThreadedHost(process::OwnedFd listener, Serve serve)
    : listener_(std::move(listener)),
      serve_(std::move(serve)),
      thread_([this](const std::stop_token& stop) { accept_all(stop); }) {}

void ThreadedHost::accept_all(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        std::erase_if(clients_, [](const Client& client) { return client.has_ended.load(); });
        if (!can_read(listener_.get(), Steady::now() + accept_look, stop)) continue;
        process::OwnedFd client = accept_from(listener_);
        if (!client.is_open() || clients_.size() >= connections_max) continue;
        auto& place = clients_.emplace_back();
        place.thread = std::jthread(
            [this, &place, taken = std::move(client)](const std::stop_token& end) mutable {
                serve_(std::move(taken), end);
                place.has_ended = true;
            });
    }
}

void serve_as_healthy_host(process::OwnedFd client, const Sides& sides, DemoJournal& journal,
                           const std::stop_token& stop) {
    HealthySession(std::move(client), sides, journal, stop).run();
}

void listen_in(process::OwnedFd client, const std::string& name, const ListenAddress& target,
               DemoJournal& journal, const std::stop_token& stop) {
    const auto server = connect_to(target, Steady::now() + idle_max);
    if (!server) return;
    const auto dialogue = journal.begin_dialogue(std::string(relay_name), name);
    std::array<Direction, 2> directions{
        Direction{.from = client.get(), .to = server->get(), .is_client = true},
        Direction{.from = server->get(), .to = client.get(), .is_client = false}};
    const auto until = Steady::now() + idle_max;
    while (!stop.stop_requested() && Steady::now() < until &&
           std::ranges::any_of(directions, &Direction::is_open)) {
        std::array<pollfd, 2> requests{};
        for (std::size_t i = 0; i < directions.size(); ++i) {
            requests[i] = {.fd = directions[i].is_open ? directions[i].from : -1,
                           .events = POLLIN,
                           .revents = 0};
        }
        if (poll(requests.data(), requests.size(), static_cast<int>(accept_look.count())) <= 0) {
            continue;
        }
        for (std::size_t i = 0; i < directions.size(); ++i) {
            if (requests[i].revents != 0) pass_on(directions[i], dialogue, journal);
        }
    }
}

}  // namespace turnaway::cli
