#include "relay/queue/spool_choice.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "spool/postgres/address.h"
#include "spool/postgres/connection.h"
#include "spool/postgres/postgres_spool.h"

namespace turnaway::relay {
namespace {

std::string node_name(const SpoolConfig& config) {
    return config.node.empty() ? host_name() : config.node;
}

}  // namespace

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "relay";
    return name.data();
}

bool is_shared(const SpoolConfig& config) {
    return spool::postgres::is_address(config.path);
}

base::Result<std::string> spool_folder(const SpoolConfig& config) {
    if (!is_shared(config)) return config.path;
    std::error_code error;
    std::string folder =
        (std::filesystem::temp_directory_path(error) / "turnaway-relay-XXXXXX").string();
    if (error || ::mkdtemp(folder.data()) == nullptr) {
        return base::fail_errno(base::Fault::system, "cannot make a temporary folder " + folder);
    }
    return folder;
}

base::Result<std::unique_ptr<spool::Spool>> open_chosen_spool(const SpoolConfig& config,
                                                              const std::string& folder,
                                                              const std::string& version,
                                                              spool::SpoolSettings settings) {
    if (!is_shared(config)) return spool::open_spool(std::move(settings));
    return spool::postgres::PostgresSpool::open({.url = config.path,
                                                 .node = node_name(config),
                                                 .version = version,
                                                 .temporary = folder,
                                                 .free_bytes_min = settings.free_bytes_min,
                                                 .on_commit = std::move(settings.on_commit),
                                                 .on_warning = std::move(settings.on_warning),
                                                 .on_failure = std::move(settings.on_failure)});
}

base::Result<std::string> migrate_spool(const SpoolConfig& config) {
    if (!is_shared(config)) {
        return base::fail(base::Fault::usage,
                          "--migrate-spool: [spool] path is a folder; only a database is migrated, "
                          "a folder is by the start of the relay");
    }
    return spool::postgres::Connection::migrate(config.path);
}

}  // namespace turnaway::relay
