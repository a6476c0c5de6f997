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

Statement Node::epoch_statement(const char* name, Epoch* epoch) const {
    return {.name = name, .values = {name_, number(holder_)}, .on_row = [epoch](const Row& row) {
                *epoch = row.number(0);
            }};
}

Ending Node::try_to_enter(Connection& connection, Statement enter, const char* epoch_name,
                          Epoch* epoch) {
    enter.on_row = [this](const Row& row) {
        id_ = row.number(0);
        slot_ = static_cast<unsigned>(row.number(1));
    };
    return connection.transact({{.name = "hold_name", .values = {name_}},
                                std::move(enter),
                                epoch_statement(epoch_name, epoch)});
}

base::Result<void> Node::enter(Connection& connection) {
    Epoch epoch;
    const auto unavailable = [](const Ending& ending) {
        return base::fail(base::Fault::unavailable,
                          "the relay cannot enter itself in the database: " + ending.words);
    };
    const std::string lease = number(lease_.count());
    const auto again = try_to_enter(
        connection, {.name = "enter_again", .values = {name_, lease, number(holder_), version_}},
        "next_epoch", &epoch);
    if (again.kind != Ending::Kind::done) return unavailable(again);
    if (!epoch) {
        const auto fresh =
            try_to_enter(connection,
                         {.name = "enter_new",
                          .values = {name_, lease, number(holder_), number(nodes_max), version_}},
                         "first_epoch", &epoch);
        if (fresh.kind != Ending::Kind::done) return unavailable(fresh);
    }
    if (epoch) {
        epoch_ = *epoch;
        return {};
    }
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

Node::Answer Node::renew(Connection& connection, std::vector<Statement> before,
                         std::uint64_t deliveries, std::string* words) {
    bool is_mine = false;
    before.push_back({.name = "beat",
                      .values = {number(id_), number(holder_), number(lease_.count()),
                                 number(static_cast<std::int64_t>(deliveries))},
                      .on_row = [this, &is_mine](const Row& row) {
                          is_mine = true;
                          is_draining_ = row.number(0) != 0;
                      }});
    const auto ending = connection.transact(std::move(before));
    *words = ending.words;
    if (ending.kind != Ending::Kind::done) return Answer::trouble;
    return is_mine ? Answer::mine : Answer::fenced;
}

Node::Answer Node::beat(Connection& connection, std::uint64_t deliveries, std::string* words) {
    return renew(connection, {}, deliveries, words);
}

Node::Answer Node::raise(Connection& connection, std::uint64_t deliveries, std::string* words) {
    Epoch epoch;
    const auto answer =
        renew(connection, {epoch_statement("next_epoch", &epoch)}, deliveries, words);
    if (answer == Answer::mine && epoch) epoch_ = *epoch;
    return answer;
}

bool Node::leave(Connection& connection) const {
    // Without it the lease simply runs out.
    const auto left =
        connection.transact({{.name = "leave", .values = {number(id_), number(holder_)}}});
    return left.kind == Ending::Kind::done;
}

}  // namespace turnaway::spool::postgres
