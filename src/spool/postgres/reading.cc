#include "spool/postgres/reading.h"

#include <optional>
#include <string>
#include <utility>

#include "spool/lost_content.h"
#include "spool/postgres/loaded_content.h"
#include "spool/postgres/parameters.h"
#include "spool/postgres/slices.h"
#include "spool/sealed_row.h"

namespace turnaway::spool::postgres {
namespace {

base::Result<void> answer_of(const Ending& ending) {
    if (ending.kind == Ending::Kind::done) return {};
    return base::fail(base::Fault::unavailable,
                      "the database of the spool cannot be read: " + ending.words);
}

queue::QueueId id_of(const Row& row) {
    return queue::QueueId(static_cast<std::uint64_t>(row.number(0)));
}

struct Found {
    bool is_found = false;
    std::string envelope = {};
    std::string states = {};
};

base::Result<Found> find(Connection& connection, std::int64_t owner, queue::QueueId id,
                         LoadedContent* content) {
    Found found;
    const auto on_row = [&](const Row& row) {
        if (!found.is_found) {
            found = {.is_found = true,
                     .envelope = std::string(row.bytes(0)),
                     .states = std::string(row.bytes(1))};
        }
        if (row.has(2)) content->add(row.number(2), row.bytes(3));
    };
    const auto ending =
        connection.ask({.name = in_part("load", part_of(id)),
                        .values = {number(static_cast<std::int64_t>(id.value())), number(owner)},
                        .on_row = on_row});
    if (auto answered = answer_of(ending); !answered) return std::unexpected(answered.error());
    if (found.is_found) return found;
    return base::fail(base::Fault::no_input, "there is no message " + id.text());
}

// The fourth column is the name of the owner, if `owners` is wanted.
base::Result<void> read_page_of(Connection& connection, Statement statement, std::size_t count,
                                Page* page, OwnerNames* owners) {
    std::size_t seen = 0;
    statement.on_row = [&](const Row& row) {
        ++seen;
        page->last = id_of(row);
        if (owners != nullptr) {
            owners->emplace(page->last, row.has(3) ? std::string(row.bytes(3)) : std::string());
        }
        auto opened = open_row(page->last, row.bytes(1), row.bytes(2));
        if (opened) return page->messages.push_back(std::move(opened->message));
        page->damaged.push_back({.id = page->last, .words = std::string(opened.error())});
    };
    auto answered = answer_of(connection.ask(std::move(statement)));
    page->is_end = seen < count;
    return answered;
}

}  // namespace

base::Result<StoredMessage> read_message(Connection& connection, std::int64_t owner,
                                         queue::QueueId id,
                                         const std::shared_ptr<ContentFolder>& folder) {
    LoadedContent loaded(folder);
    const auto found = find(connection, owner, id, &loaded);
    if (!found) return std::unexpected(found.error());
    auto opened = open_row(id, found->envelope, found->states);
    if (!opened) {
        return base::fail(base::Fault::data, "message " + id.text() +
                                                 " cannot be read: " + std::string(opened.error()));
    }
    if (opened->content_checksum && !loaded.matches(*opened->content_checksum)) {
        base::Error why{base::Fault::data,
                        "the content of message " + id.text() + " in the database is damaged"};
        return StoredMessage{std::move(opened->message),
                             std::make_shared<LostContent>(loaded.bytes(), std::move(why))};
    }
    auto content = loaded.finish();
    if (!content) return base::fail(base::Fault::unavailable, content.error().message);
    return StoredMessage{std::move(opened->message), *std::move(content)};
}

base::Result<StoredMessage> read_unchecked(Connection& connection, std::int64_t owner,
                                           queue::QueueId id,
                                           const std::shared_ptr<ContentFolder>& folder) {
    LoadedContent loaded(folder);
    const auto found = find(connection, owner, id, &loaded);
    if (!found) return std::unexpected(found.error());
    auto content = loaded.finish();
    if (!content) return std::unexpected(std::move(content.error()));
    return StoredMessage{{.id = id, .arrival = {}}, *std::move(content)};
}

base::Result<Page> read_page(Connection& connection, const Node& node, queue::QueueId after,
                             std::size_t count) {
    Page page;
    auto read =
        read_page_of(connection,
                     {.name = "list",
                      .values = {number(static_cast<std::int64_t>(after.value())),
                                 number(static_cast<std::int64_t>(count)), number(node.id())}},
                     count, &page, nullptr);
    if (!read) return std::unexpected(std::move(read.error()));
    return page;
}

base::Result<SharedPage> read_shared_page(Connection& connection, const std::string& node,
                                          queue::QueueId after, std::size_t count) {
    SharedPage page;
    auto read = read_page_of(connection,
                             {.name = "list_all",
                              .values = {number(static_cast<std::int64_t>(after.value())),
                                         number(static_cast<std::int64_t>(count)), node}},
                             count, &page.rows, &page.owners);
    if (!read) return std::unexpected(std::move(read.error()));
    return page;
}

base::Result<void> read_rows(Connection& connection, Statement statement,
                             const std::function<bool(queue::Message)>& each,
                             const Spool::Damaged& damaged) {
    bool is_wanted = true;
    statement.on_row = [&](const Row& row) {
        if (!is_wanted) return;
        const auto id = id_of(row);
        auto opened = open_row(id, row.bytes(1), row.bytes(2));
        if (opened) {
            is_wanted = each(std::move(opened->message));
        } else if (damaged) {
            damaged({.id = id, .words = std::string(opened.error())});
        }
    };
    return answer_of(connection.ask(std::move(statement)));
}

}  // namespace turnaway::spool::postgres
