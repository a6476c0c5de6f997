#include "cli/demo/gate/demo_gate_environment.h"

#include <array>
#include <chrono>
#include <fstream>
#include <utility>

namespace turnaway::cli {
namespace {

using base::Fault;

constexpr std::string_view healthy_name = "mx.healthy.example";
constexpr std::chrono::seconds start_wait_max{30};
constexpr std::chrono::seconds end_wait_max{10};

}  // namespace

base::Result<std::unique_ptr<GateEnvironment>> GateEnvironment::open(const std::string& keep) {
    std::unique_ptr<GateEnvironment> environment(new GateEnvironment);
    if (auto done = environment->start(keep); !done) return std::unexpected(done.error());
    return environment;
}

base::Result<void> GateEnvironment::start(const std::string& keep) {
    const auto account = child_account();
    if (!account) return std::unexpected(account.error());
    auto folder = DemoFolder::open(keep, *account);
    if (!folder) return std::unexpected(folder.error());
    folder_ = *std::move(folder);
    auto healthy = listen_on(healthy_);
    if (!healthy) return std::unexpected(healthy.error());
    host_ = std::make_unique<ThreadedHost>(
        *std::move(healthy), [this](process::OwnedFd client, const std::stop_token& stop) {
            serve_as_healthy_host(std::move(client),
                                  {.client = "Postfix", .server = std::string(healthy_name)},
                                  journal_, stop);
        });
    if (auto done = start_gate(*account); !done) return done;
    auto postfix = DemoPostfix::start(
        {.folder = folder_.path(), .account = *account, .policy = policy_, .next = healthy_});
    if (!postfix) return std::unexpected(postfix.error());
    postfix_ = *std::move(postfix);
    return await_postfix();
}

// So that its start does not count for a case.
base::Result<void> GateEnvironment::await_postfix() {
    const auto until = Steady::now() + start_wait_max;
    auto socket = connect_to(postfix_->place(), until);
    if (!socket) return std::unexpected(socket.error());
    LineStream stream(*std::move(socket), {});
    if (stream.read_line(until) && stream.write("QUIT\r\n") && stream.read_line(until)) return {};
    std::string words;
    for (const auto& line : postfix_->take_log_lines()) words += '\n' + line;
    return base::fail(Fault::unavailable, "Postfix does not greet; its log:" + words);
}

// In DNS the healthy host has an address that the gate takes for one of the internet; it does not
// connect to it.
base::Result<void> GateEnvironment::start_gate(const std::optional<Account>& account) {
    const auto path = find_program("turnaway-gate");
    if (!path) return std::unexpected(path.error());
    const auto listener = listen_on(policy_);
    if (!listener) return std::unexpected(listener.error());
    const std::string configuration = folder_.path() + "/gate.conf";
    std::ofstream file(configuration);
    file << "# Written by turnaway demo.\nhostname = \"gate.example\"\n\n[listen]\npolicy = [\""
         << policy_.text() << "\"]\n\n[dns]\nlocal_data = [\n"
         << "  \"nomail.example. 300 IN MX 0 .\",\n  \"healthy.example. 300 IN MX 10 "
         << healthy_name << ".\",\n  \"sender.example. 300 IN MX 10 " << healthy_name
         << ".\",\n  \"" << healthy_name
         << ". 300 IN A 192.0.2.25\",\n]\n\n[control]\nsocket = \"\"\n\n"
         << "[user]\nname = \"\"\n";
    file.close();
    if (!file) return base::fail(Fault::io, "cannot write " + configuration);
    auto child = ChildProgram::start({.program = *path,
                                      .arguments = {"--config", configuration, "--no-sandbox"},
                                      .log_file = gate_log(),
                                      .account = account,
                                      .variables = {"LISTEN_FDNAMES=policy"}},
                                     std::array{listener->get()});
    if (!child) return std::unexpected(child.error());
    gate_ = *std::move(child);
    return {};
}

GateEnvironment::~GateEnvironment() {
    postfix_.reset();
    gate_.reset();
    host_.reset();
}

std::optional<std::string> GateEnvironment::end_programs() {
    std::optional<std::string> fault;
    if (const auto name = postfix_->fallen()) fault = "Postfix's " + *name + " has ended by itself";
    refusals_logged_ = postfix_->take_log_lines();
    postfix_.reset();
    const auto status = gate_->end(end_wait_max);
    if (!fault && status != 0) {
        fault = "turnaway-gate did not end cleanly; its last words:\n" + tail_of(gate_log());
    }
    std::ifstream file(gate_log());
    for (std::string line; std::getline(file, line);) refusals_logged_.push_back(std::move(line));
    std::erase_if(refusals_logged_,
                  [](const std::string& line) { return !line.contains("reject:"); });
    return fault;
}

}  // namespace turnaway::cli
