#include "spool/postgres/node.h"

#include <random>
#include <utility>

#include "spool/postgres/parameters.h"

namespace turnaway::spool::postgres {
namespace {

std::int64_t random_number() {
    std::random_device random;
    return static_cast<std::int64_t>((std::uint64_t{random()} << 31 | random()) >> 1) + 1;
}

}  // namespace

Node::Node(std::string name, std::string version, std::chrono::milliseconds lease)
    : name_(std::move(name)),
      version_(std::move(version)),
      lease_(lease),
      holder_(random_number()) {}

void Node::take(const Row& row) {
    id_ = row.number(0);
    epoch_ = row.number(1);
    slot_ = static_cast<unsigned>(row.number(2));
}

base::Result<void> Node::enter(Connection& connection) {
    bool is_in = false;
    const auto on_row = [this, &is_in](const Row& row) {
        take(row);
        is_in = true;
    };
    const auto unavailable = [](const Ending& ending) {
        return base::fail(base::Fault::unavailable,
                          "the relay cannot enter itself in the database: " + ending.words);
    };
    const std::string lease = number(lease_.count());
    const auto again = connection.transact({{.name = "enter_again",
                                             .values = {name_, lease, number(holder_), version_},
                                             .on_row = on_row}});
    if (again.kind != Ending::Kind::done) return unavailable(again);
    if (is_in) return {};
    const auto fresh = connection.transact(
        {{.name = "enter_new",
          .values = {name_, lease, number(holder_), number(nodes_max), version_},
          .on_row = on_row}});
    if (fresh.kind != Ending::Kind::done) return unavailable(fresh);
    if (is_in) return {};
    bool is_known = false;
    const auto known =
        connection.ask({.name = "is_entered", .values = {name_}, .on_row = [&is_known](const Row&) {
                            is_known = true;
                        }});
    if (known.kind != Ending::Kind::done) return unavailable(known);
    if (is_known) {
        return base::fail(base::Fault::unavailable, "another relay named " + name_ +
                                                        " uses the spool; stop it, or give this "
                                                        "one another name");
    }
    return base::fail(base::Fault::unavailable,
                      "the spool already has " + std::to_string(nodes_max) + " relays");
}

Statement Node::fence() const {
    return {.name = "fence", .values = {number(id_), number(epoch_)}};
}

Node::Answer Node::renew(Connection& connection, const char* statement, std::uint64_t deliveries,
                         std::int64_t* epoch, std::string* words) {
    bool is_mine = false;
    const auto ending =
        connection.transact({{.name = statement,
                              .values = {number(id_), number(holder_), number(lease_.count()),
                                         number(static_cast<std::int64_t>(deliveries))},
                              .on_row = [&](const Row& row) {
                                  is_mine = true;
                                  *epoch = row.number(0);
                                  is_draining_ = row.number(1) != 0;
                              }}});
    *words = ending.words;
    if (ending.kind != Ending::Kind::done) return Answer::trouble;
    return is_mine ? Answer::mine : Answer::fenced;
}

Node::Answer Node::beat(Connection& connection, std::uint64_t deliveries, std::string* words) {
    std::int64_t epoch = 0;
    return renew(connection, "beat", deliveries, &epoch, words);
}

Node::Answer Node::raise(Connection& connection, std::uint64_t deliveries, std::string* words) {
    std::int64_t epoch = 0;
    const auto answer = renew(connection, "raise", deliveries, &epoch, words);
    if (answer == Answer::mine) epoch_ = epoch;
    return answer;
}

bool Node::leave(Connection& connection) const {
    // Without it the lease simply runs out.
    const auto left =
        connection.transact({{.name = "leave", .values = {number(id_), number(holder_)}}});
    return left.kind == Ending::Kind::done;
}

}  // namespace turnaway::spool::postgres
