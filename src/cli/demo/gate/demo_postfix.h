// DemoPostfix: the SMTP server of the installed Postfix, run by an ordinary user, on loopback.
//
// The command `postfix` is reserved for root, and uses port 25, /var/spool/postfix and the system's
// log. So the two programs that answer RCPT, smtpd and trivial-rewrite, are started here as
// Postfix's master does: descriptors 3 and 4 limit the flow of mail, 5 reports to the master, 6
// listens. Settings, queue folder and log are in the folder of the demo, and the account of the
// demo is `mail_owner`. There is no queue: smtpd passes accepted mail on to `next`
// (smtpd_proxy_filter). Gap: only the folders of the usual packages are searched.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/common/loopback.h"
#include "cli/demo/child_program.h"

namespace turnaway::cli {

class DemoPostfix {
  public:
    struct Order {
        std::string folder;  // an existing one, without `postfix` in it
        std::optional<Account> account;
        ListenAddress policy, next;
    };
    // Fault::unavailable if Postfix is not installed.
    [[nodiscard]] static base::Result<DemoPostfix> start(const Order& order);

    const ListenAddress& place() const { return place_; }
    // What it has logged since the last call.
    std::vector<std::string> take_log_lines();
    // The name of a program that has ended by itself.
    std::optional<std::string> fallen();

  private:
    DemoPostfix() = default;
    [[nodiscard]] base::Result<void> make_folders(const Order& order);
    [[nodiscard]] base::Result<void> start_program(const Order& order, const std::string& path,
                                                   std::vector<std::string> arguments,
                                                   const process::OwnedFd& listener);

    std::string folder_;
    ListenAddress place_{.address = "127.0.0.1"};
    process::OwnedFd log_;
    std::array<process::OwnedFd, 2> flow_, status_;  // pipes: their reading and writing ends
    struct Program {
        std::string name;
        ChildProgram child;
    };
    std::vector<Program> programs_;
};

}  // namespace turnaway::cli
