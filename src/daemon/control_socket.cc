#include "daemon/control_socket.h"

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
using Protocol = ControlSocket::Protocol;

constexpr mode_t owner_only = 0600;
constexpr mode_t owner_and_group = 0660;
// Connections that the kernel queues until they are accepted.
constexpr int backlog = 16;
constexpr std::size_t group_bytes_max = std::size_t{1024} * 1024;

std::unexpected<base::Error> fail(Fault fault, const std::string& path, const std::string& why) {
    return base::fail(fault, "[control] socket " + path + ": " + why);
}

Result<void> check_path(const std::string& path) {
    if (path.size() < sizeof(sockaddr_un::sun_path)) return {};
    return fail(Fault::config, path,
                "the path is longer than the " + std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                    " octets a socket may have");
}

// Makes the path free, or returns an error that names what occupies it.
Result<void> clear_path(const asio::any_io_executor& executor, const std::string& path) {
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0) {
        if (errno == ENOENT) return {};
        return fail(Fault::config, path, std::strerror(errno));
    }
    if (!S_ISSOCK(found.st_mode)) {
        return fail(Fault::config, path,
                    "the path exists and is not a socket; move it or set another path");
    }
    Protocol::socket probe(executor);
    boost::system::error_code error;
    probe.open(Protocol(), error);
    if (!error) probe.non_blocking(true, error);  // a full backlog must not block
    if (!error) probe.connect(Protocol::endpoint(path), error);
    if (!error || error == asio::error::would_block) {
        return fail(Fault::unavailable, path,
                    "another program listens there; is the daemon already running?");
    }
    if (error != asio::error::connection_refused) {
        return fail(Fault::permission, path, error.message());
    }
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return fail(Fault::permission, path,
                std::string("cannot replace the socket of a daemon that has ended: ") +
                    std::strerror(errno));
}

Result<gid_t> group_id(const std::string& path, const std::string& name) {
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
    return fail(Fault::config, path,
                "the group \"" + name + "\" of [control] group " +
                    (code == 0 ? std::string("does not exist") : std::strerror(code)));
}

Result<void> set_rights(const std::string& path, const std::string& group) {
    if (!group.empty()) {
        const auto id = group_id(path, group);
        if (!id) return std::unexpected(id.error());
        if (::lchown(path.c_str(), static_cast<uid_t>(-1), *id) != 0) {
            const int error = errno;
            // Rights are given up by now, and a user may give a file only to one of its own groups.
            return fail(Fault::permission, path,
                        "cannot give it to the group \"" + group + "\": " +
                            (error == EPERM ? "the daemon's user must be a member of it"
                                            : std::strerror(error)));
        }
    }
    if (::chmod(path.c_str(), group.empty() ? owner_only : owner_and_group) != 0) {
        return fail(Fault::permission, path, std::strerror(errno));
    }
    return {};
}

}  // namespace

ControlSocket::ControlSocket(Protocol::acceptor acceptor, std::string path)
    : acceptor_(std::move(acceptor)), path_(std::move(path)) {
    struct stat found{};
    if (::lstat(path_.c_str(), &found) != 0) return;
    device_ = found.st_dev;
    file_ = found.st_ino;
}

ControlSocket::ControlSocket(ControlSocket&& other) noexcept
    : acceptor_(std::move(other.acceptor_)),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      file_(other.file_) {}

Result<ControlSocket> ControlSocket::open(const asio::any_io_executor& executor,
                                          const std::string& path, const std::string& group) {
    if (auto done = check_path(path); !done) return std::unexpected(done.error());
    if (auto done = clear_path(executor, path); !done) return std::unexpected(done.error());
    Protocol::acceptor acceptor(executor);
    boost::system::error_code error;
    acceptor.open(Protocol(), error);
    if (!error) acceptor.bind(Protocol::endpoint(path), error);
    if (error) {
        return fail(error == asio::error::access_denied ? Fault::permission : Fault::config, path,
                    error.message() + "; name a path in a folder that is there and may be written");
    }
    ControlSocket made(std::move(acceptor), path);
    // No client can connect before listen(), so the socket is never more open than it should be.
    if (auto done = set_rights(path, group); !done) return std::unexpected(done.error());
    made.acceptor_.listen(backlog, error);
    if (error) return fail(Fault::system, path, error.message());
    return made;
}

void ControlSocket::close() {
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
