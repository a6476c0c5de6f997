#include "cli/demo/demo_environment.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace turnaway::cli {
namespace {

using base::Fault;

// The names of the two hosts that do not accept mail, in DNS and in their greetings.
constexpr std::array<std::string_view, 2> refusing_names{"mx.refusing.example", "mx.mixed.example"};
constexpr std::string_view healthy_name = "mx.healthy.example";
constexpr int port_tries_max = 20;
constexpr std::chrono::seconds start_wait_max{30};
constexpr std::chrono::seconds end_wait_max{10};

}  // namespace

base::Result<std::unique_ptr<DemoEnvironment>> DemoEnvironment::open(const std::string& keep) {
    std::unique_ptr<DemoEnvironment> environment(new DemoEnvironment(keep));
    for (const auto step :
         {&DemoEnvironment::make_folder, &DemoEnvironment::open_places,
          &DemoEnvironment::write_configuration, &DemoEnvironment::start_programs}) {
        if (auto done = ((*environment).*step)(); !done) return std::unexpected(done.error());
    }
    environment->start_hosts();
    return environment;
}

bool DemoEnvironment::is_refusing_host(std::string_view name) {
    return std::ranges::find(refusing_names, name) != refusing_names.end();
}

DemoEnvironment::~DemoEnvironment() {
    programs_.clear();
    hosts_.clear();
}

base::Result<void> DemoEnvironment::make_folder() {
    auto account = child_account();
    if (!account) return std::unexpected(account.error());
    account_ = *account;
    auto folder = DemoFolder::open(keep_, account_);
    if (!folder) return std::unexpected(folder.error());
    folder_ = *std::move(folder);
    return {};
}

base::Result<void> DemoEnvironment::open_places() {
    if (auto done = open_delivery_port(); !done) return done;
    auto relay = listen_on(relay_place_);
    if (!relay) return std::unexpected(relay.error());
    relay_listener_ = *std::move(relay);
    for (std::size_t i = 0; i < refusers_.size(); ++i) {
        auto refuse = listen_on(refusers_[i]);
        if (!refuse) return std::unexpected(refuse.error());
        refuse_listeners_[i] = *std::move(refuse);
    }
    return {};
}

// One port for all hosts, as the relay connects to only one; at the silent address it must be free.
base::Result<void> DemoEnvironment::open_delivery_port() {
    base::Error last;
    for (int tries = 0; tries < port_tries_max; ++tries) {
        healthy_.port = 0;
        auto healthy = listen_on(healthy_);
        if (!healthy) return std::unexpected(healthy.error());
        for (ListenAddress* each : {&ears_[0], &ears_[1], &silent_}) each->port = healthy_.port;
        auto first = listen_on(ears_[0]);
        auto second = listen_on(ears_[1]);
        const auto silent = listen_on(silent_);  // closed at once
        if (first && second && silent) {
            healthy_listener_ = *std::move(healthy);
            ear_listeners_ = {*std::move(first), *std::move(second)};
            return {};
        }
        last = !first ? first.error() : !second ? second.error() : silent.error();
    }
    return std::unexpected(last);
}

base::Result<void> DemoEnvironment::write_configuration() {
    const auto address = [](std::string_view name, const ListenAddress& place) {
        return "  \"" + std::string(name) + ". 300 IN A " + place.address + "\",\n";
    };
    const auto exchange = [](std::string_view domain, int preference, std::string_view host) {
        return "  \"" + std::string(domain) + ". 300 IN MX " + std::to_string(preference) + ' ' +
               std::string(host) + ".\",\n";
    };
    const std::string path = folder() + "/relay.conf";
    std::ofstream file(path);
    file << "# Written by turnaway demo.\n"
         << "hostname = \"relay.example\"\n\n[listen]\nsmtp = [\"" << relay_place_.text()
         << "\"]\n\n[relay]\nnetworks = [\"127.0.0.0/8\"]\n\n[dns]\nlocal_data = [\n"
         << exchange("nomail.example", 0, "") << exchange("refusing.example", 10, refusing_names[0])
         << address(refusing_names[0], ears_[0]) << exchange("mixed.example", 10, refusing_names[1])
         << exchange("mixed.example", 20, healthy_name) << address(refusing_names[1], ears_[1])
         << address("silent.example", silent_) << exchange("healthy.example", 10, healthy_name)
         << exchange("sender.example", 10, healthy_name) << address(healthy_name, healthy_)
         << "]\n\n[delivery]\nport = " << healthy_.port << "\n\n[spool]\npath = \"" << folder()
         << "/spool\"\nfree_bytes_min = 0\n\n[control]\nsocket = \"" << folder()
         << "/relay.sock\"\n\n[log]\nformat = \"json\"\n\n"
         << "# So that a visitor need not wait for hours: the standard is 4h, 4h and 10m.\n"
         << "[lifetime]\nimplicit_unreachable = \"1m\"\ndelay_notice = \"1s\"\n"
         << "retry_first = \"1s\"\nretry_max = \"10s\"\n";
    file.close();
    if (!file) return base::fail(Fault::io, "cannot write " + path);
    return {};
}

