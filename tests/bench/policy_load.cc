// The load of tests/bench/gate.py: one thread of policy clients, as Postfix has one for each smtpd,
// or of milter clients, each in one message.
//
//   bench_policy_load ADDRESS PORT --connections N --seconds N --domains N [--milter 1] [--rate N]
//   bench_policy_load ADDRESS PORT --idle N     connects, says "ready", holds until standard input
//                                               ends
//
// Each client sends its next request as soon as the answer to the one before has come. With --rate
// the requests of all clients together are due at that rate, whatever the answers do; a request is
// sent when it is due and its client has its answer, and the latency counts from the time at which
// it was due: a slow answer also delays those behind it, and counts for them. The recipients take
// turns over `domains` domains, d0.example, d1.example and so on. The result is one JSON object:
// answers, answers of each action, and the latency in microseconds. `late_p99_us`: how late the
// load itself woke up for a request whose client was free, which is part of the latency.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t events_max = 256;
constexpr unsigned sources = 200;  // addresses of clients: one has too few ports

int must(int result, const char* call) {
    if (result < 0) {
        std::perror(call);
        std::exit(1);
    }
    return result;
}

struct Wanted {
    const char* address = nullptr;
    std::uint16_t port = 0;
    unsigned connections = 100;
    unsigned seconds = 5;
    unsigned domains = 100;
    unsigned idle = 0;
    unsigned milter = 0;
    unsigned rate = 0;  // of all clients, each second; 0: as fast as the answers come
};

int connect_to(const Wanted& wanted, unsigned number) {
    const int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(0x7f020001U + number % sources);
    must(bind(fd, reinterpret_cast<sockaddr*>(&from), sizeof from), "bind");
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(wanted.port);
    inet_pton(AF_INET, wanted.address, &at.sin_addr);
    must(connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at), "connect");
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

// As Postfix 3.7 sends it at RCPT.
std::string request(unsigned domain) {
    return "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\n"
           "client_address=192.0.2.1\nclient_name=client.example\nclient_port=41234\n"
           "reverse_client_name=client.example\nserver_address=192.0.2.25\nserver_port=25\n"
           "helo_name=client.example\nsender=ann@sender.example\nrecipient=bob@d" +
           std::to_string(domain) +
           ".example\nrecipient_count=0\nqueue_id=\ninstance=1234.5678.0\nsize=1200\n"
           "etrn_domain=\nstress=\nsasl_method=\nsasl_username=\nsasl_sender=\nccert_subject=\n"
           "ccert_issuer=\nccert_fingerprint=\nccert_pubkey_fingerprint=\n"
           "encryption_protocol=TLSv1.3\nencryption_cipher=TLS_AES_256_GCM_SHA384\n"
           "encryption_keysize=256\npolicy_context=\n\n";
}

// A packet of a milter: its length, the letter of the command, data.
std::string packet(char command, std::string_view data) {
    std::string bytes(3, '\0');
    bytes.push_back(static_cast<char>(data.size() + 1));  // all are short
    bytes.push_back(command);
    bytes += data;
    return bytes;
}

bool is_whole_packet(std::string_view bytes) {
    return bytes.size() > 4 && bytes.size() == 4U + static_cast<unsigned char>(bytes[3]);
}

std::string exchange(int fd, const std::string& bytes) {
    must(static_cast<int>(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL)), "send");
    std::string answer;
    std::array<char, 64> buffer;
    while (!is_whole_packet(answer)) {
        const auto read = must(static_cast<int>(recv(fd, buffer.data(), buffer.size(), 0)), "recv");
        if (read == 0) std::exit(1);
        answer.append(buffer.data(), static_cast<std::size_t>(read));
    }
    return answer;
}

