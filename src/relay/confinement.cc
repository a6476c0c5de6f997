#include "relay/confinement.h"

#include <seccomp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "daemon/confinement.h"
#include "io/dns/unbound_resolver.h"
#include "process/rights.h"
#include "relay/queue/spool_choice.h"
#include "spool/postgres/address.h"
#include "spool/spool_folder.h"

namespace turnaway::relay {
namespace {

using base::Fault;
using base::Result;

// Listening sockets, files of the spool, and each thread's descriptors except sockets for DNS.
constexpr std::uint64_t descriptors_beside_connections = 256;
constexpr std::uint64_t descriptors_per_thread = 128;
// DNS queries in flight, all threads together, if enough files may be open.
constexpr std::size_t dns_questions_max = 3072;
// With fewer the relay does not start.
constexpr std::uint64_t connections_min = 32;

// Missing folders are made as the user's; existing ones are left as they are.
Result<void> prepare_spool(const std::string& path, const std::optional<process::Account>& user) {
    const auto made = spool::make_spool_folder(path);
    if (!made) return std::unexpected(made.error());
    if (*made && user && ::chown(path.c_str(), user->user, user->group) != 0) {
        return base::fail_errno(Fault::permission,
                                "cannot give the spool " + path + " to user '" + user->name + "'");
    }
    return {};
}

Result<void> may_work_in(const std::string& folder, const std::string& key) {
    if (::access(folder.c_str(), R_OK | W_OK | X_OK) == 0) return {};
    const auto fault = errno == EACCES || errno == EPERM ? Fault::permission : Fault::config;
    return base::fail_errno(fault, key + ": cannot work in the folder " + folder);
}

// SQLite and the content files. Measured like the calls of every daemon (daemon/confinement.cc);
// added by reading the source: what SQLite may call instead on another machine, or in a long sort.
constexpr std::array calls_of_the_spool{
    SCMP_SYS(statfs),    SCMP_SYS(fstatfs),   SCMP_SYS(pread64),  SCMP_SYS(pwrite64),
    SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(fsync),    SCMP_SYS(fdatasync),
    SCMP_SYS(rename),    SCMP_SYS(renameat),  SCMP_SYS(renameat2)};

}  // namespace

Result<Descriptors> raise_descriptors(const Config& config, unsigned threads) {
    const auto with_dns = [threads](std::size_t questions) {
        return descriptors_beside_connections +
               threads * (descriptors_per_thread + io::UnboundResolver::sockets_for(questions));
    };
    const std::size_t few = io::UnboundResolver::Settings().questions_max;
    const std::size_t many = std::max(few, dns_questions_max / threads);
    // A client may have a content file open for writing, a delivery one for reading.
    const std::uint64_t wanted =
        with_dns(many) +
        2 * (std::uint64_t{config.listen.connections_max} + config.delivery.connections_max) +
        config.verdict.probe_concurrency_max;
    const auto allowed =
        process::limit_descriptors(wanted, with_dns(few) + connections_min, "lower threads");
    if (!allowed) return std::unexpected(allowed.error());
    return Descriptors{
        .allowed = *allowed, .wanted = wanted, .dns_questions = *allowed < wanted ? few : many};
}

Result<void> take_rights(const Config& config) {
    const auto user = daemon::user_to_become(config.user.name);
    if (!user) return std::unexpected(user.error());
    if (!is_shared(config.spool)) {
        if (auto done = prepare_spool(config.spool.path, *user); !done) return done;
    }
    daemon::make_control_folder(config.control.socket, *user);
    if (auto done = daemon::give_up_rights(*user); !done) return done;
    if (is_shared(config.spool)) return {};
    return may_work_in(config.spool.path, "[spool] path");
}

Result<void> confine_files(const Config& config, const std::string& config_path,
                           const std::string& folder) {
    daemon::FilesKept kept{
        .readable_files = {config_path, config.tls.cert, config.tls.key, config.dns.trust_anchor},
        .changeable_folders = {folder},
        .control_socket = config.control.socket,
        .has_groups = !config.control.group.empty()};
    if (config.relay.recipients.starts_with('/')) {
        kept.readable_files.push_back(config.relay.recipients);
    }
    if (is_shared(config.spool)) {
        kept.looks_up_hosts = true;
        const auto named = spool::postgres::files_in(config.spool.path);
        kept.readable_files.insert(kept.readable_files.end(), named.begin(), named.end());
    }
    if (config.metrics.listen) kept.bindable_ports.push_back(config.metrics.listen->port);
    return daemon::confine_files(kept);
}

// A database may be at a Unix socket, or at a host with a name.
Result<void> confine_calls(const Config& config) {
    return daemon::confine_calls(calls_of_the_spool, is_shared(config.spool),
                                 is_shared(config.spool));
}

}  // namespace turnaway::relay