base::Result<void> DemoEnvironment::start_programs() {
    for (std::size_t i = 0; i < refusers_.size(); ++i) {
        auto done = start_program("turnaway-refuse",
                                  {"--hostname", std::string(refusing_names[i]), "--stage",
                                   "greeting", "--workers", "1", "--no-sandbox"},
                                  refuse_listeners_[i]);
        if (!done) return done;
        refuse_listeners_[i] = {};
    }
    auto done = start_program(
        "turnaway-relay", {"--config", folder() + "/relay.conf", "--no-sandbox"}, relay_listener_);
    relay_listener_ = {};
    return done;
}

base::Result<void> DemoEnvironment::start_program(const std::string& name,
                                                  std::vector<std::string> arguments,
                                                  const process::OwnedFd& listener) {
    const auto path = find_program(name);
    if (!path) return std::unexpected(path.error());
    const std::string log_file =
        folder() + '/' + name + '-' + std::to_string(programs_.size() + 1) + ".log";
    auto child = ChildProgram::start({.program = *path,
                                      .arguments = std::move(arguments),
                                      .log_file = log_file,
                                      .account = account_},
                                     std::array{listener.get()});
    if (!child) return std::unexpected(child.error());
    programs_.push_back({.name = name, .log_file = log_file, .child = *std::move(child)});
    return {};
}

void DemoEnvironment::start_hosts() {
    for (std::size_t i = 0; i < ears_.size(); ++i) {
        hosts_.push_back(std::make_unique<ThreadedHost>(
            std::move(ear_listeners_[i]),
            [this, i](process::OwnedFd client, const std::stop_token& stop) {
                listen_in(std::move(client), std::string(refusing_names[i]), refusers_[i], journal_,
                          stop);
            }));
    }
    hosts_.push_back(std::make_unique<ThreadedHost>(
        std::move(healthy_listener_), [this](process::OwnedFd client, const std::stop_token& stop) {
            serve_as_healthy_host(
                std::move(client),
                {.client = std::string(relay_name), .server = std::string(healthy_name)}, journal_,
                stop);
        }));
}

base::Result<void> DemoEnvironment::await_relay(const std::stop_token& stop) const {
    auto socket = connect_to(relay_place_, Steady::now() + start_wait_max);
    if (!socket) return std::unexpected(socket.error());
    LineStream stream(*std::move(socket), stop);
    if (stream.read_line(Steady::now() + start_wait_max) && stream.write("QUIT\r\n") &&
        stream.read_line(Steady::now() + start_wait_max)) {
        return {};
    }
    return base::fail(Fault::unavailable, "turnaway-relay does not greet; its last words:\n" +
                                              tail_of(programs_.back().log_file));
}

std::vector<std::string> DemoEnvironment::take_log_lines() {
    std::vector<std::string> lines;
    if (programs_.empty()) return lines;
    std::ifstream file(programs_.back().log_file);
    file.seekg(static_cast<std::streamoff>(log_bytes_read_));
    // A last line without a line end is still being written.
    for (std::string line; std::getline(file, line) && !file.eof();) {
        log_bytes_read_ += line.size() + 1;
        lines.push_back(std::move(line));
    }
    return lines;
}

std::optional<std::string> DemoEnvironment::fallen() {
    for (auto& program : programs_) {
        if (!program.child.has_ended()) continue;
        return program.name + " has ended by itself; its last words:\n" + tail_of(program.log_file);
    }
    return std::nullopt;
}

std::optional<std::string> DemoEnvironment::end_programs() {
    std::optional<std::string> fault = fallen();
    // The relay first: it may still be connected to the others.
    while (!programs_.empty()) {
        auto& program = programs_.back();
        const auto status = program.child.end(end_wait_max);
        if (!fault && status != 0) {
            fault = program.name + " did not end cleanly; its last words:\n" +
                    tail_of(program.log_file);
        }
        programs_.pop_back();
    }
    return fault;
}

}  // namespace turnaway::cli
