// GateEnvironment: what `turnaway demo --gate` needs, on loopback and in its own folder: DNS (local
// data of the gate's libunbound), turnaway-gate, the SMTP server of the installed Postfix with the
// gate as its policy service, and a host that takes mail.
//
// The system chooses the ports. A demo that is killed leaves only its folder.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/demo/demo_folder.h"
#include "cli/demo/demo_hosts.h"
#include "cli/demo/demo_journal.h"
#include "cli/demo/demo_sender.h"
#include "cli/demo/gate/demo_postfix.h"

namespace turnaway::cli {

class GateEnvironment {
  public:
    // `keep`: the folder to keep; empty for a temporary one.
    [[nodiscard]] static base::Result<std::unique_ptr<GateEnvironment>> open(
        const std::string& keep);
    GateEnvironment(const GateEnvironment&) = delete;
    GateEnvironment& operator=(const GateEnvironment&) = delete;
    ~GateEnvironment();

    DemoServer server() const { return {.name = "Postfix", .place = postfix_->place()}; }
    DemoJournal& journal() { return journal_; }
    // Nothing if all went well, else a sentence about the program that did not.
    std::optional<std::string> end_programs();
    // What Postfix and the gate have logged about refusals, known when they have ended.
    const std::vector<std::string>& refusals_logged() const { return refusals_logged_; }

  private:
    GateEnvironment() = default;
    [[nodiscard]] base::Result<void> start(const std::string& keep);
    [[nodiscard]] base::Result<void> start_gate(const std::optional<Account>& account);
    [[nodiscard]] base::Result<void> await_postfix();
    std::string gate_log() const { return folder_.path() + "/turnaway-gate.log"; }

    DemoFolder folder_;
    DemoJournal journal_;
    ListenAddress policy_{.address = "127.0.0.1"};
    ListenAddress healthy_{.address = "127.0.0.1"};
    std::unique_ptr<ThreadedHost> host_;
    std::optional<ChildProgram> gate_;
    std::optional<DemoPostfix> postfix_;
    std::vector<std::string> refusals_logged_;
};

}  // namespace turnaway::cli
