// Part of SqliteSpool: runs each kind of job within the transaction of its batch.
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/limits.h"
#include "spool/checksum.h"
#include "spool/free_space.h"
#include "spool/lost_content.h"
#include "spool/memory_content.h"
#include "spool/sealed_row.h"
#include "spool/sqlite/sqlite_spool.h"

namespace turnaway::spool {

base::Result<void> SqliteSpool::perform(Job& job) {
    if (std::holds_alternative<Change>(job.what)) return change(job);
    if (const auto* remember = std::get_if<Remember>(&job.what)) {
        return database_->remember(remember->host);
    }
    if (const auto* forget = std::get_if<Forget>(&job.what)) {
        return database_->forget(forget->address);
    }
    if (std::holds_alternative<List>(job.what)) return read_list(job);
    return load_one(job);
}

// A read error concerns the caller, not the spool, unless SQLite ended the transaction because of
// it.
base::Result<void> SqliteSpool::load_one(Job& job) {
    const auto& load = std::get<Load>(job.what);
    auto loaded = load.is_checked ? read(load.id) : read_unchecked(load.id);
    if (loaded) {
        loaded_bytes_ += loaded->content->in_memory().size();
        job.loaded = std::move(*loaded);
        return {};
    }
    auto& error = loaded.error();
    if (!database_->is_in_transaction()) return base::fail(base::Fault::io, error.message);
    if (error.fault == base::Fault::io) error.fault = base::Fault::unavailable;
    job.refused = std::move(error);
    return {};
}

base::Result<void> SqliteSpool::read_list(Job& job) {
    const auto& list = std::get<List>(job.what);
    auto& page = job.page;
    std::size_t count = 0;
    auto listed = database_->list(list.after, list.count, [&](const MessageRow& row) {
        ++count;
        page.last = row.id;
        auto opened = open_row(row.id, row.envelope, row.states);
        if (opened) return page.messages.push_back(std::move(opened->message));
        page.damaged.push_back({.id = row.id, .words = std::string(opened.error())});
    });
    page.is_end = count < list.count;
    if (listed) return {};
    if (!database_->is_in_transaction()) return listed;
    job.refused = std::move(listed.error());
    return {};
}

base::Result<void> SqliteSpool::change(Job& job) {
    const auto& change = std::get<Change>(job.what);
    if (is_disk_full_for(change)) {
        job.refused = base::Error{base::Fault::unavailable,
                                  "the disk of the spool " + settings_.path + " is nearly full"};
        return {};
    }
    for (const auto& stored : change.add) {
        auto added = add(stored);
        if (added) continue;
        // There was no space for its file, and nothing of the change is written yet.
        const bool is_untouched =
            &stored == change.add.data() && !files_.contains(stored.message.id);
        const bool is_big = stored.content->size() > base::limits::content_in_row_bytes_max;
        const bool is_full = added.error().fault == base::Fault::unavailable;
        if (!(is_full && job.is_new_only() && is_big && is_untouched)) return added;
        job.refused = std::move(added.error());
        return {};
    }
    for (const auto& message : change.update) {
        if (auto updated = database_->update(message.id, seal_states(message)); !updated) {
            return updated;
        }
    }
    for (const auto id : change.remove) {
        if (auto removed = remove(id); !removed) return removed;
    }
    return {};
}

base::Result<void> SqliteSpool::add(const StoredMessage& stored) {
    TURNAWAY_CHECK(stored.content != nullptr);
    TURNAWAY_CHECK(stored.message.states.size() == stored.message.envelope.recipients.size());
    if (stored.content->size() > base::limits::content_in_row_bytes_max) {
        return add_with_file(stored);
    }
    std::string read;
    std::string_view content = stored.content->in_memory();
    if (content.size() != stored.content->size()) {
        auto bytes = stored.content->read(0, base::limits::content_in_row_bytes_max);
        if (!bytes) return std::unexpected(bytes.error());
        read = *std::move(bytes);
        content = read;
    }
    return database_->insert({.id = stored.message.id,
                              .envelope = seal_envelope(stored.message, crc32c(content)),
                              .states = seal_states(stored.message),
                              .content = content,
                              .file = {}});
}

base::Result<void> SqliteSpool::add_with_file(const StoredMessage& stored) {
    const auto& id = stored.message.id;
    const std::string states = seal_states(stored.message);
    const auto insert = [&](const ContentFile& file, std::string_view envelope) {
        return database_->insert(
            {.id = id, .envelope = envelope, .states = states, .content = {}, .file = file});
    };
    is_folder_changed_ = true;
    // The second run of a batch that found the disk full: the file belongs to the row already.
    if (const auto kept = files_.find(id); kept != files_.end()) {
        const auto file = folder_->find(kept->second.number, kept->second.bytes);
        if (!file) return std::unexpected(file.error());
        return insert(kept->second, seal_envelope(stored.message, (*file)->checksum()));
    }
    const auto file = own_file(stored.content);
    if (!file) return std::unexpected(file.error());
    const std::string envelope = seal_envelope(stored.message, (*file)->checksum());
    if (auto kept = (*file)->keep(id, envelope, states); !kept) return kept;
    step("file synced");
    const ContentFile row_file{.number = (*file)->number(), .bytes = (*file)->size()};
    files_.emplace(id, row_file);
    return insert(row_file, envelope);
}

// The file belongs to the row from now on, whether the commit succeeds or not: after a failure only
// the next start can find out.
base::Result<std::shared_ptr<const FileContent>> SqliteSpool::own_file(const ContentPtr& content) {
    auto file = std::dynamic_pointer_cast<const FileContent>(content);
    if (file && file->claim()) return file;
    // Made elsewhere, or already used by another message: make a copy.
    auto copy = folder_->create();
    if (!copy) return std::unexpected(std::move(copy.error()));
    for (std::uint64_t at = 0; at < content->size(); at += ChunkSums::chunk_bytes) {
        const auto piece = content->read(at, ChunkSums::chunk_bytes);
        if (!piece) return std::unexpected(piece.error());
        if (auto put = (*copy)->write(*piece); !put) return std::unexpected(put.error());
    }
    (*copy)->finish();
    (*copy)->claim();
    return std::move(*copy);
}

base::Result<void> SqliteSpool::remove(queue::QueueId id) {
    if (const auto file = files_.find(id); file != files_.end()) {
        files_to_remove_.push_back(file->second.number);
        files_.erase(file);
    }
    return database_->remove(id);
}

base::Result<StoredMessage> SqliteSpool::read(queue::QueueId id) {
    base::Result<StoredMessage> stored =
        base::fail(base::Fault::no_input, "there is no message " + id.text());
    auto found = database_->find(id, [&](const MessageRow& row) { stored = read_row(row); });
    if (!found) return std::unexpected(std::move(found.error()));
    return stored;
}

base::Result<StoredMessage> SqliteSpool::read_row(const MessageRow& row) {
    auto opened = open_row(row.id, row.envelope, row.states);
    if (!opened) {
        return base::fail(base::Fault::data, "message " + row.id.text() +
                                                 " cannot be read: " + std::string(opened.error()));
    }
    const auto lost = [&](base::Error why) {
        return StoredMessage{std::move(opened->message),
                             std::make_shared<LostContent>(
                                 row.file ? row.file->bytes : row.content.size(), std::move(why))};
    };
    const auto checksum = opened->content_checksum;
    if (!row.file) {
        if (checksum && crc32c(row.content) != *checksum) {
            return lost({base::Fault::data, "the content of message " + row.id.text() +
                                                " in the database is damaged"});
        }
        return StoredMessage{std::move(opened->message),
                             std::make_shared<MemoryContent>(std::string(row.content))};
    }
    auto file = folder_->find(row.file->number, row.file->bytes);
    if (!file && file.error().fault == base::Fault::unavailable) {
        return std::unexpected(std::move(file.error()));
    }
    if (!file) return lost(std::move(file.error()));
    if (checksum && (*file)->checksum() != *checksum) {
        return lost({base::Fault::data, (*file)->path() + " is not the file its row means"});
    }
    return StoredMessage{std::move(opened->message), std::move(*file)};
}

base::Result<StoredMessage> SqliteSpool::read_unchecked(queue::QueueId id) {
    base::Result<StoredMessage> stored =
        base::fail(base::Fault::no_input, "there is no message " + id.text());
    auto found = database_->find(id, [&](const MessageRow& row) {
        ContentPtr content;
        if (row.file) {
            auto file = folder_->find_unchecked(row.file->number, row.file->bytes);
            if (!file) {
                stored = std::unexpected(std::move(file.error()));
                return;
            }
            content = std::move(*file);
        } else {
            content = std::make_shared<MemoryContent>(std::string(row.content));
        }
        stored = StoredMessage{{.id = id, .arrival = {}}, std::move(content)};
    });
    if (!found) return std::unexpected(std::move(found.error()));
    return stored;
}

bool SqliteSpool::is_disk_full_for(const Change& change) {
    if (change.add.empty()) return false;
    // A report comes with the disposition it reports: if refused, the disposition would recur again
    // and again.
    if (!change.update.empty() || !change.remove.empty()) return false;
    // The remaining space is for dispositions.
    if (!has_room_) return true;
    // If the disk cannot be queried, the write returns an error.
    if (!free_bytes_) free_bytes_ = free_bytes_of(settings_.path);
    if (!free_bytes_) return false;
    std::uint64_t needed = 0;
    for (const auto& stored : change.add) {
        // A content file has already been written.
        const auto bytes = stored.content->size();
        if (bytes <= base::limits::content_in_row_bytes_max) needed += bytes;
    }
    const std::uint64_t least = folder_->budget().free_bytes_min();
    if (*free_bytes_ < needed || *free_bytes_ - needed < least) return true;
    *free_bytes_ -= needed;
    return false;
}

}  // namespace turnaway::spool