// As a mail server of today, up to MAIL. Steps that a filter does not want are not sent.
void begin_message(int fd) {
    using namespace std::string_view_literals;
    const auto agreed = exchange(fd, packet('O', "\0\0\0\6\0\0\1\xff\0\x1f\xff\xff"sv));
    const auto steps =
        static_cast<unsigned char>(agreed.at(16)) | static_cast<unsigned char>(agreed.at(15)) << 8;
    const auto client = packet('C', "client.example\0004\xa1\021192.0.2.1\0"sv);
    const bool is_connect_left_out = (steps & 0x1) != 0;
    const bool is_connect_unanswered = (steps & 0x1000) != 0;
    if (is_connect_unanswered) {
        must(static_cast<int>(send(fd, client.data(), client.size(), MSG_NOSIGNAL)), "send");
    } else if (!is_connect_left_out) {
        exchange(fd, client);
    }
    exchange(fd, packet('M', "<ann@sender.example>\0"sv));
}

std::string rcpt(unsigned domain) {
    return packet('R', "<bob@d" + std::to_string(domain) + ".example>" + '\0');
}

struct Client {
    int fd = -1;
    std::string answer = {};
    Clock::time_point asked = {};
    bool is_asking = false;
    // With --rate: requests of this client.
    std::size_t due = 0;
    std::size_t sent = 0;
};

class Load {
  public:
    explicit Load(const Wanted& wanted) : wanted_(wanted) {
        for (unsigned i = 0; i < wanted.domains; ++i) {
            requests_.push_back(wanted.milter != 0 ? rcpt(i) : request(i));
        }
        poller_ = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
        for (unsigned i = 0; i < wanted.connections; ++i) {
            clients_.push_back({.fd = connect_to(wanted, i)});
            if (wanted.milter != 0) begin_message(clients_.back().fd);
            epoll_event event{.events = EPOLLIN, .data = {.u32 = i}};
            must(epoll_ctl(poller_, EPOLL_CTL_ADD, clients_.back().fd, &event), "epoll_ctl");
        }
    }

    void run() {
        begun_ = Clock::now();
        const auto end = begun_ + std::chrono::seconds(wanted_.seconds);
        if (wanted_.rate == 0) {
            for (auto& client : clients_) ask(client, begun_);
        }
        while (Clock::now() < end) {
            take_answers(wanted_.rate == 0 ? std::chrono::seconds(1) : ask_what_is_due());
        }
        print(std::chrono::duration<double>(Clock::now() - begun_).count(), Clock::now());
    }

