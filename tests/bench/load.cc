// The load generator of tests/bench/refuse.py: one thread of SMTP clients on loopback.
//
//   bench_load run ADDRESS:PORT ...    a closed loop: as soon as one client ends the next begins
//       --concurrency N --total N
//   bench_load probe ADDRESS:PORT ...  newcomers at a steady rate, begun on schedule whether or not
//       --rate PER_SECOND --total N    the earlier ones were served (no coordinated omission)
//   bench_load crowd ADDRESS:PORT ...  holds clients open until standard input ends; says "ready"
//       --idle N --slow N              once all were greeted. A slow one sends a byte a second
//
// --greeting is the code that the server greets with, 521 or 220. --dialogue is what a client does
// then: 0, it closes; 1, it sends QUIT, reads 221 and waits for the close; 2, it sends EHLO, MAIL,
// RCPT, which gets 521, and QUIT, each after the reply to the one before. A reply with another code
// than these counts as wrong. Every client has a source address of its own (127.1.0.0
// and up, moved by --first-source N), so that neither limits per address nor sockets in TIME_WAIT
// bend the figures. Latency is from the call of connect() to the end of the greeting line, in
// microseconds. The result is one JSON object on standard output. Exit 0 also when clients failed:
// the counts say so.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto stalled_after = 10s;  // without any event: the server has lost somebody
constexpr std::uint32_t first_address = 0x7f010000;  // 127.1.0.0

// What a client says, and how the reply begins that it should get.
struct Turn {
    std::string_view says;
    std::string_view reply;
};
constexpr std::array quit_turns{Turn{"QUIT\r\n", "221 "}};
constexpr std::array transaction_turns{
    Turn{"EHLO client.example\r\n", "250"}, Turn{"MAIL FROM:<ann@client.example>\r\n", "250 "},
    Turn{"RCPT TO:<bob@refuse.example>\r\n", "521 "}, Turn{"QUIT\r\n", "221 "}};

struct Script {
    std::string greeting;         // its code and a blank
    std::span<const Turn> turns;  // after the greeting; none: the client closes
};

Script script_of(std::size_t greeting, std::size_t dialogue) {
    Script script{std::to_string(greeting) + ' ', {}};
    if (dialogue == 1) script.turns = quit_turns;
    if (dialogue == 2) script.turns = transaction_turns;
    return script;
}

int must(int result, const char* call) {
    if (result < 0) {
        std::perror(call);
        std::exit(1);
    }
    return result;
}

// Where clients come from and go to. Each call of connect_next takes the next source address.
class Route {
  public:
    Route(const sockaddr_in& target, std::uint32_t first_source)
        : target_(target), next_source_(first_address + first_source) {}

    // type_flags: SOCK_NONBLOCK or 0. The connection may still be under way when it returns.
    int connect_next(int type_flags) {
        const int fd = must(socket(AF_INET, SOCK_STREAM | type_flags, 0), "socket");
        const int on = 1;
        // The port is chosen at connect, where only the full pair of addresses must be unique.
        must(setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on), "NO_PORT");
        sockaddr_in source{};
        source.sin_family = AF_INET;
        source.sin_addr.s_addr = htonl(next_source_++);
        must(bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof source), "bind");
        if (connect(fd, reinterpret_cast<const sockaddr*>(&target_), sizeof target_) < 0 &&
            errno != EINPROGRESS)
            must(-1, "connect");
        return fd;
    }

  private:
    sockaddr_in target_;
    std::uint32_t next_source_;
};

// Clients in dialogue, up to as many as there are slots. Owns their sockets and the figures.
class Dialogues {
  public:
    Dialogues(Route route, std::size_t slots, Script script)
        : route_(route), script_(std::move(script)), clients_(slots) {
        for (std::size_t i = slots; i > 0; --i) free_slots_.push_back(i - 1);
    }

    bool has_room() const { return !free_slots_.empty(); }
    std::size_t open() const { return clients_.size() - free_slots_.size(); }

