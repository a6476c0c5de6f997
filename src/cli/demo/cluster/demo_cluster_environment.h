// ClusterEnvironment: what `turnaway demo --cluster` needs, on loopback and in its own folder: a
// PostgreSQL primary with a synchronous standby, three relays that share its queue, and a host that
// takes mail and can be switched off.
//
// The system chooses the ports. A demo that is killed leaves only its folder.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/demo/cluster/demo_postgres.h"
#include "cli/demo/demo_folder.h"
#include "cli/demo/demo_hosts.h"
#include "cli/demo/demo_journal.h"
#include "cli/demo/demo_sender.h"

namespace turnaway::cli {

class ClusterEnvironment {
  public:
    static constexpr std::size_t relays = 3;

    // `keep`: the folder to keep; empty for a temporary one.
    [[nodiscard]] static base::Result<std::unique_ptr<ClusterEnvironment>> open(
        const std::string& keep);
    ClusterEnvironment(const ClusterEnvironment&) = delete;
    ClusterEnvironment& operator=(const ClusterEnvironment&) = delete;
    ~ClusterEnvironment();

    static std::string name_of(std::size_t relay) { return "relay-" + std::to_string(relay + 1); }
    DemoServer server(std::size_t relay) const {
        return {.name = name_of(relay), .place = places_.at(relay)};
    }
    DemoPostgres& primary() { return *primary_; }
    DemoPostgres& standby() { return *standby_; }
    void kill_relay(std::size_t relay) { programs_.at(relay).reset(); }
    // Whether the destination of all mail takes it; switched off, it hangs up at once.
    void switch_host(bool is_on);
    // How many copies of the message to each recipient have arrived since the start.
    const std::map<std::string, std::size_t>& arrivals();
    // Nothing if all went well, else a sentence about the program that did not.
    std::optional<std::string> end_programs();
    DemoJournal& journal() { return journal_; }

  private:
    ClusterEnvironment() = default;
    [[nodiscard]] base::Result<void> start(const std::string& keep);
    [[nodiscard]] base::Result<void> start_databases();
    [[nodiscard]] base::Result<void> start_host();
    [[nodiscard]] base::Result<void> start_relays();
    [[nodiscard]] base::Result<void> write_configuration(std::size_t relay) const;
    std::string file_of(std::size_t relay, const char* ending) const {
        return folder_.path() + '/' + name_of(relay) + ending;
    }

    std::optional<Account> account_;
    DemoFolder folder_;
    DemoJournal journal_;
    ListenAddress host_place_{.address = "127.0.0.1"};
    std::array<ListenAddress, relays> places_;
    std::mutex mutex_;           // of the next two
    std::stop_source sessions_;  // stopped while the host is switched off
    std::map<std::string, std::size_t> arrivals_;
    std::unique_ptr<ThreadedHost> host_;
    std::optional<DemoPostgres> primary_, standby_;
    std::array<std::optional<ChildProgram>, relays> programs_;
};

}  // namespace turnaway::cli
