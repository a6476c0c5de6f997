#include "relay/control/control_handler.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <utility>

#include "base/text.h"
#include "io/awaiting.h"
#include "judge/host_line.h"
#include "mail/header_fields.h"
#include "relay/relay_state.h"
#include "route/ip_address.h"

namespace turnaway::relay {
namespace {

using boost::asio::awaitable;
using queue::QueueId;

// Messages read from the spool at a time.
constexpr std::size_t page_messages = 100;
// Octets of a content: the most shown as its header, and the size of one read, which is a multiple
// of 3, so that base64 has padding only at the end.
constexpr std::size_t header_bytes_max = std::size_t{64} * 1024;
constexpr std::size_t piece_bytes = std::size_t{48} * 1024;

// The log's name for the object of a request.
std::string about(const ControlRequest& request) {
    if (request.ids.size() == 1) return request.ids.front().text();
    if (!request.ids.empty()) return std::to_string(request.ids.size()) + " messages";
    if (!request.host.empty()) return request.host;
    if (request.verb == ControlVerb::drain)
        return request.node + (request.is_undone ? " no more" : "");
    if (request.verb == ControlVerb::flush && !request.is_all) return request.filter.domain;
    return request.filter.is_empty() ? "all" : "all that match";
}

bool is_change(ControlVerb verb) {
    switch (verb) {
        case ControlVerb::hold:
        case ControlVerb::release:
        case ControlVerb::remove:
        case ControlVerb::flush:
        case ControlVerb::forget:
        case ControlVerb::drain:
            return true;
        case ControlVerb::list:
        case ControlVerb::show:
        case ControlVerb::export_content:
        case ControlVerb::summary:
        case ControlVerb::hosts:
        case ControlVerb::nodes:
            break;
    }
    return false;
}

struct Line {
    QueueId id;
    std::string text;
};

// The matching messages of a page, in the order of ids.
std::vector<Line> lines_of(const spool::SharedPage& page, const MessageFilter& filter,
                           std::chrono::sys_seconds now) {
    std::vector<Line> lines;
    const auto owner_of = [&page](QueueId id) {
        const auto owner = page.owners.find(id);
        return owner == page.owners.end() ? std::string_view() : std::string_view(owner->second);
    };
    for (const auto& message : page.rows.messages) {
        if (!filter.matches(message, now)) continue;
        lines.push_back({message.id, message_line(message, owner_of(message.id))});
    }
    if (!filter.matches_corrupt() || page.rows.damaged.empty()) return lines;
    for (const auto& row : page.rows.damaged) {
        lines.push_back({row.id, corrupt_line(row, owner_of(row.id))});
    }
    std::ranges::sort(lines, {}, &Line::id);
    return lines;
}

}  // namespace

awaitable<bool> ControlHandler::perform_line(std::string_view line, const ControlPeer& peer,
                                             ControlAnswer& answer) {
    co_return co_await perform_line(line, peer, {}, answer);
}

awaitable<bool> ControlHandler::perform_line(std::string_view line, const ControlPeer& peer,
                                             std::string_view asker, ControlAnswer& answer) {
    const auto request = parse_control_request(line);
    if (!request) {
        (void)co_await answer.add(fault_line("request", request.error()));
        co_return false;
    }
    const auto done = co_await perform(*request, line, answer);
    if (done && is_change(request->verb)) {
        std::string what = about(*request);
        if (!asker.empty()) what += ", asked by " + std::string(asker);
        relay_.log().write(Controlled{.user = peer.user,
                                      .process = peer.process,
                                      .request = name(request->verb),
                                      .about = what,
                                      .changed = done->count});
    }
    (void)co_await answer.add(done ? end_line(*done) : fault_line("failed", done.error().message));
    co_return true;
}

awaitable<ControlHandler::Done> ControlHandler::perform(const ControlRequest& request,
                                                        std::string_view line,
                                                        ControlAnswer& answer) {
    if (auto known = co_await check_node(request); !known) co_return std::unexpected(known.error());
    switch (request.verb) {
        case ControlVerb::list:
            co_return request.ids.empty() ? co_await list(request, answer)
                                          : co_await list_named(request, answer);
        case ControlVerb::show:
            co_return co_await show(request, answer);
        case ControlVerb::hold:
        case ControlVerb::release:
        case ControlVerb::remove:
        case ControlVerb::flush:
            co_return co_await change(request, line, answer);
        case ControlVerb::export_content:
            co_return co_await export_content(request, answer);
        case ControlVerb::summary:
            co_return co_await summarise(request, line, answer);
        case ControlVerb::hosts:
            co_return co_await hosts(answer);
        case ControlVerb::forget:
            co_return co_await forget(request);
        case ControlVerb::nodes:
            co_return co_await list_nodes(answer);
        case ControlVerb::drain:
            break;
    }
    co_return co_await drain(request);
}

awaitable<ControlHandler::Page> ControlHandler::own_page(QueueId after, std::size_t count) {
    co_return co_await io::answer_of<Page>([this, after, count](auto listed) {
        relay_.spool().list(after, count, std::move(listed));
    });
}

awaitable<ControlHandler::SharedPage> ControlHandler::page(const std::string& node, QueueId after,
                                                           std::size_t count) {
    if (auto* const cluster = relay_.spool().cluster()) {
        co_return co_await io::answer_of<SharedPage>(
            [&](auto found) { cluster->list(after, count, node, std::move(found)); });
    }
    auto rows = co_await own_page(after, count);
    if (!rows) co_return std::unexpected(rows.error());
    co_return spool::SharedPage{.rows = *std::move(rows)};
}

awaitable<base::Result<spool::SharedMessage>> ControlHandler::load(const ControlRequest& request,
                                                                   QueueId id, bool is_checked) {
    if (auto* const cluster = relay_.spool().cluster()) {
        auto found = co_await io::answer_of<base::Result<spool::SharedMessage>>(
            [&](auto answer) { cluster->load(id, is_checked, std::move(answer)); });
        if (found && !request.node.empty() && found->owner != request.node) {
            co_return base::fail(base::Fault::no_input, request.node + " has no such message");
        }
        co_return found;
    }
    auto stored = co_await io::answer_of<base::Result<spool::StoredMessage>>([&](auto answer) {
        is_checked ? relay_.spool().load(id, std::move(answer))
                   : relay_.spool().load_unchecked(id, std::move(answer));
    });
    if (!stored) co_return std::unexpected(stored.error());
    co_return spool::SharedMessage{.stored = *std::move(stored)};
}

awaitable<ControlHandler::Done> ControlHandler::list(const ControlRequest& request,
                                                     ControlAnswer& answer) {
    Totals totals;
    QueueId shown;
    for (QueueId after = request.after;;) {
        const auto rows = co_await page(request.node, after, page_messages);
        if (!rows) co_return std::unexpected(rows.error());
        for (auto& line : lines_of(*rows, request.filter, relay_.clock().seconds())) {
            if (totals.count == request.limit) {
                totals.next = shown;
                co_return totals;
            }
            if (!co_await answer.add(std::move(line.text))) co_return totals;
            shown = line.id;
            ++totals.count;
        }
        if (rows->rows.is_end) co_return totals;
        after = rows->rows.last;
    }
}

awaitable<ControlHandler::Done> ControlHandler::list_named(const ControlRequest& request,
                                                           ControlAnswer& answer) {
    Totals totals;
    for (const QueueId id : request.ids) {
        if (id.value() == 0) continue;  // not a valid id
        const auto rows = co_await page(request.node, QueueId(id.value() - 1), 1);
        if (!rows) co_return std::unexpected(rows.error());
        std::string line;
        if (rows->rows.last != id) {
            ++totals.missing;
            line = outcome_line(id, "missing");
        } else if (auto lines = lines_of(*rows, request.filter, relay_.clock().seconds());
                   !lines.empty()) {
            ++totals.count;
            line = std::move(lines.front().text);
        }
        if (!co_await answer.add(std::move(line))) co_return totals;
    }
    co_return totals;
}

awaitable<base::Result<std::string>> ControlHandler::read_content(spool::ContentPtr content,
                                                                  std::uint64_t offset,
                                                                  std::size_t bytes_max) {
    using Bytes = base::Result<std::string>;
    co_return co_await disk_.run<Bytes>([content = std::move(content), offset, bytes_max] {
        return content->read(offset, bytes_max);
    });
}

awaitable<ControlHandler::Done> ControlHandler::show(const ControlRequest& request,
                                                     ControlAnswer& answer) {
    Totals totals;
    for (const QueueId id : request.ids) {
        const auto found = co_await load(request, id, true);
        if (!found && found.error().fault == base::Fault::no_input) {
            ++totals.missing;
            if (!co_await answer.add(outcome_line(id, "missing"))) break;
            continue;
        }
        if (!found) co_return std::unexpected(found.error());
        const auto& stored = found->stored;
        const auto beginning = co_await read_content(stored.content, 0, header_bytes_max);
        if (!beginning) co_return std::unexpected(beginning.error());
        const auto parts = mail::split_message(*beginning);
        const bool is_cut = !parts.has_body && stored.content->size() > beginning->size();
        ++totals.count;
        if (!co_await answer.add(
                whole_message_line(stored.message, found->owner, parts.header, is_cut))) {
            break;
        }
    }
    co_return totals;
}

awaitable<ControlHandler::Done> ControlHandler::export_content(const ControlRequest& request,
                                                               ControlAnswer& answer) {
    const QueueId id = request.ids.front();
    Totals totals;
    const auto found = co_await load(request, id, true);
    if (!found && found.error().fault == base::Fault::no_input) {
        ++totals.missing;
        (void)co_await answer.add(outcome_line(id, "missing"));
        co_return totals;
    }
    if (!found) co_return co_await export_unchecked(request, 0, found.error().message, answer);
    const auto& content = found->stored.content;
    for (std::uint64_t offset = 0; offset < content->size();) {
        const auto piece = co_await read_content(content, offset, piece_bytes);
        if (!piece) {
            co_return co_await export_unchecked(request, offset, piece.error().message, answer);
        }
        if (piece->empty()) co_return base::fail(base::Fault::io, "the content ends too early");
        if (!co_await answer.add(content_line(id, *piece))) co_return totals;
        offset += piece->size();
    }
    ++totals.count;
    co_return totals;
}

awaitable<ControlHandler::Done> ControlHandler::export_unchecked(const ControlRequest& request,
                                                                 std::uint64_t offset,
                                                                 std::string damage,
                                                                 ControlAnswer& answer) {
    const QueueId id = request.ids.front();
    Totals totals;
    const auto found = co_await load(request, id, false);
    if (!found) co_return std::unexpected(found.error());
    const auto& content = found->stored.content;
    while (offset < content->size()) {
        const auto piece = co_await read_content(content, offset, piece_bytes);
        if (!piece) co_return std::unexpected(piece.error());
        if (!co_await answer.add(content_line(id, *piece))) co_return totals;
        offset += piece->size();
    }
    ++totals.count;
    totals.damage = std::move(damage);
    co_return totals;
}

awaitable<ControlHandler::Done> ControlHandler::hosts(ControlAnswer& answer) {
    Totals totals;
    for (const auto& host : relay_.refusing_hosts().list()) {
        if (!co_await answer.add(judge::host_line(host))) break;
        ++totals.count;
    }
    co_return totals;
}

awaitable<ControlHandler::Done> ControlHandler::forget(const ControlRequest& request) {
    // No value means all hosts.
    std::vector<std::optional<route::HostPort>> places;
    if (request.is_all) places.emplace_back();
    const auto address = route::IpAddress::parse(request.host);
    const auto place = address ? std::nullopt : route::HostPort::parse(request.host, 0);
    if (place) places.emplace_back(*place);
    if (!request.is_all && !place) {
        for (const auto& entry : relay_.refusing_hosts().list()) {
            const bool is_meant = address ? entry.at.address == *address
                                          : base::equal_no_case(entry.host, request.host);
            if (is_meant) places.emplace_back(entry.at);
        }
    }
    Totals totals;
    for (const auto& at : places) {
        const auto done =
            co_await io::answer_of<base::Result<void>>([this, &at, &totals](auto answer) {
                totals.count += relay_.refusing_hosts().forget_by_hand(at, std::move(answer));
            });
        if (!done) co_return std::unexpected(done.error());
    }
    if (!request.is_all && totals.count == 0) totals.missing = 1;
    co_return totals;
}

}  // namespace turnaway::relay
