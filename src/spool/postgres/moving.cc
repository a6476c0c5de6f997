#include "spool/postgres/moving.h"

#include <future>
#include <iterator>
#include <memory>
#include <set>
#include <thread>
#include <utility>

#include "spool/postgres/change_batch.h"
#include "spool/postgres/connection.h"
#include "spool/postgres/node.h"
#include "spool/postgres/parameters.h"
#include "spool/postgres/peers.h"
#include "spool/postgres/slices.h"

namespace turnaway::spool::postgres {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t batch_bytes_max = std::uint64_t{4} * 1024 * 1024;
constexpr auto entry_pause = 200ms;

using Ids = std::vector<queue::QueueId>;

template <class T>
T wait_for(const std::function<void(std::function<void(T)>)>& call) {
    std::promise<T> promise;
    call([&promise](T value) { promise.set_value(std::move(value)); });
    return promise.get_future().get();
}

std::string column_of(const Ids& ids) {
    Column column;
    for (const auto id : ids) column.add_number(static_cast<std::int64_t>(id.value()));
    return column.take(Column::numbers);
}

base::Result<void> answer_of(const Ending& ending) {
    if (ending.kind == Ending::Kind::done) return {};
    return base::fail(base::Fault::unavailable,
                      "the database does not take the messages: " + ending.words +
                          "; run this again, nothing is lost or moved twice");
}

class Moving {
  public:
    Moving(const MoveSettings& settings, Spool& from, Connection& to, Node& node)
        : settings_(settings), from_(from), to_(to), node_(node) {}

    base::Result<Moved> run() {
        for (queue::QueueId after;;) {
            auto page = wait_for<base::Result<Page>>([&](auto listed) {
                from_.list(after, settings_.batch_messages, std::move(listed));
            });
            if (!page) return std::unexpected(std::move(page.error()));
            if (auto done = move_page(*page); !done) return std::unexpected(done.error());
            std::ranges::move(page->damaged, std::back_inserter(moved_.damaged));
            if (page->is_end) break;
            after = page->last;
        }
        if (auto done = move_hosts(); !done) return std::unexpected(done.error());
        const auto ended = to_.transact({{.name = "unmark", .values = {settings_.source}}});
        if (auto done = answer_of(ended); !done) return std::unexpected(done.error());
        step("marks removed");
        return std::move(moved_);
    }

  private:
    void step(const char* name) const {
        if (settings_.on_step) settings_.on_step(name);
    }

    base::Result<void> move_page(const Page& page) {
        Ids ids;
        for (const auto& message : page.messages) ids.push_back(message.id);
        auto known = ids_of("marked", {settings_.source, column_of(ids)});
        if (!known) return std::unexpected(std::move(known.error()));
        moved_.before += known->size();
        if (auto done = remove(Ids(known->begin(), known->end())); !done) return done;
        std::vector<StoredMessage> stored;
        std::uint64_t bytes = 0;
        for (const auto id : ids) {
            if (known->contains(id)) continue;
            auto one = wait_for<base::Result<StoredMessage>>(
                [&](auto found) { from_.load(id, std::move(found)); });
            if (!one) return std::unexpected(std::move(one.error()));
            if (const auto* trouble = one->content->trouble()) {
                moved_.damaged.push_back({.id = id, .words = trouble->message});
                continue;
            }
            bytes += one->content->size();
            stored.push_back(*std::move(one));
            if (bytes < batch_bytes_max) continue;
            if (auto done = move(std::exchange(stored, {})); !done) return done;
            bytes = 0;
        }
        return move(std::move(stored));
    }

    base::Result<void> move(std::vector<StoredMessage> stored) {
        if (stored.empty()) return {};
        Ids ids;
        for (const auto& one : stored) ids.push_back(one.message.id);
        if (auto done = rename_known(&stored); !done) return done;
        std::string words;
        if (node_.beat(to_, 0, &words) != Node::Answer::mine) {
            return answer_of({.kind = Ending::Kind::unclear, .words = words});
        }
        const Change change{.add = std::move(stored)};
        ChangeBatch batch(node_.id(), turn_at(std::chrono::system_clock::now()), 0s);
        batch.add(change);
        auto statements = batch.statements(true);
        if (!statements) return std::unexpected(std::move(statements.error()));
        statements->insert(statements->begin(), node_.fence());
        statements->push_back({.name = "mark", .values = {settings_.source, column_of(ids)}});
        step("gathered");
        if (auto done = answer_of(to_.transact(*std::move(statements))); !done) return done;
        step("committed");
        moved_.messages += ids.size();
        if (auto done = remove(ids); !done) return done;
        if (settings_.on_progress) settings_.on_progress(moved_.messages);
        return {};
    }

