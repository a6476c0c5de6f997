// UnboundResolver: DNS through libunbound, one for each event loop, at work in that loop.
//
// libunbound gets its events from our loop (unbound_loop.h) and has no thread. It validates when it
// has a trust anchor, else it does not try. Whatever it does, past `deadline` a question is
// answered with `timeout` (by itself it would try a dead server for 17 seconds, and does so: the
// question keeps its place until then, see question_line.h). With servers to
// forward to, every name goes there, `test.` and its like too, which libunbound would answer with
// NXDOMAIN; answers in private networks and on loopback pass. Known gap: a second look at a name
// may be answered from libunbound's cache.
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
        // "127.0.0.1@5353", "192.0.2.53"; tried as libunbound likes.
        std::vector<std::string> forward = {};
        // When `forward` is empty: the servers named there. Without both, from the root servers
        // down.
        std::string resolv_conf = "/etc/resolv.conf";
        // Lines of a zone that we answer by ourselves: "host.test. 300 IN A 127.0.0.1".
        std::vector<std::string> local_data = {};
        // Domains about which only local_data knows: everything else there does not exist.
        std::vector<std::string> local_zones = {};
        std::string trust_anchor_file = {};
        std::chrono::milliseconds deadline = std::chrono::seconds(10);
        // Put to libunbound at once; further ones wait, within the same deadline. It opens up to
        // sockets_for() sockets.
        std::size_t questions_max = 384;
    };
    static constexpr std::size_t sockets_for(std::size_t questions) { return questions * 4 / 3; }

    [[nodiscard]] static base::Result<std::unique_ptr<UnboundResolver>> open(
        asio::io_context& context, const Settings& settings);
    ~UnboundResolver() override;

    void ask(const route::DnsQuestion& question, Done done) override;
    // For questions from now on.
    void change_deadline(std::chrono::milliseconds deadline);

  private:
    class State;
    explicit UnboundResolver(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;  // its handlers in the event loop know it weakly
};

}  // namespace turnaway::io