    void start_one() {
        const std::size_t slot = free_slots_.back();
        free_slots_.pop_back();
        Client& client = clients_[slot];
        client.replies = 0;
        client.started = Clock::now();
        client.fd = route_.connect_next(SOCK_NONBLOCK);
        epoll_event event{.events = EPOLLIN, .data = {.u64 = slot}};
        must(epoll_ctl(poller_, EPOLL_CTL_ADD, client.fd, &event), "epoll_ctl");
    }

    // Waits for events and serves them. False: nothing happened in this time.
    bool serve(Clock::duration wait_max) {
        const auto ns = std::chrono::nanoseconds(std::max(wait_max, Clock::duration::zero()));
        const timespec wait{.tv_sec = ns / 1s, .tv_nsec = (ns % 1s).count()};
        std::array<epoll_event, 256> events;
        const int ready =
            must(epoll_pwait2(poller_, events.data(), events.size(), &wait, nullptr), "epoll_wait");
        for (int i = 0; i < ready; ++i) hear(events[static_cast<std::size_t>(i)].data.u64);
        return ready > 0;
    }

    void print_result(Clock::duration elapsed) {
        std::ranges::sort(latencies_us_);
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        const auto seconds = [](const timeval& t) {
            return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
        };
        std::printf(
            "{\"greeted\": %zu, \"wrong\": %zu, \"cut_off\": %zu, "
            "\"unfinished\": %zu, \"seconds\": %.6f, \"client_cpu_seconds\": %.6f, "
            "\"p50_us\": %.1f, \"p90_us\": %.1f, \"p99_us\": %.1f, \"max_us\": %.1f}\n",
            latencies_us_.size(), wrong_, cut_off_, open(),
            std::chrono::duration<double>(elapsed).count(),
            seconds(usage.ru_utime) + seconds(usage.ru_stime), quantile(0.50), quantile(0.90),
            quantile(0.99), quantile(1.0));
    }

  private:
    struct Client {
        int fd = -1;
        std::size_t replies = 0;  // heard so far, the greeting among them
        Clock::time_point started;
    };

    void hear(std::size_t slot) {
        Client& client = clients_[slot];
        std::array<char, 1024> bytes;
        const ssize_t count = recv(client.fd, bytes.data(), bytes.size(), 0);
        if (count < 0 && errno == EAGAIN) return;
        const std::size_t turns = script_.turns.size();
        if (count <= 0) {
            if (client.replies != turns + 1) ++cut_off_;
            return end(slot);
        }
        const std::string_view text(bytes.data(), static_cast<std::size_t>(count));
        if (!text.ends_with('\n')) return;  // the rest of the line is to come
        if (client.replies == 0) {
            const std::chrono::duration<float, std::micro> latency = Clock::now() - client.started;
            latencies_us_.push_back(latency.count());
            if (!text.starts_with(script_.greeting)) ++wrong_;
        } else if (client.replies <= turns &&
                   !text.starts_with(script_.turns[client.replies - 1].reply)) {
            ++wrong_;
        }
        if (turns == 0) return end(slot);
        if (client.replies < turns) {
            const std::string_view says = script_.turns[client.replies].says;
            send(client.fd, says.data(), says.size(), MSG_NOSIGNAL);
        }
        ++client.replies;
    }

    void end(std::size_t slot) {
        close(clients_[slot].fd);
        free_slots_.push_back(slot);
    }

    // latencies_us_ is sorted by now.
    double quantile(double share) const {
        if (latencies_us_.empty()) return 0;
        const double last = static_cast<double>(latencies_us_.size() - 1);
        return static_cast<double>(latencies_us_[static_cast<std::size_t>(share * last)]);
    }

    Route route_;
    Script script_;
    int poller_ = must(epoll_create1(0), "epoll_create1");
    std::vector<Client> clients_;
    std::vector<std::size_t> free_slots_;
    std::vector<float> latencies_us_;
    std::size_t wrong_ = 0;    // replies with another code than expected
    std::size_t cut_off_ = 0;  // closed or reset before the dialogue was over
};

void run_closed_loop(Route route, std::size_t concurrency, std::size_t total,
                     const Script& script) {
    Dialogues dialogues(route, concurrency, script);
    const auto began = Clock::now();
    std::size_t started = 0;
    do {
        while (started < total && dialogues.has_room()) {
            dialogues.start_one();
            ++started;
        }
    } while (dialogues.serve(stalled_after) && (started < total || dialogues.open() > 0));
    dialogues.print_result(Clock::now() - began);
}

