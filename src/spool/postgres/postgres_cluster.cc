#include "spool/postgres/postgres_cluster.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "spool/postgres/parameters.h"
#include "spool/postgres/reading.h"

namespace turnaway::spool::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto reconnect_pause = 1s;
constexpr auto requests_pause = 500ms;
constexpr auto answers_pause = 50ms;
constexpr auto cleaning_pause = 1min;

std::int64_t number_of(queue::QueueId id) {
    return static_cast<std::int64_t>(id.value());
}

base::Result<void> answer_of(const Ending& ending) {
    if (ending.kind == Ending::Kind::done) return {};
    return base::fail(base::Fault::unavailable,
                      "the database of the spool does not answer: " + ending.words);
}

struct Owner {
    std::string name;
    std::int64_t id;
};

base::Result<std::map<queue::QueueId, Owner>> read_owners(Connection& connection,
                                                          const std::vector<queue::QueueId>& ids) {
    Column column;
    for (const auto id : ids) column.add_number(number_of(id));
    std::map<queue::QueueId, Owner> owners;
    const auto ending = connection.ask(
        {.name = "owners",
         .values = {column.take(Column::numbers)},
         .on_row = [&owners](const Row& row) {
             const queue::QueueId id(static_cast<std::uint64_t>(row.number(0)));
             owners.insert_or_assign(
                 id, Owner{.name = row.has(1) ? std::string(row.bytes(1)) : std::string(),
                           .id = row.number(2)});
         }});
    if (auto answered = answer_of(ending); !answered) return std::unexpected(answered.error());
    return owners;
}

NodeState node_of(const Row& row) {
    return {.name = std::string(row.bytes(0)),
            .version = std::string(row.bytes(1)),
            .lease = std::chrono::seconds(row.number(2)),
            .since = std::chrono::sys_seconds(std::chrono::seconds(row.number(3))),
            .messages = static_cast<std::uint64_t>(row.number(4)),
            .due = static_cast<std::uint64_t>(row.number(5)),
            .deliveries = static_cast<std::uint64_t>(row.number(6)),
            .is_draining = row.number(7) != 0};
}

}  // namespace

PostgresCluster::PostgresCluster(Settings settings, std::shared_ptr<ContentFolder> folder)
    : settings_(std::move(settings)), folder_(std::move(folder)) {}

