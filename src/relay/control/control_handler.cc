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
            return true;
        case ControlVerb::list:
        case ControlVerb::show:
        case ControlVerb::export_content:
        case ControlVerb::summary:
        case ControlVerb::hosts:
            break;
    }
    return false;
}

struct Line {
    QueueId id;
    std::string text;
};

// The matching messages of a page, in the order of ids.
std::vector<Line> lines_of(const spool::Page& page, const MessageFilter& filter,
                           std::chrono::sys_seconds now) {
    std::vector<Line> lines;
    for (const auto& message : page.messages) {
        if (filter.matches(message, now)) lines.push_back({message.id, message_line(message)});
    }
    if (!filter.matches_corrupt() || page.damaged.empty()) return lines;
    for (const auto& row : page.damaged) lines.push_back({row.id, corrupt_line(row)});
    std::ranges::sort(lines, {}, &Line::id);
    return lines;
}

// Fault::no_input if the message does not exist, which is then counted and reported.
awaitable<base::Result<spool::StoredMessage>> load(RelayState& relay, QueueId id, Totals* totals,
                                                   ControlAnswer& answer) {
    auto stored = co_await io::answer_of<base::Result<spool::StoredMessage>>(
        [&relay, id](auto found) { relay.spool().load(id, std::move(found)); });
    if (!stored && stored.error().fault == base::Fault::no_input) {
        ++totals->missing;
        (void)co_await answer.add(outcome_line(id, "missing"));
    }
    co_return stored;
}

}  // namespace

awaitable<bool> ControlHandler::perform_line(std::string_view line, const ControlPeer& peer,
                                             ControlAnswer& answer) {
    const auto request = parse_control_request(line);
    if (request) {
        co_await perform(*request, peer, answer);
    } else {
        (void)co_await answer.add(fault_line("request", request.error()));
    }
    co_return request.has_value();
}

awaitable<void> ControlHandler::perform(const ControlRequest& request, const ControlPeer& peer,
                                        ControlAnswer& answer) {
    Done done;
    switch (request.verb) {
        case ControlVerb::list:
            done = request.ids.empty() ? co_await list(request, answer)
                                       : co_await list_named(request, answer);
            break;
        case ControlVerb::show:
            done = co_await show(request, answer);
            break;
        case ControlVerb::hold:
        case ControlVerb::release:
        case ControlVerb::remove:
            done = request.ids.empty() ? co_await change_matching(request, answer)
                                       : co_await change_named(request, answer);
            break;
        case ControlVerb::flush:
            done = request.ids.empty() ? co_await flush(request)
                                       : co_await change_named(request, answer);
            break;
        case ControlVerb::export_content:
            done = co_await export_content(request, answer);
            break;
        case ControlVerb::summary:
            done = co_await summarise(request, answer);
            break;
        case ControlVerb::hosts:
            done = co_await hosts(answer);
            break;
        case ControlVerb::forget:
            done = co_await forget(request);
            break;
    }
    if (done && is_change(request.verb)) {
        relay_.log().write(Controlled{.user = peer.user,
                                      .process = peer.process,
                                      .request = name(request.verb),
                                      .about = about(request),
                                      .changed = done->count});
    }
    (void)co_await answer.add(done ? end_line(*done) : fault_line("failed", done.error().message));
}

awaitable<ControlHandler::Page> ControlHandler::page(QueueId after, std::size_t count) {
    co_return co_await io::answer_of<Page>([this, after, count](auto listed) {
        relay_.spool().list(after, count, std::move(listed));
    });
}

awaitable<ControlHandler::Done> ControlHandler::list(const ControlRequest& request,
                                                     ControlAnswer& answer) {
    Totals totals;
    QueueId shown;
    for (QueueId after = request.after;;) {
        const auto rows = co_await page(after, page_messages);
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
        if (rows->is_end) co_return totals;
        after = rows->last;
    }
}

awaitable<ControlHandler::Done> ControlHandler::list_named(const ControlRequest& request,
                                                           ControlAnswer& answer) {
    Totals totals;
    for (const QueueId id : request.ids) {
        if (id.value() == 0) continue;  // not a valid id
        const auto rows = co_await page(QueueId(id.value() - 1), 1);
        if (!rows) co_return std::unexpected(rows.error());
        std::string line;
        if (rows->last != id) {
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
        const auto stored = co_await load(relay_, id, &totals, answer);
        if (!stored && stored.error().fault == base::Fault::no_input) continue;
        if (!stored) co_return std::unexpected(stored.error());
        const auto beginning = co_await read_content(stored->content, 0, header_bytes_max);
        if (!beginning) co_return std::unexpected(beginning.error());
        const auto parts = mail::split_message(*beginning);
        const bool is_cut = !parts.has_body && stored->content->size() > beginning->size();
        ++totals.count;
        if (!co_await answer.add(whole_message_line(stored->message, parts.header, is_cut))) break;
    }
    co_return totals;
}

awaitable<ControlHandler::Done> ControlHandler::export_content(const ControlRequest& request,
                                                               ControlAnswer& answer) {
    const QueueId id = request.ids.front();
    Totals totals;
    const auto stored = co_await load(relay_, id, &totals, answer);
    if (!stored && stored.error().fault == base::Fault::no_input) co_return totals;
    if (!stored) co_return co_await export_unchecked(id, 0, stored.error().message, answer);
    for (std::uint64_t offset = 0; offset < stored->content->size();) {
        const auto piece = co_await read_content(stored->content, offset, piece_bytes);
        if (!piece) {
            co_return co_await export_unchecked(id, offset, piece.error().message, answer);
        }
        if (piece->empty()) co_return base::fail(base::Fault::io, "the content ends too early");
        if (!co_await answer.add(content_line(id, *piece))) co_return totals;
        offset += piece->size();
    }
    ++totals.count;
    co_return totals;
}

awaitable<ControlHandler::Done> ControlHandler::export_unchecked(QueueId id, std::uint64_t offset,
                                                                 std::string damage,
                                                                 ControlAnswer& answer) {
    Totals totals;
    const auto stored = co_await io::answer_of<base::Result<spool::StoredMessage>>(
        [this, id](auto found) { relay_.spool().load_unchecked(id, std::move(found)); });
    if (!stored) co_return std::unexpected(stored.error());
    while (offset < stored->content->size()) {
        const auto piece = co_await read_content(stored->content, offset, piece_bytes);
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
