#include "cli/demo/cluster/demo_cluster_environment.h"

#include <fstream>
#include <stop_token>
#include <utility>

namespace turnaway::cli {
namespace {

using base::Fault;

constexpr std::string_view host_name = "mx.healthy.example";
constexpr std::chrono::seconds start_wait_max{30};
constexpr std::chrono::seconds end_wait_max{20};

}  // namespace

base::Result<std::unique_ptr<ClusterEnvironment>> ClusterEnvironment::open(
    const std::string& keep) {
    std::unique_ptr<ClusterEnvironment> environment(new ClusterEnvironment);
    if (auto done = environment->start(keep); !done) return std::unexpected(done.error());
    return environment;
}

ClusterEnvironment::~ClusterEnvironment() {
    for (auto& program : programs_) program.reset();
    host_.reset();
    if (standby_) standby_->end();
    if (primary_) primary_->end();
}

base::Result<void> ClusterEnvironment::start(const std::string& keep) {
    auto account = child_account();
    if (!account) return std::unexpected(account.error());
    account_ = *account;
    const auto programs = DemoPostgres::find_programs();
    if (!programs) return std::unexpected(programs.error());
    auto folder = DemoFolder::open(keep, account_);
    if (!folder) return std::unexpected(folder.error());
    folder_ = *std::move(folder);
    primary_.emplace(*programs, folder_.path() + "/db1", account_);
    standby_.emplace(*programs, folder_.path() + "/db2", account_);
    for (const auto step : {&ClusterEnvironment::start_databases, &ClusterEnvironment::start_host,
                            &ClusterEnvironment::start_relays}) {
        if (auto done = (this->*step)(); !done) return done;
    }
    return {};
}

base::Result<void> ClusterEnvironment::start_databases() {
    if (auto done = primary_->start_as_primary(); !done) return done;
    return standby_->start_as_standby_of(*primary_);
}

base::Result<void> ClusterEnvironment::start_host() {
    auto listener = listen_on(host_place_);
    if (!listener) return std::unexpected(listener.error());
    host_ = std::make_unique<ThreadedHost>(
        *std::move(listener), [this](process::OwnedFd client, const std::stop_token& end) {
            std::stop_source session;
            {
                const std::lock_guard lock(mutex_);
                if (sessions_.stop_requested()) return;
                session = sessions_;
            }
            const std::stop_callback ended(end, [&session] { session.request_stop(); });
            serve_as_healthy_host(std::move(client),
                                  {.client = "relay", .server = std::string(host_name)}, journal_,
                                  session.get_token());
        });
    return {};
}

void ClusterEnvironment::switch_host(bool is_on) {
    const std::lock_guard lock(mutex_);
    sessions_.request_stop();
    if (is_on) sessions_ = std::stop_source();
}

base::Result<void> ClusterEnvironment::start_relays() {
    const auto path = find_program("turnaway-relay");
    if (!path) return std::unexpected(path.error());
    for (std::size_t i = 0; i < relays; ++i) {
        places_.at(i).address = "127.0.0.1";
        const auto listener = listen_on(places_.at(i));
        if (!listener) return std::unexpected(listener.error());
        if (auto done = write_configuration(i); !done) return done;
        ChildProgram::Order order{.program = *path,
                                  .arguments = {"--config", file_of(i, ".conf"), "--no-sandbox"},
                                  .log_file = file_of(i, ".log"),
                                  .account = account_,
                                  .variables = {"TMPDIR=" + folder_.path()}};
        if (i == 0) {
            auto migration = order;
            migration.arguments.emplace_back("--migrate-spool");
            if (auto done = run_to_end(migration); !done) return done;
        }
        auto child = ChildProgram::start(order, std::array{listener->get()});
        if (!child) return std::unexpected(child.error());
        programs_.at(i) = *std::move(child);
    }
    for (std::size_t i = 0; i < relays; ++i) {
        const auto until = Steady::now() + start_wait_max;
        auto socket = connect_to(places_.at(i), until);
        if (!socket) return std::unexpected(socket.error());
        LineStream stream(*std::move(socket), {});
        if (stream.read_line(until) && stream.write("QUIT\r\n") && stream.read_line(until)) {
            continue;
        }
        return base::fail(Fault::unavailable, name_of(i) + " does not greet; its last words:\n" +
                                                  tail_of(file_of(i, ".log")));
    }
    return {};
}

base::Result<void> ClusterEnvironment::write_configuration(std::size_t relay) const {
    const std::string path = file_of(relay, ".conf");
    std::ofstream file(path);
    file << "# Written by turnaway demo.\nhostname = \"" << name_of(relay)
         << ".example\"\n\n[listen]\nsmtp = [\"" << places_.at(relay).text()
         << "\"]\n\n[relay]\nnetworks = [\"127.0.0.0/8\"]\n\n[dns]\nlocal_data = [\n";
    for (const char* domain : {"healthy.example", "sender.example"}) {
        file << "  \"" << domain << ". 300 IN MX 10 " << host_name << ".\",\n";
    }
    file << "  \"" << host_name << ". 300 IN A " << host_place_.address
         << "\",\n]\n\n[delivery]\nport = " << host_place_.port
         << "\n\n[spool]\n# On real machines, with a password and TLS: "
            "/usr/share/doc/turnaway/docs/cluster.md.\n"
         << "path = \"postgresql:///postgres?user=turnaway&host=" << primary_->folder() << ','
         << standby_->folder() << "&target_session_attrs=read-write\"\nnode = \"" << name_of(relay)
         << "\"\nfree_bytes_min = 0\n\n[control]\nsocket = \"" << file_of(relay, ".sock")
         << "\"\n\n[log]\nformat = \"json\"\n\n"
         << "# So that a visitor need not wait for minutes: the standard is 10m.\n"
         << "[lifetime]\nretry_first = \"1s\"\nretry_max = \"2s\"\n";
    file.close();
    if (!file) return base::fail(Fault::io, "cannot write " + path);
    return {};
}

const std::map<std::string, std::size_t>& ClusterEnvironment::arrivals() {
    for (auto news = journal_.take(Steady::now(), {}); !news.is_empty();
         news = journal_.take(Steady::now(), {})) {
        for (const auto& arrival : news.arrivals) {
            for (const auto& recipient : arrival.recipients) ++arrivals_[recipient];
        }
    }
    return arrivals_;
}

std::optional<std::string> ClusterEnvironment::end_programs() {
    std::optional<std::string> fault;
    for (std::size_t i = 0; i < relays; ++i) {
        auto& program = programs_.at(i);
        if (program && program->end(end_wait_max) != 0 && !fault) {
            fault = name_of(i) + " did not end cleanly; its last words:\n" +
                    tail_of(file_of(i, ".log"));
        }
        program.reset();
    }
    return fault;
}

}  // namespace turnaway::cli
