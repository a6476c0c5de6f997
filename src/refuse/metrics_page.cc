#include "refuse/metrics_page.h"

#include <sys/socket.h>

#include <cerrno>

namespace turnaway::refuse {

namespace {

std::string response(std::string_view status, std::string_view type, std::string_view body) {
    std::string text = "HTTP/1.1 ";
    text += status;
    text += "\r\nContent-Type: ";
    text += type;
    text += "\r\nContent-Length: " + std::to_string(body.size());
    text += "\r\nConnection: close\r\n\r\n";
    text += body;
    return text;
}

}  // namespace

std::string http_answer(std::string_view request, std::string_view metrics, bool is_ending) {
    const std::size_t end = request.find("\r\n");
    if (end == std::string_view::npos) return {};
    // The rest of the request cannot change the answer, but a client may want to send all of it
    // first.
    if (request.find("\r\n\r\n") == std::string_view::npos) return {};
    const std::string_view line = request.substr(0, end);
    const std::size_t space = line.find(' ');
    const std::string_view method = line.substr(0, space);
    std::string_view target = space == std::string_view::npos ? "" : line.substr(space + 1);
    target = target.substr(0, target.find_first_of(" ?"));
    constexpr std::string_view plain = "text/plain; charset=utf-8";
    if (method != "GET" && method != "HEAD") {
        return response("405 Method Not Allowed", plain, "Only GET is served here.\n");
    }
    const bool is_health = target == "/healthz";
    if (target != "/metrics" && !is_health) {
        return response("404 Not Found", plain,
                        "The metrics are at /metrics, the health at /healthz.\n");
    }
    const std::string_view health = is_ending ? "ending\n" : "ok\n";
    const std::string_view body = is_health ? health : metrics;
    std::string text =
        response(is_health && is_ending ? "503 Service Unavailable" : "200 OK",
                 is_health ? plain : "text/plain; version=0.0.4; charset=utf-8", body);
    if (method == "HEAD") text.resize(text.size() - body.size());
    return text;
}

int MetricsPage::accept_client(std::int64_t now_milliseconds) {
    OwnedFd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    Client* client = find(-1);
    if (fd.get() < 0 || client == nullptr) return -1;
    client->fd = std::move(fd);
    client->bytes = 0;
    client->until_milliseconds = now_milliseconds + client_milliseconds_max;
    return client->fd.get();
}

MetricsPage::Client* MetricsPage::find(int fd) {
    for (Client& client : clients_) {
        if (client.fd.get() == fd) return &client;
    }
    return nullptr;
}

// True if the head of the request is complete, or so long that it never will be.
bool MetricsPage::read_request(Client* client) {
    const ssize_t got = recv(client->fd.get(), client->request.data() + client->bytes,
                             client->request.size() - client->bytes, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (got <= 0) {
        client->fd.reset();
        return false;
    }
    client->bytes += static_cast<std::size_t>(got);
    return true;
}

void MetricsPage::answer(Client* client, std::string_view text) {
    const bool is_full = client->bytes == client->request.size();
    if (text.empty() && !is_full) return;
    // A page is a few kilobytes and fits an empty socket; a client that cannot read it asks again.
    if (!text.empty()) send(client->fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
    client->fd.reset();
}

std::size_t MetricsPage::expire(std::int64_t now_milliseconds) {
    std::size_t left = 0;
    for (Client& client : clients_) {
        if (client.fd.get() < 0) continue;
        if (client.until_milliseconds <= now_milliseconds) {
            client.fd.reset();
        } else {
            ++left;
        }
    }
    return left;
}

}  // namespace turnaway::refuse
