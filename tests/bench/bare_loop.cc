// The bare loop: the least a server can do to hold the dialogue "521, QUIT, 221, close", or, when
// it greets with 220, to answer the four lines EHLO, MAIL, RCPT (with 521) and QUIT.
//
// It is the yardstick of tests/bench/refuse.py, not a product: no log, no limits, no timeouts, no
// state per connection, and no more parsing than the first four octets of what comes. It is written
// to be as fast as epoll allows: each worker has its own SO_REUSEPORT listener, accepts in batches,
// writes the greeting before it watches the socket, calls epoll_ctl once per connection (close
// takes the socket out), reads once for each command, and sends the 221 in one packet with the FIN.
// A client that sends anything else, or a command in pieces, is kept open and never answered.
//
// Usage: bench_bare_loop ADDRESS PORT WORKERS HOSTNAME 521|220
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
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr int backlog = 4096;  // the kernel's own default for net.core.somaxconn
constexpr int accepts_in_a_row_max = 64;
constexpr std::size_t events_max = 256;

// What it says, as turnaway-refuse would.
struct Replies {
    std::string greeting;
    std::string ehlo;
    std::string sender_ok = "250 2.1.0 Sender ok\r\n";
    std::string refusal;
    std::string farewell;
};

Replies replies_of(const std::string& host, bool greets_with_521) {
    const std::string takes_none = host + " Host does not accept mail\r\n";
    return {.greeting = greets_with_521 ? "521 " + takes_none : "220 " + host + " ESMTP\r\n",
            .ehlo = "250-" + host +
                    "\r\n250-PIPELINING\r\n250-SIZE\r\n250-8BITMIME\r\n"
                    "250-ENHANCEDSTATUSCODES\r\n250-DSN\r\n250 SMTPUTF8\r\n",
            .refusal = "521 5.3.2 " + takes_none,
            .farewell = "221 2.0.0 " + host + " closing\r\n"};
}

int must(int result, const char* call) {
    if (result < 0) {
        std::perror(call);
        std::exit(1);
    }
    return result;
}

int open_listener(const sockaddr_in& address) {
    const int on = 1;
    const int listener =
        must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    must(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "SO_REUSEADDR");
    must(setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), "SO_REUSEPORT");
    // Accepted sockets inherit it, so it costs no call per connection.
    must(setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
    must(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
    must(listen(listener, backlog), "listen");
    return listener;
}

void watch(int poller, int fd) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    must(epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

void accept_batch(int poller, int listener, std::string_view greeting) {
    for (int i = 0; i < accepts_in_a_row_max; ++i) {
        const int client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0) return;
        if (send(client, greeting.data(), greeting.size(), MSG_NOSIGNAL) < 0) {
            close(client);
            continue;
        }
        watch(poller, client);
    }
}

// The reply to a command; nullptr for one that it does not know.
const std::string* reply_to(std::string_view command, const Replies& replies) {
    if (command.starts_with("EHLO")) return &replies.ehlo;
    if (command.starts_with("MAIL")) return &replies.sender_ok;
    if (command.starts_with("RCPT")) return &replies.refusal;
    return nullptr;
}

void answer(int client, const Replies& replies) {
    std::array<char, 512> bytes;
    const ssize_t count = recv(client, bytes.data(), bytes.size(), 0);
    if (count > 0) {
        const std::string_view command(bytes.data(), static_cast<std::size_t>(count));
        if (!command.starts_with("QUIT")) {
            const std::string* reply = reply_to(command, replies);
            if (reply != nullptr) send(client, reply->data(), reply->size(), MSG_NOSIGNAL);
            return;
        }
        // MSG_MORE holds the reply back for the instant until close sends it together with the FIN:
        // one packet instead of two.
        send(client, replies.farewell.data(), replies.farewell.size(), MSG_NOSIGNAL | MSG_MORE);
    }
    close(client);
}

[[noreturn]] void serve(int listener, const Replies& replies) {
    const int poller = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    watch(poller, listener);
    std::array<epoll_event, events_max> events;
    for (;;) {
        const int ready = epoll_wait(poller, events.data(), events.size(), -1);
        for (int i = 0; i < ready; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            if (fd == listener) {
                accept_batch(poller, listener, replies.greeting);
            } else {
                answer(fd, replies);
            }
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (argc != 6 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) {
        std::fputs("usage: bench_bare_loop ADDRESS PORT WORKERS HOSTNAME 521|220\n", stderr);
        return 64;
    }
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
    const int workers = std::atoi(argv[3]);
    const Replies replies = replies_of(argv[4], std::string_view(argv[5]) == "521");

    std::vector<std::jthread> others;
    for (int i = 1; i < workers; ++i)
        others.emplace_back([&] { serve(open_listener(address), replies); });
    serve(open_listener(address), replies);
}
