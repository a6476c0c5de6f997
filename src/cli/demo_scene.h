// DemoScene: everything the demo needs, on loopback and in a folder of its own: DNS (local data of
// the relay's libunbound), the relay, two hosts that take no mail, one that does, one address where
// nothing listens.
//
// Ports are the system's choice. The folder is removed at the end unless it is to be kept; a demo
// that is killed leaves it, and nothing else.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/child_program.h"
#include "cli/demo_hosts.h"
#include "cli/demo_journal.h"
#include "cli/loopback.h"

namespace turnaway::cli {

inline constexpr std::string_view demo_sender = "ann@sender.example";

class DemoScene {
  public:
    static base::Result<std::unique_ptr<DemoScene>> open(bool is_kept);
    ~DemoScene();
    DemoScene(const DemoScene&) = delete;
    DemoScene& operator=(const DemoScene&) = delete;

    DemoJournal& journal() { return journal_; }
    const Place& relay() const { return relay_place_; }
    const Place& refusing_host() const { return ears_[0]; }
    const Place& healthy_host() const { return healthy_; }
    const std::string& folder() const { return folder_; }
    // The name of the program that has ended by itself and the last words of its log.
    std::optional<std::string> fallen();

  private:
    explicit DemoScene(bool is_kept) : is_kept_(is_kept) {}
    base::Result<void> make_folder();
    base::Result<void> open_places();
    base::Result<void> open_delivery_port();
    base::Result<void> write_configuration() const;
    base::Result<void> start_programs();
    void start_hosts();

    const bool is_kept_;
    std::optional<Account> account_;
    std::string folder_;
    // All on one port but the relay and turnaway-refuse itself.
    Place relay_place_{.address = "127.0.0.1"};
    Place refuse_place_{.address = "127.0.0.31"};
    std::array<Place, 2> ears_{Place{.address = "127.0.0.21"}, Place{.address = "127.0.0.22"}};
    Place healthy_{.address = "127.0.0.23"};
    Place silent_{.address = "127.0.0.24"};
    Descriptor relay_listener_, refuse_listener_, healthy_listener_;
    std::array<Descriptor, 2> ear_listeners_;
    DemoJournal journal_;
    std::vector<std::unique_ptr<ThreadedHost>> hosts_;
    // Last: they go first, and what they said until then is still heard.
    std::optional<ChildProgram> refuse_, relay_;
};

}  // namespace turnaway::cli
