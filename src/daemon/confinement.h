// Confinement: what a daemon gives up between opening its sockets and serving, and what it keeps.
//
// Kept are the folders and ports that it names, reading of what a start or a reload reads
// (configuration, name servers, and what the daemon adds: certificate, key) and connecting to
// anybody. Files are kept by the folder they lie in, and by the one a symbolic link leads to, since
// a new certificate or configuration is usually a new file. The order is the caller's: sockets,
// give_up_rights(), confine_files(), confine_calls(), threads. Each step holds or the daemon does
// not start (requirement 57). Started as root without a user to become it stays root, without any
// capability.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "process/rights.h"

namespace turnaway::daemon {

// The account that `[user] name` names; none when the daemon does not run as root, or no user is
// named.
[[nodiscard]] base::Result<std::optional<process::Account>> user_to_become(const std::string& name);

// Makes the folder of the control socket for that user where it is missing: it lies below /run as a
// rule, where nothing outlasts a start of the machine. No error: opening the socket will say what
// is wrong.
void make_control_folder(const std::string& socket, const std::optional<process::Account>& user);

// Becomes the user, without capabilities and core dumps.
[[nodiscard]] base::Result<void> give_up_rights(const std::optional<process::Account>& user);

struct FilesKept {
    std::vector<std::string> readable_files = {};  // empty names are left out
    std::vector<std::string> changeable_folders = {};
    std::string control_socket = {};  // empty: none
    std::string control_group = {};
    std::vector<std::uint16_t> bindable_ports = {};
};

// landlock; before any thread.
[[nodiscard]] base::Result<void> confine_files(const FilesKept& kept);

// seccomp, for all threads there are and will be. `added`: what the daemon calls (SCMP_SYS(...))
// beside event loops, sockets, DNS, TLS and reading files.
[[nodiscard]] base::Result<void> confine_calls(std::span<const int> added = {});

}  // namespace turnaway::daemon
