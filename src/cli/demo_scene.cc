#include "cli/demo_scene.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace turnaway::cli {
namespace {

using base::Fault;

// The names of the two hosts that take no mail, as DNS has them and as they greet.
constexpr std::array<std::string_view, 2> refusing_names{"mx.refusing.example", "mx.mixed.example"};
constexpr std::string_view healthy_name = "mx.healthy.example";
constexpr int port_tries_most = 20;
constexpr std::size_t log_tail_bytes = 600;

std::string tail_of(const std::string& path) {
    std::ifstream file(path);
    std::string text((std::istreambuf_iterator<char>(file)), {});
    if (text.size() > log_tail_bytes) text.erase(0, text.size() - log_tail_bytes);
    return text;
}

}  // namespace

base::Result<std::unique_ptr<DemoScene>> DemoScene::open(bool is_kept) {
    std::unique_ptr<DemoScene> scene(new DemoScene(is_kept));
    for (const auto step : {&DemoScene::make_folder, &DemoScene::open_places,
                            &DemoScene::write_configuration_step, &DemoScene::start_programs}) {
        if (auto done = ((*scene).*step)(); !done) return std::unexpected(done.error());
    }
    scene->start_hosts();
    return scene;
}

DemoScene::~DemoScene() {
    relay_.reset();
    refuse_.reset();
    hosts_.clear();
    std::error_code ignored;
    if (!is_kept_ && !folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

base::Result<void> DemoScene::make_folder() {
    auto account = child_account();
    if (!account) return std::unexpected(account.error());
    account_ = *account;
    std::error_code error;
    const auto temporary = std::filesystem::temp_directory_path(error);
    if (error) return base::fail(Fault::system, "no folder for temporary files: " + error.message());
    std::string pattern = (temporary / "turnaway-demo-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) return base::fail_errno(Fault::system, pattern);
    folder_ = pattern;
    if (account_ && chown(folder_.c_str(), account_->user, account_->group) != 0) {
        return base::fail_errno(Fault::system, folder_);
    }
    return {};
}

base::Result<void> DemoScene::open_places() {
    if (auto done = open_delivery_port(); !done) return done;
    auto relay = listen_on(relay_place_);
    if (!relay) return std::unexpected(relay.error());
    relay_listener_ = *std::move(relay);
    auto refuse = listen_on(refuse_place_);
    if (!refuse) return std::unexpected(refuse.error());
    refuse_listener_ = *std::move(refuse);
    return {};
}

// One port for all hosts, as the relay dials but one; at the silent address nobody may have it.
base::Result<void> DemoScene::open_delivery_port() {
    base::Error last;
    for (int tries = 0; tries < port_tries_most; ++tries) {
        healthy_.port = 0;
        auto healthy = listen_on(healthy_);
        if (!healthy) return std::unexpected(healthy.error());
        for (Place* each : {&ears_[0], &ears_[1], &silent_}) each->port = healthy_.port;
        auto first = listen_on(ears_[0]);
        auto second = listen_on(ears_[1]);
        const auto silent = listen_on(silent_);  // given back at once
        if (first && second && silent) {
            healthy_listener_ = *std::move(healthy);
            ear_listeners_ = {*std::move(first), *std::move(second)};
            return {};
        }
        last = !first ? first.error() : !second ? second.error() : silent.error();
    }
    return std::unexpected(last);
}

base::Result<void> DemoScene::write_configuration() {
    const auto address = [](std::string_view name, const Place& place) {
        return "  \"" + std::string(name) + ". 300 IN A " + place.address + "\",\n";
    };
    const auto exchange = [](std::string_view domain, int preference, std::string_view host) {
        return "  \"" + std::string(domain) + ". 300 IN MX " + std::to_string(preference) + ' ' +
               std::string(host) + ".\",\n";
    };
    const std::string path = folder_ + "/relay.conf";
    std::ofstream file(path);
    file << "# Written by turnaway demo.\n"
         << "hostname = \"relay.example\"\n\n[listen]\nsmtp = [\"" << relay_place_.text()
         << "\"]\n\n[relay]\nnetworks = [\"127.0.0.0/8\"]\n\n[dns]\nlocal_data = [\n"
         << exchange("nomail.example", 0, "")
         << exchange("refusing.example", 10, refusing_names[0])
         << address(refusing_names[0], ears_[0])
         << exchange("mixed.example", 10, refusing_names[1])
         << exchange("mixed.example", 20, healthy_name) << address(refusing_names[1], ears_[1])
         << address("silent.example", silent_) << exchange("healthy.example", 10, healthy_name)
         << exchange("sender.example", 10, healthy_name) << address(healthy_name, healthy_)
         << "]\n\n[delivery]\nport = " << healthy_.port << "\n\n[spool]\npath = \"" << folder_
         << "/spool\"\nfree_bytes_least = 0\n\n[control]\nsocket = \"" << folder_
         << "/relay.sock\"\n\n"
         << "# So that a visitor need not wait for hours: the standard is 4h, 4h and 10m.\n"
         << "[lifetime]\nimplicit_unreachable = \"1m\"\ndelay_notice = \"1s\"\n"
         << "retry_first = \"1s\"\nretry_most = \"10s\"\n";
    file.close();
    if (!file) return base::fail(Fault::io, "cannot write " + path);
    return {};
}

base::Result<void> DemoScene::start_programs() {
    const auto refuse = find_program("turnaway-refuse");
    if (!refuse) return std::unexpected(refuse.error());
    const auto relay = find_program("turnaway-relay");
    if (!relay) return std::unexpected(relay.error());
    // One program stands for both hosts that take no mail, so it greets with the address literal.
    auto refusing = ChildProgram::start({.program = *refuse,
                                         .arguments = {"--hostname", std::string(refusing_names[0]),
                                                       "--stage", "greeting", "--workers", "1",
                                                       "--no-sandbox"},
                                         .log_file = folder_ + "/refuse.log",
                                         .account = account_},
                                        refuse_listener_);
    if (!refusing) return std::unexpected(refusing.error());
    refuse_.emplace(*std::move(refusing));
    auto relaying = ChildProgram::start(
        {.program = *relay,
         .arguments = {"--config", folder_ + "/relay.conf", "--no-sandbox"},
         .log_file = folder_ + "/relay.log",
         .account = account_},
        relay_listener_);
    if (!relaying) return std::unexpected(relaying.error());
    relay_.emplace(*std::move(relaying));
    relay_listener_ = {};
    refuse_listener_ = {};
    return {};
}

void DemoScene::start_hosts() {
    for (std::size_t i = 0; i < ears_.size(); ++i) {
        hosts_.push_back(std::make_unique<ThreadedHost>(
            std::move(ear_listeners_[i]), [this, i](Descriptor client, const std::stop_token& stop) {
                listen_in(std::move(client), std::string(refusing_names[i]), refuse_place_,
                          journal_, stop);
            }));
    }
    hosts_.push_back(std::make_unique<ThreadedHost>(
        std::move(healthy_listener_), [this](Descriptor client, const std::stop_token& stop) {
            serve_as_healthy_host(std::move(client), std::string(healthy_name), journal_, stop);
        }));
}

std::optional<std::string> DemoScene::fallen() {
    for (const auto& [program, name, log] :
         {std::tuple(&refuse_, "turnaway-refuse", "/refuse.log"),
          std::tuple(&relay_, "turnaway-relay", "/relay.log")}) {
        if (!*program || !(*program)->has_ended()) continue;
        return std::string(name) + " has ended by itself; its last words:\n" +
               tail_of(folder_ + log);
    }
    return std::nullopt;
}

}  // namespace turnaway::cli
