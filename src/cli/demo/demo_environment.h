// DemoEnvironment: everything the demo needs, on loopback and in its own folder: DNS (local data of
// the relay's libunbound), the relay, two hosts that do not accept mail, one that does, one address
// where nothing listens.
//
// The system chooses the ports. A demo that is killed leaves only its folder.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/common/loopback.h"
#include "cli/demo/child_program.h"
#include "cli/demo/demo_folder.h"
#include "cli/demo/demo_hosts.h"
#include "cli/demo/demo_journal.h"
#include "cli/demo/demo_sender.h"

namespace turnaway::cli {

class DemoEnvironment {
  public:
    // `keep`: the folder to keep; empty for a temporary one.
    [[nodiscard]] static base::Result<std::unique_ptr<DemoEnvironment>> open(
        const std::string& keep);
    ~DemoEnvironment();
    DemoEnvironment(const DemoEnvironment&) = delete;
    DemoEnvironment& operator=(const DemoEnvironment&) = delete;

    DemoJournal& journal() { return journal_; }
    DemoServer relay() const { return {.name = std::string(relay_name), .place = relay_place_}; }
    static bool is_refusing_host(std::string_view name);
    const std::string& folder() const { return folder_.path(); }
    // Waits until the relay greets, so that its start does not count for any case.
    [[nodiscard]] base::Result<void> await_relay(const std::stop_token& stop) const;
    // The whole lines added to the relay's log since the last call.
    std::vector<std::string> take_log_lines();
    // The name of a program that has ended by itself, and the end of its log.
    std::optional<std::string> fallen();
    // Asks the programs to end; what they sent until then is in the journal. Nothing if each ended
    // with 0, else a sentence.
    std::optional<std::string> end_programs();

  private:
    explicit DemoEnvironment(std::string keep) : keep_(std::move(keep)) {}
    [[nodiscard]] base::Result<void> make_folder();
    [[nodiscard]] base::Result<void> open_places();
    [[nodiscard]] base::Result<void> open_delivery_port();
    [[nodiscard]] base::Result<void> write_configuration();
    [[nodiscard]] base::Result<void> start_programs();
    [[nodiscard]] base::Result<void> start_program(const std::string& name,
                                                   std::vector<std::string> arguments,
                                                   const process::OwnedFd& listener);
    void start_hosts();

    const std::string keep_;
    std::size_t log_bytes_read_ = 0;
    std::optional<Account> account_;
    DemoFolder folder_;
    // All on one port, except the relay and the turnaway-refuse behind each ear.
    ListenAddress relay_place_{.address = "127.0.0.1"};
    std::array<ListenAddress, 2> refusers_{ListenAddress{.address = "127.0.0.31"},
                                           ListenAddress{.address = "127.0.0.32"}};
    std::array<ListenAddress, 2> ears_{ListenAddress{.address = "127.0.0.21"},
                                       ListenAddress{.address = "127.0.0.22"}};
    ListenAddress healthy_{.address = "127.0.0.23"};
    ListenAddress silent_{.address = "127.0.0.24"};
    process::OwnedFd relay_listener_, healthy_listener_;
    std::array<process::OwnedFd, 2> refuse_listeners_, ear_listeners_;
    DemoJournal journal_;
    std::vector<std::unique_ptr<ThreadedHost>> hosts_;
    // Last: they are destroyed first, and what they send until then is still recorded.
    struct Program {
        std::string name, log_file;
        ChildProgram child;
    };
    std::vector<Program> programs_;
};

}  // namespace turnaway::cli