void run_probe(Route route, std::size_t rate, std::size_t total, const Script& script) {
    Dialogues dialogues(route, total, script);
    const auto step = std::chrono::nanoseconds(1s) / static_cast<long>(rate);
    const auto began = Clock::now();
    auto due = began;
    for (std::size_t started = 0; started < total;) {
        if (Clock::now() >= due) {
            dialogues.start_one();
            ++started;
            due += step;
        }
        dialogues.serve(due - Clock::now());
    }
    while (dialogues.open() > 0 && dialogues.serve(stalled_after)) {
    }
    dialogues.print_result(Clock::now() - began);
}

// A client that has read its greeting and stays; counts in *wrong whether that was another one.
int greeted_client(Route& route, std::string_view greeting, std::size_t* wrong) {
    const int fd = route.connect_next(0);
    const timeval wait{.tv_sec = 10, .tv_usec = 0};
    must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), "SO_RCVTIMEO");
    std::array<char, 1024> bytes;
    const ssize_t count = recv(fd, bytes.data(), bytes.size(), 0);
    if (count <= 0) {
        std::fputs("bench_load: a client of the crowd was not greeted\n", stderr);
        std::exit(1);
    }
    if (!std::string_view(bytes.data(), static_cast<std::size_t>(count)).starts_with(greeting))
        ++*wrong;
    return fd;
}

// Slow clients spell one long word, a letter a second each, evenly spread over the second.
void run_crowd(Route route, std::size_t idle, std::size_t slow, std::string_view greeting) {
    std::vector<int> clients;
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < idle + slow; ++i)
        clients.push_back(greeted_client(route, greeting, &wrong));
    std::puts("ready");
    std::fflush(stdout);
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    auto due = Clock::now();
    for (std::size_t next = 0; poll(&input, 1, 1) == 0;) {
        for (; slow > 0 && Clock::now() >= due; next = (next + 1) % slow) {
            send(clients[idle + next], "A", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
            due += std::chrono::nanoseconds(1s) / static_cast<long>(slow);
        }
    }
    const auto lost = std::ranges::count_if(clients, [](int fd) {
        char byte = 0;
        return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) >= 0 || errno != EAGAIN;
    });
    std::printf("{\"greeted\": %zu, \"wrong\": %zu, \"lost\": %td}\n", clients.size(), wrong, lost);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string mode = argc > 1 ? argv[1] : "";
    const std::string target_text = argc > 2 ? argv[2] : "";
    std::map<std::string, std::size_t> options{
        {"--concurrency", 64}, {"--total", 1000}, {"--dialogue", 1},   {"--rate", 1000},
        {"--idle", 0},         {"--slow", 0},     {"--greeting", 521}, {"--first-source", 0}};
    bool understood = argc > 2 && argc % 2 == 1;
    for (int i = 3; understood && i < argc; i += 2) {
        understood = options.contains(argv[i]);
        options[argv[i]] = std::strtoul(argv[i + 1], nullptr, 10);
    }
    sockaddr_in target{};
    target.sin_family = AF_INET;
    const std::size_t colon = target_text.find(':');
    understood = understood && colon != std::string::npos &&
                 inet_pton(AF_INET, target_text.substr(0, colon).c_str(), &target.sin_addr) == 1;
    if (understood)
        target.sin_port =
            htons(static_cast<std::uint16_t>(std::stoi(target_text.substr(colon + 1))));

    const Route route(target, static_cast<std::uint32_t>(options["--first-source"]));
    const Script script = script_of(options["--greeting"], options["--dialogue"]);
    if (understood && mode == "run") {
        run_closed_loop(route, options["--concurrency"], options["--total"], script);
    } else if (understood && mode == "probe") {
        run_probe(route, std::max<std::size_t>(1, options["--rate"]), options["--total"], script);
    } else if (understood && mode == "crowd") {
        run_crowd(route, options["--idle"], options["--slow"], script.greeting);
    } else {
        std::fputs("usage: bench_load run|probe|crowd ADDRESS:PORT [--OPTION NUMBER]...\n", stderr);
        return 64;
    }
}
