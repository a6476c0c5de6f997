#include "spool/postgres/change_batch.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "spool/checksum.h"
#include "spool/postgres/parameters.h"
#include "spool/postgres/slices.h"
#include "spool/sealed_row.h"

namespace turnaway::spool::postgres {
namespace {

std::int64_t number_of(queue::QueueId id) {
    return static_cast<std::int64_t>(id.value());
}

// The rows of one part, and their contents.
struct NewRows {
    Column ids, dues, piece_counts, envelopes, states;
    Column content_ids, pieces, bytes;
};

// Adds the pieces of the content; returns its checksum.
base::Result<std::uint32_t> append_content(queue::QueueId id, const Content& content,
                                           NewRows* rows) {
    std::uint32_t checksum = 0;
    std::int64_t piece = 0;
    for (std::uint64_t at = 0; at < content.size();) {
        std::string read;
        std::string_view bytes = content.in_memory();
        if (bytes.size() != content.size()) {
            auto next = content.read(at, base::limits::content_in_row_bytes_max);
            if (!next) return std::unexpected(std::move(next.error()));
            read = *std::move(next);
            bytes = read;
        }
        TURNAWAY_CHECK(!bytes.empty());
        checksum = crc32c(bytes, checksum);
        at += bytes.size();
        for (; !bytes.empty(); ++piece) {
            const auto size = std::min(bytes.size(), piece_bytes_max);
            rows->content_ids.add_number(number_of(id));
            rows->pieces.add_number(piece);
            rows->bytes.add(bytes.substr(0, size));
            bytes.remove_prefix(size);
        }
    }
    rows->piece_counts.add_number(piece);
    return checksum;
}

}  // namespace

std::int64_t due_of(const queue::Message& message) {
    std::int64_t due = 0;
    for (const auto& state : message.states) {
        if (state.progress != queue::Progress::waiting) continue;
        const std::int64_t own = state.due.time_since_epoch().count();
        due = due == 0 ? own : std::min(due, own);
    }
    return due;
}

void ChangeBatch::add(const Change& change) {
    for (const auto& stored : change.add) {
        TURNAWAY_CHECK(stored.content != nullptr);
        TURNAWAY_CHECK(stored.message.states.size() == stored.message.envelope.recipients.size());
        added_.insert_or_assign(stored.message.id,
                                Addition{.stored = &stored, .message = &stored.message});
        content_bytes_ += stored.content->size();
    }
    for (const auto& message : change.update) {
        if (const auto fresh = added_.find(message.id); fresh != added_.end()) {
            fresh->second.message = &message;
        } else if (!removed_.contains(message.id)) {
            updated_.insert_or_assign(message.id, &message);
        }
    }
    for (const auto id : change.remove) {
        added_.erase(id);
        updated_.erase(id);
        removed_.insert(id);
    }
}

std::vector<unsigned> ChangeBatch::parts_of(queue::QueueId id) const {
    std::vector<unsigned> parts{part_of(id)};
    if (may_be_old(id, turn_)) parts.push_back(old_part);
    return parts;
}

base::Result<std::vector<Statement>> ChangeBatch::statements(bool clears) const {
    std::vector<Statement> out;
    // A removed id may be used again by a later change of the batch.
    append_removals(&out);
    if (auto done = append_additions(&out, clears); !done)
        return std::unexpected(std::move(done.error()));
    append_updates(&out);
    append_hosts(&out);
    return out;
}

void ChangeBatch::append_removals(std::vector<Statement>* out) const {
    std::array<Column, part_count> ids;
    for (const auto id : removed_) {
        for (const unsigned part : parts_of(id)) ids.at(part).add_number(number_of(id));
    }
    for (unsigned part = 0; part < part_count; ++part) {
        if (ids.at(part).count() == 0) continue;
        const std::string values = ids.at(part).take(Column::numbers);
        out->push_back({.name = in_part("remove", part), .values = {number(node_), values}});
        if (part == old_part) out->push_back({.name = "remove_old_content", .values = {values}});
    }
}

base::Result<void> ChangeBatch::append_additions(std::vector<Statement>* out, bool clears) const {
    std::array<NewRows, part_count> parts;
    for (const auto& [id, addition] : added_) {
        auto& rows = parts.at(part_of(id));
        const auto checksum = append_content(id, *addition.stored->content, &rows);
        if (!checksum) return std::unexpected(checksum.error());
        rows.ids.add_number(number_of(id));
        rows.dues.add_number(due_of(*addition.message));
        rows.envelopes.add(seal_envelope(addition.stored->message, *checksum));
        rows.states.add(seal_states(*addition.message));
    }
    for (unsigned part = 0; part < part_count; ++part) {
        auto& rows = parts.at(part);
        if (rows.ids.count() > 0) {
            const std::string ids = rows.ids.take(Column::numbers);
            if (clears) out->push_back({.name = in_part("clear", part), .values = {ids}});
            out->push_back({.name = in_part("add", part),
                            .values = {number(node_), ids, rows.dues.take(Column::numbers),
                                       rows.piece_counts.take(Column::numbers),
                                       rows.envelopes.take(Column::octets),
                                       rows.states.take(Column::octets)}});
        }
        if (rows.bytes.count() > 0) {
            out->push_back(
                {.name = in_part("put", part),
                 .values = {rows.content_ids.take(Column::numbers),
                            rows.pieces.take(Column::numbers), rows.bytes.take(Column::octets)}});
        }
    }
    return {};
}

void ChangeBatch::append_updates(std::vector<Statement>* out) const {
    struct Rows {
        Column ids, dues, states;
    };
    std::array<Rows, part_count> parts;
    for (const auto& [id, message] : updated_) {
        const std::string states = seal_states(*message);
        for (const unsigned part : parts_of(id)) {
            auto& rows = parts.at(part);
            rows.ids.add_number(number_of(id));
            rows.dues.add_number(due_of(*message));
            rows.states.add(states);
        }
    }
    for (unsigned part = 0; part < part_count; ++part) {
        auto& rows = parts.at(part);
        if (rows.ids.count() == 0) continue;
        out->push_back(
            {.name = in_part("update", part),
             .values = {number(node_), rows.ids.take(Column::numbers),
                        rows.dues.take(Column::numbers), rows.states.take(Column::octets)}});
    }
}

// Last, so that the rows of hosts, which all nodes change, are locked only for a moment.
void ChangeBatch::append_hosts(std::vector<Statement>* out) const {
    const auto statements_before = out->size();
    const auto seconds = [this](std::chrono::sys_seconds time) {
        return number((time + ahead_).time_since_epoch().count());
    };
    if (refusing_.removes_all) out->push_back({.name = "forget_all"});
    for (const auto& [address, host] : refusing_.hosts) {
        if (host == nullptr) {
            out->push_back({.name = "forget", .values = {address}});
            continue;
        }
        out->push_back({.name = "remember",
                        .values = {address, host->host, seconds(host->seen), host->words}});
    }
    if (resting_.removes_all) out->push_back({.name = "wake_all"});
    for (const auto& [address, host] : resting_.hosts) {
        if (host == nullptr) {
            out->push_back({.name = "wake", .values = {address}});
            continue;
        }
        out->push_back({.name = "rest",
                        .values = {address, seconds(host->until), number(host->length.count())}});
    }
    if (out->size() > statements_before) {
        out->push_back({.name = "news", .values = {number(node_)}});
    }
}

}  // namespace turnaway::spool::postgres
