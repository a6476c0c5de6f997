#include "daemon/unix_socket.h"

#include <grp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace turnaway::daemon {
namespace {

namespace asio = boost::asio;
using base::Fault;
using base::Result;
using Protocol = UnixSocket::Protocol;

constexpr mode_t owner_only = 0600;
constexpr mode_t owner_and_group = 0660;
constexpr std::size_t group_bytes_max = std::size_t{1024} * 1024;

using Settings = UnixSocket::Settings;

std::unexpected<base::Error> fail(Fault fault, const Settings& at, const std::string& why) {
    return base::fail(fault, std::string(at.key) + ' ' + at.path + ": " + why);
}

Result<void> check_path(const Settings& at) {
    if (at.path.size() < sizeof(sockaddr_un::sun_path)) return {};
    return fail(Fault::config, at,
                "the path is longer than the " + std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                    " octets a socket may have");
}

// Makes the path free, or returns an error that names what occupies it.
Result<void> clear_path(const asio::any_io_executor& executor, const Settings& at) {
    const std::string& path = at.path;
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0) {
        if (errno == ENOENT) return {};
        return fail(Fault::config, at, std::strerror(errno));
    }
    if (!S_ISSOCK(found.st_mode)) {
        return fail(Fault::config, at,
                    "the path exists and is not a socket; move it or set another path");
    }
    Protocol::socket probe(executor);
    boost::system::error_code error;
    probe.open(Protocol(), error);
    if (!error) probe.non_blocking(true, error);  // a full backlog must not block
    if (!error) probe.connect(Protocol::endpoint(path), error);
    if (!error || error == asio::error::would_block) {
        return fail(Fault::unavailable, at,
                    "another program listens there; is the daemon already running?");
    }
    if (error != asio::error::connection_refused) {
        return fail(Fault::permission, at, error.message());
    }
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return fail(Fault::permission, at,
                std::string("cannot replace the socket of a daemon that has ended: ") +
                    std::strerror(errno));
}

Result<gid_t> group_id(const Settings& at) {
    const std::string& name = at.group;
    std::vector<char> memory(1024);
    group entry{};
    group* found = nullptr;
    int code = 0;
    while ((code = ::getgrnam_r(name.c_str(), &entry, memory.data(), memory.size(), &found)) ==
               ERANGE &&
           memory.size() < group_bytes_max) {
        memory.resize(memory.size() * 2);
    }
    if (found != nullptr) return found->gr_gid;
    return fail(Fault::config, at,
                "the group \"" + name + "\" of " + std::string(at.group_key) + ' ' +
                    (code == 0 ? std::string("does not exist") : std::strerror(code)));
}

Result<void> set_rights(const Settings& at) {
    const std::string& path = at.path;
    const std::string& group = at.group;
    if (!group.empty()) {
        const auto id = group_id(at);
        if (!id) return std::unexpected(id.error());
        if (::lchown(path.c_str(), static_cast<uid_t>(-1), *id) != 0) {
            const int error = errno;
            // Rights are given up by now, and a user may give a file only to one of its own groups.
            return fail(Fault::permission, at,
                        "cannot give it to the group \"" + group + "\": " +
                            (error == EPERM ? "the daemon's user must be a member of it"
                                            : std::strerror(error)));
        }
    }
    const mode_t standard = group.empty() ? owner_only : owner_and_group;
    if (::chmod(path.c_str(), at.mode.value_or(standard)) != 0) {
        return fail(Fault::permission, at, std::strerror(errno));
    }
    return {};
}

}  // namespace

UnixSocket::UnixSocket(Protocol::acceptor acceptor, std::string path)
    : acceptor_(std::move(acceptor)), path_(std::move(path)) {
    struct stat found{};
    if (::lstat(path_.c_str(), &found) != 0) return;
    device_ = found.st_dev;
    file_ = found.st_ino;
}

UnixSocket::UnixSocket(UnixSocket&& other) noexcept
    : acceptor_(std::move(other.acceptor_)),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      file_(other.file_) {}

Result<UnixSocket> UnixSocket::open(const asio::any_io_executor& executor,
                                    const Settings& settings) {
    if (auto done = check_path(settings); !done) return std::unexpected(done.error());
    if (auto done = clear_path(executor, settings); !done) return std::unexpected(done.error());
    Protocol::acceptor acceptor(executor);
    boost::system::error_code error;
    acceptor.open(Protocol(), error);
    if (!error) acceptor.bind(Protocol::endpoint(settings.path), error);
    if (error) {
        return fail(error == asio::error::access_denied ? Fault::permission : Fault::config,
                    settings,
                    error.message() + "; name a path in a folder that is there and may be written");
    }
    UnixSocket made(std::move(acceptor), settings.path);
    // No client can connect before listen(), so the socket is never more open than it should be.
    if (auto done = set_rights(settings); !done) return std::unexpected(done.error());
    made.acceptor_.listen(settings.backlog, error);
    if (error) return fail(Fault::system, settings, error.message());
    return made;
}

void UnixSocket::close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    if (path_.empty()) return;
    struct stat found{};
    if (::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == file_) {
        ::unlink(path_.c_str());
    }
    path_.clear();
}

}  // namespace turnaway::daemon
