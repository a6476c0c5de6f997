// UnboundResolver: DNS through libunbound, one for each event loop, running in that loop.
//
// libunbound gets its events from the loop (unbound_loop.h) and has no thread. It validates only if
// it has a trust anchor. After `deadline` a question is always answered with `timeout` (libunbound
// itself would try a dead server for 17 seconds, and does so: the question keeps its slot until
// then, see question_line.h). With forwarders, every name is sent to them, including `test.` and
// the like, which libunbound would answer with NXDOMAIN; answers in private networks and on
// loopback are accepted. Known gap: a repeated lookup of a name may be answered from libunbound's
// cache.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "route/resolver.h"

namespace turnaway::io {

namespace asio = boost::asio;

class UnboundResolver final : public route::Resolver {
  public:
    struct Settings {
        // "127.0.0.1@5353", "192.0.2.53"; libunbound chooses the order.
        std::vector<std::string> forward = {};
        // If `forward` is empty: the servers named in this file. Without both, resolution starts at
        // the root servers.
        std::string resolv_conf = "/etc/resolv.conf";
        // Zone lines that are answered locally: "host.test. 300 IN A 127.0.0.1".
        std::vector<std::string> local_data = {};
        // Domains for which only local_data counts: everything else there does not exist.
        std::vector<std::string> local_zones = {};
        std::string trust_anchor_file = {};
        std::chrono::milliseconds deadline = std::chrono::seconds(10);
        // Passed to libunbound at once; further ones wait, within the same deadline. It opens up to
        // sockets_for() sockets.
        std::size_t questions_max = 384;
    };
    static constexpr std::size_t sockets_for(std::size_t questions) { return questions * 4 / 3; }

    [[nodiscard]] static base::Result<std::unique_ptr<UnboundResolver>> open(
        asio::io_context& context, const Settings& settings);
    ~UnboundResolver() override;

    void ask(const route::DnsQuestion& question, Done done) override;
    // For future questions.
    void change_deadline(std::chrono::milliseconds deadline);

  private:
    class State;
    explicit UnboundResolver(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;  // its handlers in the event loop hold it weakly
};

}  // namespace turnaway::io
