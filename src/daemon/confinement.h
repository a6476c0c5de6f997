// Confinement: what rights a daemon gives up between opening its sockets and serving.
//
// It keeps the folders and ports that it names, read access to what a start or a reload reads
// (configuration, name servers, and what the daemon adds: certificate, key), and connections to any
// address. A file is kept by its folder, and by the folder a symbolic link leads to, since a new
// certificate or configuration is usually a new file. The caller keeps the order: sockets,
// give_up_rights(), confine_files(), confine_calls(), threads. If a step fails, the daemon does not
// start (requirement 57). A daemon started as root without a configured user stays root, without
// any capability.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "process/rights.h"

namespace turnaway::daemon {

// The account that `[user] name` names; none if the daemon does not run as root or no user is
// named.
[[nodiscard]] base::Result<std::optional<process::Account>> user_to_become(const std::string& name);

// Makes the folder of the control socket for that user if it is missing: it is usually below /run,
// which is empty after a boot. Returns no error: opening the socket will report it.
void make_control_folder(const std::string& socket, const std::optional<process::Account>& user);

// Switches to the user, without capabilities or core dumps.
[[nodiscard]] base::Result<void> give_up_rights(const std::optional<process::Account>& user);

struct FilesKept {
    std::vector<std::string> readable_files = {};  // empty names are skipped
    std::vector<std::string> changeable_folders = {};
    std::string control_socket = {};  // empty: none
    bool has_groups = false;          // the groups of its sockets are looked up by name
    bool looks_up_hosts = false;      // by the C library, without our resolver
    std::vector<std::uint16_t> bindable_ports = {};
};

// landlock; before any thread.
[[nodiscard]] base::Result<void> confine_files(const FilesKept& kept);

// seccomp, for all present and future threads. `added`: the system calls (SCMP_SYS(...)) that the
// daemon needs in addition to those for event loops, sockets, DNS, TLS and reading files.
// `looks_up_hosts` as in FilesKept.
[[nodiscard]] base::Result<void> confine_calls(std::span<const int> added = {},
                                               bool may_connect_unix = false,
                                               bool looks_up_hosts = false);

}  // namespace turnaway::daemon
