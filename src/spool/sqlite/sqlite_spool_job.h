// SqliteSpool::Job: one call of SqliteSpool that waits in its queue, with its callback. Only for
// sqlite_spool.cc and sqlite_spool_jobs.cc.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "spool/sqlite/sqlite_spool.h"

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

struct SqliteSpool::Job {
    std::variant<Change, Load, List, Remember, Forget> what;
    Done done = {};
    Found found = {};    // of a Load, in place of done
    Listed listed = {};  // of a List
    std::optional<base::Error> refused = {};
    std::optional<StoredMessage> loaded = {};
    Page page = {};

    // A client waits for its 250, or a delivery for the message.
    bool is_urgent() const {
        const auto* change = std::get_if<Change>(&what);
        return change == nullptr || !change->add.empty();
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
