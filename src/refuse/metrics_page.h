// The metrics over HTTP: GET /metrics, GET /healthz and nothing else, a few clients at a time, each
// for a few seconds.
//
// Served on the supervisor's thread, so that requests never delay a mail client.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "refuse/listener.h"

namespace turnaway::refuse {

// The answer to the first bytes of a request, or empty if its first line is not complete. Pure. A
// server that is stopping is not healthy: 503.
std::string http_answer(std::string_view request, std::string_view metrics, bool is_ending);

class MetricsPage {
  public:
    static constexpr std::size_t clients_max = 8;
    static constexpr std::int64_t client_milliseconds_max = 5000;

    explicit MetricsPage(OwnedFd listener) : listener_(std::move(listener)) {}

    int listener() const { return listener_.get(); }
    // The listener is readable. A client beyond the limit is closed at once. Returns a descriptor
    // to watch, or -1.
    int accept_client(std::int64_t now_milliseconds);
    // A client's descriptor is readable: answers if the request is complete. `metrics` makes the
    // page.
    template <class Metrics>
    void on_readable(int fd, bool is_ending, Metrics metrics) {
        Client* client = find(fd);
        if (client == nullptr || !read_request(client)) return;
        answer(client, http_answer({client->request.data(), client->bytes}, metrics(), is_ending));
    }
    // Closes clients that take too long. Returns the number of clients left.
    std::size_t expire(std::int64_t now_milliseconds);

  private:
    struct Client {
        OwnedFd fd;
        std::int64_t until_milliseconds = 0;
        std::size_t bytes = 0;
        std::array<char, 1024> request{};
    };
    Client* find(int fd);
    bool read_request(Client* client);
    void answer(Client* client, std::string_view text);

    OwnedFd listener_;
    std::array<Client, clients_max> clients_;
};

}  // namespace turnaway::refuse
