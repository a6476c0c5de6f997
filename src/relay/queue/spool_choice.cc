#include "relay/queue/spool_choice.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "spool/postgres/address.h"
#include "spool/postgres/connection.h"
#include "spool/postgres/postgres_spool.h"

namespace turnaway::relay {
namespace {

constexpr int relays_of_a_user_max = 64;

std::string node_name(const SpoolConfig& config) {
    return config.node.empty() ? host_name() : config.node;
}

// Another user may have made one of that name in a folder that is everybody's.
bool is_ours_alone(const std::string& path) {
    struct stat found{};
    return ::lstat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
           found.st_uid == ::geteuid() && (found.st_mode & 077) == 0;
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

base::Result<SpoolFolder> spool_folder(const SpoolConfig& config) {
    if (!is_shared(config)) return SpoolFolder{.path = config.path};
    std::error_code error;
    const auto parent = std::filesystem::temp_directory_path(error).string();
    const std::string first = parent + "/turnaway-relay-" + std::to_string(::geteuid());
    for (int number = 0; number < relays_of_a_user_max && !error; ++number) {
        std::string path = first + '-' + std::to_string(number);
        ::mkdir(path.c_str(), 0700);
        if (!is_ours_alone(path)) continue;
        if (auto lock = spool::FolderLock::take(path)) {
            return SpoolFolder{.path = std::move(path), .lock = *std::move(lock)};
        }
    }
    return base::fail(base::Fault::system,
                      "cannot make or use a folder named " + first + "-0 or with a higher number");
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
