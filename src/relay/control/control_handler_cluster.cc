// Part of the control handler: several relays that share the queue. Each changes its own messages:
// a request about others is given to their owner, in the form in which it came, and about one node.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "io/awaiting.h"
#include "relay/control/control_handler.h"
#include "relay/relay_state.h"

namespace turnaway::relay {
namespace {

using boost::asio::awaitable;
using queue::QueueId;

// Octets of an answer that are given to the other relay at a time.
constexpr std::size_t piece_bytes = std::size_t{32} * 1024;

std::string dead_words(const std::string& node) {
    if (node.empty()) return "the relay that owns them no longer exists: try again in 15 seconds";
    return node +
           " does not renew its lease: another relay takes its messages over; try again in 15 "
           "seconds";
}

// The request, about the messages of one node.
std::string request_for(const std::string& node, std::string_view line,
                        const std::vector<QueueId>& ids) {
    Json request = Json::parse(line);
    request["node"] = node;
    if (!ids.empty()) {
        request["ids"] = Json::array();
        for (const auto id : ids) request["ids"].push_back(id.text());
    }
    return request.dump();
}

// Gives an answer to the relay that asked, in pieces.
class NodeAnswer final : public ControlAnswer {
  public:
    NodeAnswer(spool::Cluster& cluster, std::int64_t request)
        : cluster_(cluster), request_(request) {}

    awaitable<bool> add(std::string lines) override {
        lines_ += lines;
        if (lines_.size() < piece_bytes) co_return true;
        co_return co_await send(false);
    }
    // False: the database does not take it.
    awaitable<bool> send(bool is_last) {
        const auto done = co_await io::answer_of<base::Result<void>>([this, is_last](auto answer) {
            cluster_.answer(request_, piece_++,
                            {.lines = std::exchange(lines_, {}), .is_last = is_last},
                            std::move(answer));
        });
        co_return done.has_value();
    }

