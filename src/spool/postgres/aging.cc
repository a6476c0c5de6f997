#include "spool/postgres/aging.h"

#include <utility>
#include <vector>

#include "spool/postgres/parameters.h"
#include "spool/postgres/slices.h"

namespace turnaway::spool::postgres {

bool Aging::step(Connection& connection, const Node& node, std::uint64_t turn_now) {
    const unsigned part = idle_part(turn_now, steps_);
    if (move(connection, node, part, turn_now)) return true;
    ++steps_;
    if (!connection.is_over()) empty(connection, part);
    return false;
}

bool Aging::move(Connection& connection, const Node& node, unsigned part, std::uint64_t turn_now) {
    Column ids;
    std::int64_t pieces = 0;
    bool is_full = false;
    const auto limit = static_cast<std::int64_t>(settled_before(turn_now).value());
    const auto asked =
        connection.ask({.name = in_part("settled", part),
                        .values = {number(node.id()), number(limit), number(step_messages)},
                        .on_row = [&](const Row& row) {
                            is_full =
                                is_full || (pieces > 0 && pieces + row.number(1) > step_pieces);
                            if (is_full) return;
                            pieces += row.number(1);
                            ids.add_number(row.number(0));
                        }});
    if (asked.kind != Ending::Kind::done || ids.count() == 0) return false;
    is_full = is_full || ids.count() == static_cast<std::size_t>(step_messages);
    const std::string values = ids.take(Column::numbers);
    const auto moved = connection.transact(
        {node.fence(),
         {.name = in_part("move_message", part), .values = {number(node.id()), values}},
         {.name = in_part("move_content", part), .values = {values}}});
    return moved.kind == Ending::Kind::done && is_full;
}

void Aging::empty(Connection& connection, unsigned part) {
    bool is_done = false;
    connection.ask(
        {.name = in_part("is_done", part), .on_row = [&is_done](const Row&) { is_done = true; }});
    if (!is_done) return;
    connection.transact({{.name = in_part("lock", part)},
                         {.name = in_part("check_empty", part)},
                         {.name = in_part("truncate", part)}});
}

}  // namespace turnaway::spool::postgres