  private:
    void take_answers(std::chrono::nanoseconds wait) {
        std::array<epoll_event, events_max> events;
        const timespec timeout{.tv_sec = wait.count() / 1'000'000'000,
                               .tv_nsec = wait.count() % 1'000'000'000};
        const int count = epoll_pwait2(poller_, events.data(), events_max, &timeout, nullptr);
        for (int i = 0; i < count; ++i) {
            read(clients_.at(events.at(static_cast<std::size_t>(i)).data.u32));
        }
    }
    Clock::time_point due_time(std::size_t request) const {
        return begun_ + std::chrono::nanoseconds(request * 1'000'000'000 / wanted_.rate);
    }
    // Returns how long it is until the next request is due. The clients take turns.
    std::chrono::nanoseconds ask_what_is_due() {
        for (auto now = Clock::now();; ++due_) {
            const auto next = due_time(due_);
            if (next > now) return next - now;
            auto& client = clients_.at(due_ % clients_.size());
            ++client.due;
            if (client.is_asking) continue;
            late_.push_back(microseconds(now - next));
            ask(client, next);
        }
    }
    // The first request of this client that was due and has not been sent.
    Clock::time_point first_unsent(const Client& client) const {
        const auto number = static_cast<std::size_t>(&client - clients_.data());
        return due_time(number + client.sent * clients_.size());
    }
    static std::uint32_t microseconds(Clock::duration time) {
        return static_cast<std::uint32_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(time).count());
    }
    void ask(Client& client, Clock::time_point due) {
        client.asked = due;
        client.is_asking = true;
        ++client.sent;
        const auto& bytes = requests_.at(next_++ % requests_.size());
        must(static_cast<int>(send(client.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL)), "send");
    }
    void read(Client& client) {
        std::array<char, 2048> buffer;
        const auto bytes = recv(client.fd, buffer.data(), buffer.size(), 0);
        if (bytes <= 0) {
            std::fputs("the server closed a connection\n", stderr);
            std::exit(1);
        }
        client.answer.append(buffer.data(), static_cast<std::size_t>(bytes));
        if (!is_whole(client.answer)) return;
        const auto now = Clock::now();
        latencies_.push_back(microseconds(now - client.asked));
        ++actions_[wanted_.milter != 0
                       ? client.answer.substr(4, 1)
                       : client.answer.substr(0, client.answer.find_first_of(" \n"))];
        client.answer.clear();
        client.is_asking = false;
        if (wanted_.rate == 0) {
            ask(client, now);
        } else if (client.sent < client.due) {
            ask(client, first_unsent(client));
        }
    }
    bool is_whole(std::string_view answer) const {
        return wanted_.milter != 0 ? is_whole_packet(answer) : answer.ends_with("\n\n");
    }
    static std::uint32_t quantile(std::vector<std::uint32_t>& values, double part) {
        if (values.empty()) return 0;
        std::ranges::sort(values);
        return values.at(static_cast<std::size_t>(static_cast<double>(values.size() - 1) * part));
    }
    void print(double seconds, Clock::time_point end) {
        const auto answers = latencies_.size();
        // What was due and has no answer has waited this long at least.
        if (wanted_.rate != 0) {
            for (auto& client : clients_) {
                if (client.is_asking) --client.sent;
                for (; client.sent < client.due; ++client.sent) {
                    latencies_.push_back(microseconds(end - first_unsent(client)));
                }
            }
        }
        std::printf(R"({"answers": %zu, "per_second": %.0f, "p50_us": %u, "p99_us": %u, )"
                    R"("max_us": %u, "late_p99_us": %u, "actions": {)",
                    answers, static_cast<double>(answers) / seconds, quantile(latencies_, 0.5),
                    quantile(latencies_, 0.99), quantile(latencies_, 1), quantile(late_, 0.99));
        const char* between = "";
        for (const auto& [action, number] : actions_) {
            std::printf("%s\"%s\": %llu", between, action.c_str(),
                        static_cast<unsigned long long>(number));
            between = ", ";
        }
        std::puts("}}");
    }

    const Wanted wanted_;
    int poller_ = -1;
    std::vector<Client> clients_;
    std::vector<std::string> requests_;
    std::size_t next_ = 0;
    Clock::time_point begun_ = {};
    std::size_t due_ = 0;  // requests that have become due, with a rate
    std::vector<std::uint32_t> latencies_;
    std::vector<std::uint32_t> late_;
    std::map<std::string, std::uint64_t> actions_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 64;
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    Wanted wanted{.address = argv[1], .port = static_cast<std::uint16_t>(std::atoi(argv[2]))};
    for (int i = 3; i + 1 < argc; i += 2) {
        const std::string_view key = argv[i];
        const auto value = static_cast<unsigned>(std::atoi(argv[i + 1]));
        (key == "--connections" ? wanted.connections
         : key == "--seconds"   ? wanted.seconds
         : key == "--domains"   ? wanted.domains
         : key == "--milter"    ? wanted.milter
         : key == "--rate"      ? wanted.rate
                                : wanted.idle) = value;
    }
    if (wanted.idle == 0) {
        prctl(PR_SET_TIMERSLACK, 1UL);  // the usual 50 us are longer than a request takes
        Load(wanted).run();
        return 0;
    }
    for (unsigned i = 0; i < wanted.idle; ++i) connect_to(wanted, i);
    std::puts("ready");
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    return 0;
}
