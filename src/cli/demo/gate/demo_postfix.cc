#include "cli/demo/gate/demo_postfix.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <tuple>

namespace turnaway::cli {
namespace {

namespace fs = std::filesystem;
using base::Fault;

constexpr std::array<std::string_view, 4> program_folders{
    "/usr/lib/postfix/sbin",  // Debian, Ubuntu
    "/usr/libexec/postfix",   // Red Hat, Alpine
    "/usr/lib/postfix/bin",   // Arch, SUSE
    "/usr/local/libexec/postfix"};
constexpr std::string_view server_program = "smtpd", resolver_program = "trivial-rewrite";
constexpr std::size_t log_line_bytes_max = 4096;

base::Result<std::string> find_postfix() {
    std::string tried;
    for (const auto folder : program_folders) {
        const fs::path path(folder);
        if (access((path / server_program).c_str(), X_OK) == 0 &&
            access((path / resolver_program).c_str(), X_OK) == 0) {
            return path.string();
        }
        tried += (tried.empty() ? "" : ", ") + path.string();
    }
    return base::fail(Fault::unavailable,
                      "Postfix is not installed: its program smtpd is not in " + tried +
                          ". Install the package postfix (it need not run), or see the same "
                          "domain refused by turnaway-relay: turnaway demo");
}

base::Result<process::OwnedFd> bind_unix(const std::string& path, int type) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        return base::fail(Fault::usage, path +
                                            " is too long for a socket: set TMPDIR or --keep "
                                            "to a folder with a shorter name");
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    process::OwnedFd fd(socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    // The folder around it is closed to others; the account of Postfix must be able to use it.
    if (!fd.is_open() ||
        bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        chmod(path.c_str(), 0666) != 0 ||
        (type == SOCK_STREAM && listen(fd.get(), SOMAXCONN) != 0)) {
        return base::fail_errno(Fault::system, path);
    }
    return fd;
}

base::Result<std::string> name_of(uid_t user) {
    if (const passwd* found = getpwuid(user); found != nullptr) return std::string(found->pw_name);
    return base::fail(Fault::permission, "the user " + std::to_string(user) +
                                             " has no name, which Postfix needs: start it as a "
                                             "user in /etc/passwd");
}

bool make_pipe(std::array<process::OwnedFd, 2>& pipe) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    pipe = {process::OwnedFd(ends[0]), process::OwnedFd(ends[1])};
    return true;
}

}  // namespace

base::Result<DemoPostfix> DemoPostfix::start(const Order& order) {
    const auto programs = find_postfix();
    if (!programs) return std::unexpected(programs.error());
    DemoPostfix postfix;
    postfix.folder_ = order.folder + "/postfix";
    if (auto done = postfix.make_folders(order); !done) return std::unexpected(done.error());
    auto log = bind_unix(postfix.folder_ + "/public/postlog", SOCK_DGRAM);
    if (!log) return std::unexpected(log.error());
    postfix.log_ = *std::move(log);
    const auto resolver = bind_unix(postfix.folder_ + "/private/rewrite", SOCK_STREAM);
    if (!resolver) return std::unexpected(resolver.error());
    const auto server = listen_on(postfix.place_);
    if (!server) return std::unexpected(server.error());
    if (!make_pipe(postfix.flow_) || !make_pipe(postfix.status_)) {
        return base::fail_errno(Fault::system, "pipe");
    }
    for (const auto& [name, service, type, listener] :
         {std::tuple{resolver_program, "rewrite", "unix", &*resolver},
          std::tuple{server_program, "smtp", "inet", &*server}}) {
        auto done = postfix.start_program(order, *programs + '/' + std::string(name),
                                          {"-n", service, "-t", type}, *listener);
        if (!done) return std::unexpected(done.error());
    }
    return postfix;
}

base::Result<void> DemoPostfix::make_folders(const Order& order) {
    const auto owner = name_of(order.account ? order.account->user : geteuid());
    if (!owner) return std::unexpected(owner.error());
    for (const auto* each : {"", "/pid", "/private", "/public"}) {
        const std::string path = folder_ + each;
        if (mkdir(path.c_str(), 0700) != 0) return base::fail_errno(Fault::system, path);
        if (order.account && chown(path.c_str(), order.account->user, order.account->group) != 0) {
            return base::fail_errno(Fault::system, path);
        }
    }
    std::ofstream(folder_ + "/master.cf") << "# Started by turnaway demo, without master.\n";
    std::ofstream file(folder_ + "/main.cf");
    file << "# Written by turnaway demo.\ncompatibility_level = 2\nmyhostname = postfix.example\n"
         << "smtpd_banner = $myhostname ESMTP $mail_name $mail_version\n"
         << "queue_directory = " << folder_ << "\ndata_directory = " << folder_
         << "\nmail_owner = " << *owner
         << "\ndefault_privs = "
         // Another user than mail_owner, as Postfix wants it; nothing runs as that user.
         << (*owner == "nobody" ? "daemon" : "nobody") << "\nmaillog_file = " << folder_
         << "/postfix.log\nmaillog_file_prefixes = " << folder_
         << "\ninet_protocols = ipv4\ninet_interfaces = 127.0.0.1\nmynetworks = 127.0.0.0/8\n"
         << "mydestination =\nalias_maps =\nlocal_recipient_maps =\nsmtpd_peername_lookup = no\n"
         << "smtpd_proxy_filter = " << order.next.text()
         << "\n\n# etc/gate/postfix-policy has these, with timeout=4s.\n"
         << "smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n"
         << "smtpd_recipient_restrictions = check_policy_service { inet:" << order.policy.text()
         << ", timeout=30s, default_action=DUNNO }\n";
    file.close();
    if (!file) return base::fail(Fault::io, "cannot write " + folder_ + "/main.cf");
    return {};
}

base::Result<void> DemoPostfix::start_program(const Order& order, const std::string& path,
                                              std::vector<std::string> arguments,
                                              const process::OwnedFd& listener) {
    auto child = ChildProgram::start(
        {.program = path,
         .arguments = std::move(arguments),
         .log_file = order.folder + "/postfix.out",
         .account = order.account,
         .folder = folder_,
         .variables = {"MAIL_CONFIG=" + folder_, "GENERATION=1"}},
        std::array{flow_[0].get(), flow_[1].get(), status_[1].get(), listener.get()});
    if (!child) return std::unexpected(child.error());
    programs_.push_back({.name = fs::path(path).filename().string(), .child = *std::move(child)});
    return {};
}

std::vector<std::string> DemoPostfix::take_log_lines() {
    std::vector<std::string> lines;
    std::array<char, log_line_bytes_max> line{};
    for (;;) {
        const auto size = recv(log_.get(), line.data(), line.size(), MSG_DONTWAIT);
        if (size <= 0) return lines;
        lines.emplace_back(line.data(), static_cast<std::size_t>(size));
    }
}

std::optional<std::string> DemoPostfix::fallen() {
    for (auto& program : programs_) {
        if (program.child.has_ended()) return program.name;
    }
    return std::nullopt;
}

}  // namespace turnaway::cli