PostgresCluster::~PostgresCluster() {
    {
        const std::lock_guard lock(mutex_);
        is_ended_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

std::uint64_t PostgresCluster::deliveries() const {
    const std::lock_guard lock(mutex_);
    return follower_.deliveries ? follower_.deliveries() : 0;
}

void PostgresCluster::put(Task task) {
    const std::lock_guard lock(mutex_);
    if (task) tasks_.push_back(std::move(task));
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
    changed_.notify_one();
}

template <class T>
void PostgresCluster::put(Found<T> found, std::function<base::Result<T>(Connection&)> work) {
    put([found = std::move(found), work = std::move(work)](Connection* connection,
                                                           const base::Error& trouble) {
        found(connection == nullptr ? base::Result<T>(std::unexpected(trouble))
                                    : work(*connection));
    });
}

void PostgresCluster::nodes(Found<std::vector<NodeState>> found) {
    put<std::vector<NodeState>>(
        std::move(found), [](Connection& connection) -> base::Result<std::vector<NodeState>> {
            std::vector<NodeState> all;
            const auto ending =
                connection.ask({.name = "all_nodes",
                                .on_row = [&all](const Row& row) { all.push_back(node_of(row)); }});
            if (auto answered = answer_of(ending); !answered) {
                return std::unexpected(answered.error());
            }
            return all;
        });
}

void PostgresCluster::list(queue::QueueId after, std::size_t count, std::string node,
                           Found<SharedPage> found) {
    put<SharedPage>(std::move(found), [=, node = std::move(node)](Connection& connection) {
        return read_shared_page(connection, node, after, count);
    });
}

void PostgresCluster::owners(std::vector<queue::QueueId> ids, Found<OwnerNames> found) {
    put<OwnerNames>(std::move(found),
                    [ids = std::move(ids)](Connection& connection) -> base::Result<OwnerNames> {
                        auto owners = read_owners(connection, ids);
                        if (!owners) return std::unexpected(owners.error());
                        OwnerNames names;
                        for (auto& [id, owner] : *owners) names.emplace(id, std::move(owner.name));
                        return names;
                    });
}

void PostgresCluster::load(queue::QueueId id, bool is_checked, Found<SharedMessage> found) {
    put<SharedMessage>(
        std::move(found),
        [id, is_checked, folder = folder_](Connection& connection) -> base::Result<SharedMessage> {
            auto owners = read_owners(connection, {id});
            if (!owners) return std::unexpected(owners.error());
            const Owner owner = owners->empty() ? Owner{"", 0} : owners->begin()->second;
            auto stored = is_checked ? read_message(connection, owner.id, id, folder)
                                     : read_unchecked(connection, owner.id, id, folder);
            if (!stored) return std::unexpected(stored.error());
            return SharedMessage{.stored = *std::move(stored), .owner = owner.name};
        });
}

void PostgresCluster::ask(std::string node, std::string line,
                          Found<std::optional<std::int64_t>> found) {
    using Number = std::optional<std::int64_t>;
    put<Number>(std::move(found), [=, this](Connection& connection) -> base::Result<Number> {
        Number request;
        const auto ending = connection.transact(
            {{.name = "request",
              .values = {node, settings_.name, line},
              .on_row = [&request](const Row& row) { request = row.number(0); }}});
        if (auto answered = answer_of(ending); !answered) {
            return std::unexpected(answered.error());
        }
        return request;
    });
}

void PostgresCluster::answer_piece(std::int64_t request, std::int64_t piece,
                                   Found<AnswerPiece> found) {
    {
        const std::lock_guard lock(mutex_);
        new_waits_.push_back({.request = request,
                              .piece = piece,
                              .until = Steady::now() + settings_.silence_max,
                              .found = std::move(found)});
    }
    put(nullptr);
}

void PostgresCluster::follow_requests(Follower follower) {
    {
        const std::lock_guard lock(mutex_);
        follower_ = std::move(follower);
    }
    put(nullptr);
}

void PostgresCluster::answer(std::int64_t request, std::int64_t piece, AnswerPiece lines,
                             Done done) {
    put<void>(std::move(done), [=, lines = std::move(lines)](Connection& connection) {
        return answer_of(
            connection.transact({{.name = "answer",
                                  .values = {number(request), number(piece),
                                             number(lines.is_last ? 1 : 0), lines.lines}}}));
    });
}

void PostgresCluster::drain(std::string node, bool is_wanted, Done done) {
    put<void>(
        std::move(done),
        [node = std::move(node), is_wanted](Connection& connection) -> base::Result<void> {
            bool is_known = false;
            const auto ending =
                connection.transact({{.name = "drain",
                                      .values = {node, number(is_wanted ? 1 : 0)},
                                      .on_row = [&is_known](const Row&) { is_known = true; }}});
            if (auto answered = answer_of(ending); !answered) return answered;
            if (is_known) return {};
            return base::fail(base::Fault::no_input, "no relay named " + node + " uses the spool");
        });
}

void PostgresCluster::work() {
    for (;;) {
        std::deque<Task> tasks;
        {
            std::unique_lock lock(mutex_);
            const auto pause =
                waits_.empty() && new_waits_.empty() ? requests_pause : answers_pause;
            changed_.wait_for(lock, pause, [this] {
                return is_ended_ || !tasks_.empty() || !new_waits_.empty();
            });
            tasks = std::exchange(tasks_, {});
            std::ranges::move(new_waits_, std::back_inserter(waits_));
            new_waits_.clear();
            if (is_ended_ && tasks.empty()) break;
        }
        connect();
        for (const auto& task : tasks) {
            const bool is_over = connection_ == nullptr || connection_->is_over();
            task(is_over ? nullptr : connection_.get(), trouble_);
        }
        look_for_answers();
        look_for_requests();
    }
    for (const auto& wait : waits_) {
        wait.found(base::fail(base::Fault::unavailable, "the relay ends"));
    }
}

void PostgresCluster::connect() {
    if (connection_ != nullptr && !connection_->is_over()) return;
    if (Steady::now() < next_try_) return;
    auto opened = Connection::open(settings_.url, settings_.answer_wait);
    if (opened) {
        connection_ = *std::move(opened);
        return;
    }
    trouble_ = opened.error();
    next_try_ = Steady::now() + reconnect_pause;
}

void PostgresCluster::look_for_answers() {
    std::vector<Wait> left;
    for (auto& wait : waits_) {
        std::optional<AnswerPiece> piece;
        if (connection_ != nullptr && !connection_->is_over()) {
            connection_->transact({{.name = "take_answer",
                                    .values = {number(wait.request), number(wait.piece)},
                                    .on_row = [&piece](const Row& row) {
                                        piece = AnswerPiece{.lines = std::string(row.bytes(1)),
                                                            .is_last = row.number(0) != 0};
                                    }}});
        }
        if (piece) {
            wait.found(*std::move(piece));
        } else if (Steady::now() < wait.until) {
            left.push_back(std::move(wait));
        } else {
            give_up(wait);
        }
    }
    waits_ = std::move(left);
}

// A request that can still be withdrawn was not begun.
void PostgresCluster::give_up(const Wait& wait) {
    bool is_withdrawn = false;
    if (connection_ != nullptr && !connection_->is_over()) {
        const auto ending = connection_->transact(
            {{.name = "withdraw",
              .values = {number(wait.request)},
              .on_row = [&is_withdrawn](const Row&) { is_withdrawn = true; }}});
        is_withdrawn = is_withdrawn && ending.kind == Ending::Kind::done;
    }
    wait.found(base::fail(base::Fault::unavailable,
                          is_withdrawn ? "it does not answer, and nothing was changed"
                                       : "it does not answer: it is not known what was changed"));
}

void PostgresCluster::look_for_requests() {
    std::function<void(NodeRequest)> on_request;
    {
        const std::lock_guard lock(mutex_);
        on_request = follower_.on_request;
    }
    if (!on_request || connection_ == nullptr || connection_->is_over()) return;
    if (Steady::now() < next_look_) return;
    next_look_ = Steady::now() + requests_pause;
    std::vector<NodeRequest> requests;
    const auto taken =
        connection_->transact({{.name = "take_requests",
                                .values = {number(settings_.id)},
                                .on_row = [&requests](const Row& row) {
                                    requests.push_back({.number = row.number(0),
                                                        .asker = std::string(row.bytes(1)),
                                                        .line = std::string(row.bytes(2))});
                                }}});
    // One whose end is not known may come back: its asker is not answered, and says so.
    if (taken.kind != Ending::Kind::done) return;
    for (auto& request : requests) on_request(std::move(request));
    if (Steady::now() < next_cleaning_) return;
    next_cleaning_ = Steady::now() + cleaning_pause;
    connection_->transact({{.name = "forget_requests"}, {.name = "forget_answers"}});
}

}  // namespace turnaway::spool::postgres
