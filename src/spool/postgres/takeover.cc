#include "spool/postgres/takeover.h"

#include <array>
#include <string>
#include <utility>

#include "spool/postgres/parameters.h"
#include "spool/postgres/reading.h"
#include "spool/postgres/slices.h"

namespace turnaway::spool::postgres {
namespace {

std::vector<std::int64_t> dead_nodes(Connection& connection, const Node& node) {
    std::vector<std::int64_t> dead;
    connection.ask({.name = "dead",
                    .values = {number(node.id())},
                    .on_row = [&dead](const Row& row) { dead.push_back(row.number(0)); }});
    return dead;
}

std::vector<queue::QueueId> heirless(Connection& connection, std::int64_t dead) {
    std::vector<queue::QueueId> ids;
    connection.ask({.name = "heirless",
                    .values = {number(dead), number(Takeover::batch_messages)},
                    .on_row = [&ids](const Row& row) {
                        ids.emplace_back(static_cast<std::uint64_t>(row.number(0)));
                    }});
    return ids;
}

std::vector<Statement> take_statements(const Node& node, std::int64_t dead,
                                       const std::vector<queue::QueueId>& ids) {
    std::array<Column, part_count> parts;
    for (const auto id : ids) {
        const auto value = static_cast<std::int64_t>(id.value());
        parts.at(part_of(id)).add_number(value);
        parts.at(old_part).add_number(value);
    }
    std::vector<Statement> out{node.fence(), {.name = "hold_dead", .values = {number(dead)}}};
    for (unsigned part = 0; part < part_count; ++part) {
        if (parts.at(part).count() == 0) continue;
        out.push_back(
            {.name = in_part("take", part),
             .values = {number(node.id()), number(dead), parts.at(part).take(Column::numbers)}});
    }
    return out;
}

}  // namespace

Takeover::Step Takeover::step(Connection& connection, const Node& node, const Peers& peers) {
    for (const std::int64_t dead : dead_nodes(connection, node)) {
        if (!peers.is_silent(dead, node.lease())) continue;
        const std::string id = number(dead);
        const auto fenced = connection.transact({node.fence(),
                                                 {.name = "hold_epoch", .values = {id}},
                                                 {.name = "fence_dead", .values = {id}},
                                                 {.name = "raise_dead", .values = {id}}});
        if (fenced.kind != Ending::Kind::done) return {.kind = fenced.kind};
        auto ids = heirless(connection, dead);
        if (connection.is_over()) return {.kind = Ending::Kind::refused};
        if (ids.empty()) {
            connection.transact({node.fence(),
                                 {.name = "hold_epoch", .values = {id}},
                                 {.name = "bury", .values = {id}},
                                 {.name = "bury_epoch", .values = {id}}});
            continue;
        }
        const auto taken = connection.transact(take_statements(node, dead, ids));
        return {.kind = taken.kind, .ids = std::move(ids)};
    }
    return {};
}

base::Result<Page> Takeover::owned(Connection& connection, const Node& node,
                                   const std::vector<queue::QueueId>& ids) {
    Column column;
    for (const auto id : ids) column.add_number(static_cast<std::int64_t>(id.value()));
    Page page;
    auto read = read_rows(
        connection, {.name = "owned", .values = {column.take(Column::numbers), number(node.id())}},
        [&page](queue::Message message) {
            page.messages.push_back(std::move(message));
            return true;
        },
        [&page](const DamagedRow& row) { page.damaged.push_back(row); });
    if (!read) return std::unexpected(std::move(read.error()));
    return page;
}

}  // namespace turnaway::spool::postgres
