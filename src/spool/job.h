// Job: one call of a spool that waits for the spool's thread, with its callback.
//
// Whoever takes it from the line (job_line.h) sets what came of it and calls end() once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "spool/spool.h"

namespace turnaway::spool {

struct Load {
    queue::QueueId id;
    bool is_checked;
};
struct List {
    queue::QueueId after;
    std::size_t count;
};
struct Remember {
    RefusingHost host;
};
struct Forget {
    std::string address;
};
struct Rest {
    RestingHost host;
};
struct Wake {
    std::string address;
};

struct Job {
    std::variant<Change, Load, List, Remember, Forget, Rest, Wake> what;
    Spool::Done done = {};
    Spool::Found found = {};    // of a Load, in place of done
    Spool::Listed listed = {};  // of a List
    std::optional<base::Error> refused = {};
    std::optional<StoredMessage> loaded = {};
    Page page = {};

    // A client waits for its 250, or a delivery for the message.
    bool is_urgent() const {
        const auto* change = std::get_if<Change>(&what);
        return change == nullptr || !change->add.empty();
    }
    // New messages that come with nothing else: whoever sent them can be asked to try again.
    bool is_new_only() const {
        const auto* change = std::get_if<Change>(&what);
        return change != nullptr && change->update.empty() && change->remove.empty();
    }
    bool is_read() const {
        return std::holds_alternative<Load>(what) || std::holds_alternative<List>(what);
    }
    // Before it is run again.
    void forget_outcome() {
        refused.reset();
        loaded.reset();
        page = {};
    }
    void end() {
        if (found) {
            refused ? found(std::unexpected(std::move(*refused))) : found(std::move(*loaded));
        } else if (listed) {
            refused ? listed(std::unexpected(std::move(*refused))) : listed(std::move(page));
        } else {
            refused ? done(std::unexpected(std::move(*refused))) : done({});
        }
    }
};

}  // namespace turnaway::spool
