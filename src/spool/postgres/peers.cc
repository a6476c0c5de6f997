#include "spool/postgres/peers.h"

#include <cmath>
#include <utility>
#include <variant>

#include "base/limits.h"
#include "spool/postgres/parameters.h"

namespace turnaway::spool::postgres {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::sys_seconds;

// Clocks that differ by less are as good as equal.
constexpr auto clock_step_min = 2s;
constexpr auto expiry_pause = 10min;

sys_seconds time_of(std::int64_t seconds) {
    return sys_seconds(std::chrono::seconds(seconds));
}

base::Result<void> ask(Connection& connection, Statement statement) {
    const auto ending = connection.ask(std::move(statement));
    if (ending.kind == Ending::Kind::done) return {};
    return base::fail(base::Fault::unavailable,
                      "the other relays cannot be seen in the database: " + ending.words);
}

// What is in `now` and not in `before` is appended to `fresh`, what is only in `before` to `gone`.
template <class Hosts, class Host>
void compare(const Hosts& before, const Hosts& now, std::vector<Host>* fresh,
             std::vector<std::string>* gone) {
    for (const auto& [address, host] : now) {
        const auto known = before.find(address);
        if (known == before.end() || known->second != host) fresh->push_back(host);
    }
    for (const auto& [address, host] : before) {
        if (!now.contains(address)) gone->push_back(address);
    }
}

template <class Hosts>
void erase(Hosts* hosts, const std::string& address) {
    address.empty() ? hosts->clear() : void(hosts->erase(address));
}

}  // namespace

void Peers::compare_clocks(std::int64_t database_us, std::chrono::system_clock::time_point asked) {
    const auto half = (now_() - asked) / 2;
    const auto ours = std::chrono::duration_cast<microseconds>((asked + half).time_since_epoch());
    const auto difference = microseconds(database_us) - ours;
    if (std::chrono::abs(difference - ahead_) < clock_step_min) return;
    ahead_ = std::chrono::round<std::chrono::seconds>(difference);
}

// As exact as the comparison of the clocks: what is just in the future is of now.
sys_seconds Peers::local(sys_seconds time) const {
    const auto now = std::chrono::floor<std::chrono::seconds>(now_());
    const auto ours = time - ahead_;
    return ours > now && ours <= now + clock_step_min ? now : ours;
}

base::Result<Peers::Hosts> Peers::read_hosts(Connection& connection) const {
    Hosts found;
    auto done = ask(connection, {.name = "hosts",
                                 .values = {number(base::limits::refusing_hosts_max)},
                                 .on_row = [&found](const Row& row) {
                                     RefusingHost host{.host = std::string(row.bytes(1)),
                                                       .address = std::string(row.bytes(0)),
                                                       .seen = time_of(row.number(2)),
                                                       .words = std::string(row.bytes(3))};
                                     auto address = host.address;
                                     found.refusing.emplace(std::move(address), std::move(host));
                                 }});
    if (!done) return std::unexpected(std::move(done.error()));
    done = ask(connection, {.name = "resting",
                            .values = {number(base::limits::unreachable_addresses_max)},
                            .on_row = [&found](const Row& row) {
                                RestingHost host{.address = std::string(row.bytes(0)),
                                                 .until = time_of(row.number(1)),
                                                 .length = std::chrono::seconds(row.number(2))};
                                auto address = host.address;
                                found.resting.emplace(std::move(address), std::move(host));
                            }});
    if (!done) return std::unexpected(std::move(done.error()));
    return found;
}

base::Result<HostNews> Peers::look(Connection& connection, const Node& node, bool wants_hosts) {
    unsigned others = 0;
    std::map<std::int64_t, std::int64_t> news;
    std::int64_t time = 0;
    const auto asked = now_();
    const auto begun = Steady::now();
    std::map<std::int64_t, Lease> leases;
    auto seen = ask(connection, {.name = "nodes", .on_row = [&](const Row& row) {
                                     time = row.number(3);
                                     if (row.number(0) == node.id()) return;
                                     news.emplace(row.number(0), row.number(1));
                                     if (row.number(2) != 0) ++others;
                                     leases.emplace(row.number(0), Lease{.end = row.number(4),
                                                                         .since = Steady::now(),
                                                                         .until = begun});
                                 }});
    if (!seen) return std::unexpected(std::move(seen.error()));
    for (auto& [id, lease] : leases) {
        const auto before = leases_.find(id);
        if (before != leases_.end() && before->second.end == lease.end) {
            lease.since = before->second.since;
        }
    }
    leases_ = std::move(leases);
    if (time != 0) compare_clocks(time, asked);
    alive_ = others + 1;
    if (!wants_hosts) return HostNews();
    if (auto done = expire(connection); !done) return std::unexpected(std::move(done.error()));
    if (news == news_) return HostNews();
    auto read = read_hosts(connection);
    if (!read) return std::unexpected(std::move(read.error()));
    HostNews fresh;
    compare(hosts_.refusing, read->refusing, &fresh.refusing, &fresh.forgotten);
    compare(hosts_.resting, read->resting, &fresh.resting, &fresh.awake);
    for (auto& host : fresh.refusing) host.seen = local(host.seen);
    for (auto& host : fresh.resting) host.until -= ahead_;
    hosts_ = *std::move(read);
    news_ = std::move(news);
    return fresh;
}

bool Peers::is_silent(std::int64_t node, std::chrono::milliseconds length) const {
    const auto found = leases_.find(node);
    if (found == leases_.end()) return false;
    const auto& lease = found->second;
    return lease.end == 0 || lease.until - lease.since >= length;
}

base::Result<std::vector<RefusingHost>> Peers::refusing_hosts(Connection& connection) {
    auto read = read_hosts(connection);
    if (!read) return std::unexpected(std::move(read.error()));
    hosts_.refusing = std::move(read->refusing);
    std::vector<RefusingHost> all;
    for (const auto& [address, host] : hosts_.refusing) {
        all.push_back(host);
        all.back().seen = local(host.seen);
    }
    return all;
}

// Whoever comes first removes what has rested so long ago that it says nothing any more.
base::Result<void> Peers::expire(Connection& connection) {
    const auto now = std::chrono::floor<std::chrono::seconds>(now_()) + ahead_;
    if (now < next_expiry_) return {};
    next_expiry_ = now + expiry_pause;
    const auto before = now - base::limits::unreachable_rest_max;
    std::erase_if(hosts_.resting, [&](const auto& each) { return each.second.until < before; });
    return ask(connection,
               {.name = "expire_resting", .values = {number(before.time_since_epoch().count())}});
}

void Peers::note(const Job& job) {
    if (const auto* known = std::get_if<Remember>(&job.what)) {
        auto host = known->host;
        host.seen += ahead_;
        hosts_.refusing.insert_or_assign(host.address, std::move(host));
    } else if (const auto* forget = std::get_if<Forget>(&job.what)) {
        erase(&hosts_.refusing, forget->address);
    } else if (const auto* rest = std::get_if<Rest>(&job.what)) {
        auto host = rest->host;
        host.until += ahead_;
        hosts_.resting.insert_or_assign(host.address, std::move(host));
    } else if (const auto* wake = std::get_if<Wake>(&job.what)) {
        erase(&hosts_.resting, wake->address);
    }
}

}  // namespace turnaway::spool::postgres
