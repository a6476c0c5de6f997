#include "cli/doctor/doctor_gate.h"

#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "cli/common/loopback.h"
#include "cli/doctor/doctor_context.h"
#include "cli/doctor/gate_postfix.h"
#include "gate/config/config.h"
#include "route/host_port.h"

namespace turnaway::cli {
namespace {

constexpr const char* postconf =
    "{ postconf -nx; postconf -P; postconf -F '*/*/chroot'; } 2>/dev/null";
constexpr std::string_view question =
    "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\n\n";

std::string run_postconf() {
    std::string text;
    const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(postconf, "r"), pclose);
    if (output == nullptr) return text;
    std::array<char, 4096> buffer{};
    while (const auto bytes = std::fread(buffer.data(), 1, buffer.size(), output.get())) {
        text.append(buffer.data(), bytes);
    }
    return text;
}

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream file(path == "-" ? "/dev/stdin" : path);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

// A user of this machine with all its groups.
struct User {
    std::string name;
    uid_t id;
    std::vector<gid_t> groups;
};

std::optional<User> find_user(const std::string& name) {
    const passwd* entry = getpwnam(name.c_str());
    if (entry == nullptr) return std::nullopt;
    User user{.name = name, .id = entry->pw_uid, .groups = std::vector<gid_t>(64)};
    int count = static_cast<int>(user.groups.size());
    getgrouplist(name.c_str(), entry->pw_gid, user.groups.data(), &count);
    user.groups.resize(static_cast<std::size_t>(std::clamp(count, 0, 64)));
    return user;
}

// Whether the mode gives the user `bits` (of 7).
bool may(const User& user, const struct stat& status, unsigned bits) {
    unsigned shift = 0;
    if (status.st_uid == user.id) {
        shift = 6;
    } else if (std::ranges::find(user.groups, status.st_gid) != user.groups.end()) {
        shift = 3;
    }
    return ((status.st_mode >> shift) & bits) == bits;
}

// The folder or file on the way to the socket that the user may not use; nothing: none.
std::optional<std::string> obstacle(const User& user, const std::string& path) {
    for (auto end = path.find('/', 1);; end = path.find('/', end + 1)) {
        std::string part = path.substr(0, end);
        struct stat status = {};
        if (stat(part.c_str(), &status) != 0) return std::nullopt;  // reported elsewhere
        const bool is_last = end == std::string::npos;
        if (!may(user, status, is_last ? 2U : 1U)) return part;
        if (is_last) return std::nullopt;
    }
}

process::OwnedFd connect_to(const std::string& place) {
    process::OwnedFd none;
    if (place.starts_with('/')) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (place.size() >= sizeof address.sun_path) return none;
        std::memcpy(address.sun_path, place.data(), place.size());
        process::OwnedFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (!fd.is_open()) return none;
        const bool is_connected =
            connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        return is_connected ? std::move(fd) : std::move(none);
    }
    const auto at = route::HostPort::parse(place, 0);
    if (!at || at->address.ipv4() == nullptr) return none;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(at->port);
    std::memcpy(&address.sin_addr, at->address.ipv4()->data(), 4);
    process::OwnedFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd.is_open()) return none;
    timeval wait{.tv_sec = doctor_wait_max.count(), .tv_usec = 0};
    setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    const bool is_connected =
        connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    return is_connected ? std::move(fd) : std::move(none);
}