    // Two relays may have made the same id before one of them moved.
    base::Result<void> rename_known(std::vector<StoredMessage>* stored) {
        for (;;) {
            Ids ids;
            for (const auto& one : *stored) ids.push_back(one.message.id);
            const auto taken = ids_of("taken", {column_of(ids)});
            if (!taken) return std::unexpected(taken.error());
            if (taken->empty()) return {};
            std::set<queue::QueueId> own(ids.begin(), ids.end());
            for (auto& one : *stored) {
                if (!taken->contains(one.message.id)) continue;
                auto id = one.message.id;
                while (own.contains(id)) id = queue::QueueId(id.value() + 1);
                own.insert(id);
                one.message.id = id;
            }
        }
    }

    base::Result<void> remove(const Ids& ids) {
        if (ids.empty()) return {};
        auto removed = wait_for<base::Result<void>>([&](auto done) {
            from_.apply({.add = {}, .update = {}, .remove = ids}, std::move(done));
        });
        step("removed");
        return removed;
    }

    base::Result<void> move_hosts() {
        auto hosts = from_.refusing_hosts();
        if (!hosts) return std::unexpected(std::move(hosts.error()));
        Peers peers(std::chrono::system_clock::now);
        if (auto looked = peers.look(to_, node_, false); !looked) {
            return std::unexpected(std::move(looked.error()));
        }
        ChangeBatch batch(node_.id(), 0, peers.ahead());
        for (const auto& host : *hosts) batch.remember(host);
        moved_.hosts = hosts->size();
        auto statements = batch.statements(false);
        if (!statements) return std::unexpected(std::move(statements.error()));
        if (auto done = answer_of(to_.transact(*std::move(statements))); !done) return done;
        step("hosts added");
        return {};
    }

    base::Result<std::set<queue::QueueId>> ids_of(const char* statement,
                                                  std::vector<std::string> values) {
        std::set<queue::QueueId> ids;
        const auto ending = to_.ask(
            {.name = statement, .values = std::move(values), .on_row = [&ids](const Row& row) {
                 ids.insert(queue::QueueId(static_cast<std::uint64_t>(row.number(0))));
             }});
        if (auto done = answer_of(ending); !done) return std::unexpected(done.error());
        return ids;
    }

    const MoveSettings& settings_;
    Spool& from_;
    Connection& to_;
    Node& node_;
    Moved moved_;
};

// An earlier run that was killed has a lease for some seconds yet.
base::Result<void> enter(Node& node, Connection& to, std::chrono::milliseconds lease) {
    const auto give_up_at = std::chrono::steady_clock::now() + lease + 2s;
    for (;;) {
        auto entered = node.enter(to);
        if (entered || std::chrono::steady_clock::now() > give_up_at) return entered;
        std::this_thread::sleep_for(entry_pause);
    }
}

}  // namespace

base::Result<Moved> move_spool(Spool& from, const MoveSettings& settings) {
    // Before any other call; the pages tell what is damaged.
    auto scanned = from.scan([](const queue::Message&) { return false; }, {});
    if (!scanned) return std::unexpected(std::move(scanned.error()));
    auto to = Connection::open(settings.to, 60s);
    if (!to) return std::unexpected(std::move(to.error()));
    Node node("move from " + settings.source, "", settings.lease);
    if (auto entered = enter(node, **to, settings.lease); !entered) {
        return std::unexpected(std::move(entered.error()));
    }
    auto moved = Moving(settings, from, **to, node).run();
    if (!(*to)->is_over()) node.leave(**to);
    return moved;
}

}  // namespace turnaway::spool::postgres
