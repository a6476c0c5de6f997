// The demo hosts that run in its own process: the healthy one, and the ear in front of the refusing
// one.
//
// HealthyHost accepts every message, for any recipient (RFC 5321 receiver with PIPELINING, 8BITMIME
// and DSN, so that the relay itself sends only the reports of failure). ListeningEar forwards bytes
// to turnaway-refuse and back and notes the lines, because that program does not store any text.
// Each connection is a thread; beyond connections_max they are closed at once. Not for real mail:
// content stays in memory, at most content_bytes_max of each message.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <string>
#include <thread>

#include "cli/common/loopback.h"
#include "cli/demo/demo_journal.h"

namespace turnaway::cli {

// Accepts clients, each in its own thread, until it is destroyed.
class ThreadedHost {
  public:
    using Serve = std::function<void(process::OwnedFd, std::stop_token)>;
    static constexpr std::size_t connections_max = 64;

    ThreadedHost(process::OwnedFd listener, Serve serve);

  private:
    void accept_all(const std::stop_token& stop);

    struct Client {
        std::atomic<bool> has_ended = false;
        std::jthread thread = {};
    };
    process::OwnedFd listener_;
    Serve serve_;
    std::list<Client> clients_;
    std::jthread thread_;  // last: it uses all of the above
};

inline constexpr std::size_t content_bytes_max = std::size_t{64} * 1024 * 1024;

inline constexpr std::string_view relay_name = "turnaway-relay";

// The two sides of a connection, by their names in the dialogue.
struct Sides {
    std::string client, server;
};
void serve_as_healthy_host(process::OwnedFd client, const Sides& sides, DemoJournal& journal,
                           const std::stop_token& stop);
// `name`: of the host at `target`.
void listen_in(process::OwnedFd client, const std::string& name, const ListenAddress& target,
               DemoJournal& journal, const std::stop_token& stop);

}  // namespace turnaway::cli
