// The least a policy server can do: answer every request with DUNNO, one thread.
//
// The yardstick of tests/bench/gate.py, not a product: it only looks for the empty line at the end
// of what it has read, keeps no state, and never answers a request that comes in pieces.
//
// Usage: bench_dunno_server ADDRESS PORT
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

constexpr int backlog = 4096;
constexpr std::size_t events_max = 256;
constexpr std::string_view answer = "action=DUNNO\n\n";

int must(int result, const char* call) {
    if (result < 0) {
        std::perror(call);
        std::exit(1);
    }
    return result;
}

int listen_at(const char* address, std::uint16_t port) {
    const int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    inet_pton(AF_INET, address, &at.sin_addr);
    must(bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at), "bind");
    must(listen(fd, backlog), "listen");
    return fd;
}

void serve(int fd) {
    std::array<char, 4096> buffer;
    const auto bytes = recv(fd, buffer.data(), buffer.size(), 0);
    if (bytes <= 0) {
        close(fd);
        return;
    }
    if (std::string_view(buffer.data(), static_cast<std::size_t>(bytes)).ends_with("\n\n")) {
        (void)!send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 64;
    const int listener = listen_at(argv[1], static_cast<std::uint16_t>(std::atoi(argv[2])));
    const int poller = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    epoll_event wanted{.events = EPOLLIN, .data = {.fd = listener}};
    must(epoll_ctl(poller, EPOLL_CTL_ADD, listener, &wanted), "epoll_ctl");
    std::array<epoll_event, events_max> events;
    for (;;) {
        const int count = epoll_wait(poller, events.data(), events_max, -1);
        for (int i = 0; i < count; ++i) {
            const int fd = events.at(static_cast<std::size_t>(i)).data.fd;
            if (fd != listener) {
                serve(fd);
                continue;
            }
            const int client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (client < 0) continue;
            const int on = 1;
            setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            epoll_event of_client{.events = EPOLLIN, .data = {.fd = client}};
            must(epoll_ctl(poller, EPOLL_CTL_ADD, client, &of_client), "epoll_ctl");
        }
    }
}