  private:
    spool::Cluster& cluster_;
    const std::int64_t request_;
    std::int64_t piece_ = 0;
    std::string lines_;
};

}  // namespace

awaitable<void> ControlHandler::perform_request(spool::NodeRequest request) {
    NodeAnswer answer(*relay_.spool().cluster(), request.number);
    (void)co_await perform_line(request.line, {}, request.asker, answer);
    (void)co_await answer.send(true);
}

std::string ControlHandler::own_name() {
    auto* const cluster = relay_.spool().cluster();
    return cluster == nullptr ? std::string() : cluster->own_name();
}

awaitable<base::Result<ControlHandler::Nodes>> ControlHandler::nodes() {
    co_return co_await io::answer_of<base::Result<Nodes>>(
        [this](auto found) { relay_.spool().cluster()->nodes(std::move(found)); });
}

awaitable<base::Result<void>> ControlHandler::check_node(const ControlRequest& request) {
    const bool needs_cluster = request.verb == ControlVerb::nodes || !request.node.empty();
    if (!needs_cluster) co_return base::Result<void>();
    if (relay_.spool().cluster() == nullptr) {
        co_return base::fail(base::Fault::no_input,
                             "this relay does not share its queue: see "
                             "/usr/share/doc/turnaway/docs/cluster.md");
    }
    // This one may have been emptied, and then nothing is known of it.
    const bool is_own = request.node == own_name() && request.verb != ControlVerb::drain;
    // Known from the first page of the list.
    const bool is_known = is_own || request.after != QueueId();
    if (request.node.empty() || is_known) co_return base::Result<void>();
    const auto all = co_await nodes();
    if (!all) co_return std::unexpected(all.error());
    for (const auto& node : *all) {
        if (node.name == request.node) co_return base::Result<void>();
    }
    co_return base::fail(base::Fault::no_input, "no relay named " + request.node +
                                                    " shares the queue; `turnaway queue nodes` "
                                                    "lists those that do");
}

awaitable<ControlHandler::Done> ControlHandler::list_nodes(ControlAnswer& answer) {
    const auto all = co_await nodes();
    if (!all) co_return std::unexpected(all.error());
    Totals totals;
    for (const auto& node : *all) {
        if (!co_await answer.add(node_line(node, own_name()))) break;
        ++totals.count;
    }
    co_return totals;
}

awaitable<ControlHandler::Done> ControlHandler::drain(const ControlRequest& request) {
    const auto all = co_await nodes();
    if (!all) co_return std::unexpected(all.error());
    const auto named = std::ranges::find(*all, request.node, &spool::NodeState::name);
    if (named == all->end() || !named->is_alive()) {
        co_return base::fail(
            base::Fault::unavailable,
            request.node + (request.is_undone ? " has given its messages away: start it again"
                                              : " does not renew its lease: the others take its "
                                                "messages over"));
    }
    const bool has_heir = std::ranges::any_of(*all, [&request](const auto& node) {
        return node.name != request.node && node.is_alive() && !node.is_draining;
    });
    if (!request.is_undone && !has_heir) {
        co_return base::fail(base::Fault::unavailable,
                             "no other relay is there to take the messages of " + request.node);
    }
    const auto done = co_await io::answer_of<base::Result<void>>([&](auto answer) {
        relay_.spool().cluster()->drain(request.node, !request.is_undone, std::move(answer));
    });
    if (!done) co_return std::unexpected(done.error());
    Totals totals;
    totals.count = 1;
    co_return totals;
}

awaitable<ControlHandler::Done> ControlHandler::change_own(const ControlRequest& request,
                                                           ControlAnswer& answer) {
    if (!request.ids.empty()) co_return co_await change_named(request, answer);
    if (request.verb == ControlVerb::flush) co_return co_await flush(request);
    co_return co_await change_matching(request, answer);
}

awaitable<ControlHandler::Done> ControlHandler::change(const ControlRequest& request,
                                                       std::string_view line,
                                                       ControlAnswer& answer) {
    if (relay_.spool().cluster() == nullptr || request.node == own_name()) {
        co_return co_await change_own(request, answer);
    }
    if (!request.ids.empty()) co_return co_await change_named_shared(request, line, answer);
    co_return co_await change_matching_shared(request, line, answer);
}

awaitable<ControlHandler::Done> ControlHandler::change_named_shared(const ControlRequest& request,
                                                                    std::string_view line,
                                                                    ControlAnswer& answer) {
    const auto owners = co_await io::answer_of<base::Result<spool::OwnerNames>>(
        [&](auto found) { relay_.spool().cluster()->owners(request.ids, std::move(found)); });
    if (!owners) co_return std::unexpected(owners.error());
    Totals totals;
    std::map<std::string, Ids> by_node;
    for (const auto id : request.ids) {
        const auto owner = owners->find(id);
        if (owner != owners->end() && (request.node.empty() || owner->second == request.node)) {
            by_node[owner->second].push_back(id);
            continue;
        }
        ++totals.missing;
        if (!co_await answer.add(outcome_line(id, "missing"))) co_return totals;
    }
    for (const auto& [node, ids] : by_node) {
        if (node == own_name()) {
            auto done = co_await change_some(request.verb, ids, &totals, answer);
            if (!done) co_return std::unexpected(done.error());
        } else {
            co_await forward(node, line, ids, {}, &totals, answer);
        }
    }
    co_return totals;
}

awaitable<ControlHandler::Done> ControlHandler::change_matching_shared(
    const ControlRequest& request, std::string_view line, ControlAnswer& answer) {
    const auto all = co_await nodes();
    if (!all) co_return std::unexpected(all.error());
    Totals totals;
    for (const auto& node : *all) {
        if (!request.node.empty() && node.name != request.node) continue;
        if (node.name == own_name()) {
            const auto own = co_await change_own(request, answer);
            if (!own) co_return std::unexpected(own.error());
            totals.count += own->count;
            totals.unchanged += own->unchanged;
            totals.missing += own->missing;
        } else if (node.is_alive() || node.messages > 0) {
            co_await forward(node.name, line, {}, {}, &totals, answer);
        }
    }
    co_return totals;
}

awaitable<void> ControlHandler::forward(const std::string& node, std::string_view line,
                                        const Ids& ids, const TakeLine& take, Totals* totals,
                                        ControlAnswer& answer) {
    auto& cluster = *relay_.spool().cluster();
    std::string trouble;
    const auto request = co_await io::answer_of<base::Result<std::optional<std::int64_t>>>(
        [&](auto found) { cluster.ask(node, request_for(node, line, ids), std::move(found)); });
    if (!request) trouble = request.error().message;
    if (request && !*request) trouble = dead_words(node);
    bool is_ended = false;
    for (std::int64_t number = 0; trouble.empty(); ++number) {
        const auto piece = co_await io::answer_of<base::Result<spool::AnswerPiece>>(
            [&](auto found) { cluster.answer_piece(**request, number, std::move(found)); });
        if (!piece) {
            trouble = node + ": " + piece.error().message;
            break;
        }
        for (std::string_view rest = piece->lines; !rest.empty();) {
            const auto size = std::min(rest.find('\n'), rest.size() - 1) + 1;
            const std::string_view one = rest.substr(0, size);
            rest.remove_prefix(size);
            const Json json = Json::parse(one, nullptr, false);
            if (!json.is_object()) continue;
            if (json.value("type", "") != "end") {
                if (take) {
                    take(json);
                } else {
                    (void)co_await answer.add(std::string(one));
                }
                continue;
            }
            is_ended = true;
            if (!json.value("ok", false)) trouble = node + ": " + json.value("error", "");
            if (take) continue;
            totals->count += json.value("count", std::uint64_t{0});
            totals->unchanged += json.value("unchanged", std::uint64_t{0});
            totals->missing += json.value("missing", std::uint64_t{0});
        }
        if (!piece->is_last) continue;
        if (!is_ended && trouble.empty()) {
            trouble = node + ": its answer is not whole: it is not known what was changed";
        }
        break;
    }
    if (trouble.empty()) co_return;
    ++totals->unreached;
    (void)co_await answer.add(unreached_line(node, ids, trouble));
}

}  // namespace turnaway::relay