bool answers_question(const process::OwnedFd& fd) {
    if (send(fd.get(), question.data(), question.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(question.size())) {
        return false;
    }
    std::array<char, 7> begin{};
    return can_read(fd.get(), Steady::now() + doctor_wait_max, {}) &&
           recv(fd.get(), begin.data(), begin.size(), MSG_DONTWAIT) == 7 &&
           std::string_view(begin.data(), begin.size()) == "action=";
}

class SocketTrial {
  public:
    SocketTrial(const PostfixSettings& postfix, const GatePlaces& gate, DoctorFindings& findings)
        : postfix_(postfix), gate_(gate), findings_(findings) {}

    void try_client(const PostfixClient& client) {
        const bool is_chrooted = postfix_.is_chrooted("smtp/inet");
        const std::string place = place_for(postfix_, client.place, is_chrooted);
        if (place.starts_with('/') && !is_usable(client, place, is_chrooted)) return;
        const auto fd = connect_to(place);
        if (fd.get() < 0) {
            findings_.problem("No program listens at " + place + ", where Postfix asks the gate.",
                              "Start turnaway-gate, and compare with its [listen].");
        } else if (is_policy(place) && !answers_question(fd)) {
            findings_.problem("The program at " + place + " is not the gate's policy service.",
                              "Find it: ss -lxtp");
        } else {
            findings_.ok("The gate answers at " + place + '.');
        }
    }

  private:
    bool is_policy(const std::string& place) const {
        return std::ranges::find(gate_.milter, place) == gate_.milter.end();
    }

    // A Unix socket that smtpd can reach and may use.
    bool is_usable(const PostfixClient& client, const std::string& place, bool is_chrooted) {
        struct stat status = {};
        if (stat(place.c_str(), &status) != 0) {
            const std::string outside = place_for(postfix_, client.place, false);
            const bool is_outside = outside != place && stat(outside.c_str(), &status) == 0;
            findings_.problem(
                is_chrooted && is_outside
                    ? "Postfix cannot reach " + client.place + ": smtpd runs in the chroot " +
                          postfix_.value("queue_directory", "/var/spool/postfix") + '.'
                    : "There is no socket " + place + ", where Postfix asks the gate.",
                "Let the gate listen inside the chroot, such as [listen] policy = "
                "[\"/var/spool/postfix/turnaway/policy.sock\"], and write "
                "unix:turnaway/policy.sock "
                "in main.cf.");
            return false;
        }
        if (!S_ISSOCK(status.st_mode)) {
            findings_.problem(place + " is not a socket.", "Remove it and restart turnaway-gate.");
            return false;
        }
        const auto user = find_user(postfix_.value("mail_owner", "postfix"));
        if (!user) return true;
        if (const auto part = obstacle(*user, place)) {
            findings_.problem("The user " + user->name + " of Postfix may not use " + *part + '.',
                              "Set [listen] socket_group to a group of " + user->name +
                                  ", and socket_mode = \"0660\"; its folder needs mode 0750 and "
                                  "that group.");
            return false;
        }
        return true;
    }

    const PostfixSettings& postfix_;
    const GatePlaces& gate_;
    DoctorFindings& findings_;
};

std::vector<std::string> texts(const std::vector<settings::ListenPlace>& places) {
    std::vector<std::string> found;
    found.reserve(places.size());
    for (const auto& place : places) found.push_back(place.text());
    return found;
}

}  // namespace

void examine_gate(const GateDoctorOptions& options,
                  const std::function<bool(const DoctorFindings&)>& tell) {
    DoctorFindings configuration("gate");
    const auto config = gate::read_config(options.config_path);
    if (!config) {
        configuration.problem(config.error().message,
                              "Correct the file; all keys: man turnaway-gate.conf");
        tell(configuration);
        return;
    }
    configuration.ok("The configuration is correct.");
    if (config->gate.mode == gate::Mode::observe) {
        configuration.warning("mode = \"observe\": the gate refuses nothing.",
                              "Remove it when the log shows only what you want to be refused.");
    }
    if (!tell(configuration)) return;

    DoctorFindings order("postfix");
    const auto text = options.postconf_path.empty() ? std::optional(run_postconf())
                                                    : read_file(options.postconf_path);
    const PostfixSettings postfix(text.value_or(""));
    if (postfix.is_empty()) {
        order.unknown(options.postconf_path.empty()
                          ? "The settings of Postfix are not known: postconf printed nothing."
                          : "There are no settings of Postfix in " + options.postconf_path + '.',
                      "Run it as root where Postfix is, or give the output of postconf -nx, -P and "
                      "-F '*/*/chroot' with --postconf FILE.");
        tell(order);
        return;
    }
    const GatePlaces places{.policy = texts(config->listen.policy),
                            .milter = texts(config->listen.milter),
                            .deadline = config->answer.deadline};
    judge_gate_order(postfix, places, order);
    judge_gate_absence(postfix, places, order);
    if (!tell(order)) return;

    DoctorFindings sockets("socket");
    SocketTrial trial(postfix, places, sockets);
    for (const auto& client : clients_of_gate(postfix, places)) trial.try_client(client);
    tell(sockets);
}

}  // namespace turnaway::cli
