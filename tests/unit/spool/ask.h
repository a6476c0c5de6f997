// Asks a spool and waits for its answer.
#pragma once

#include <cstddef>
#include <future>
#include <utility>

#include "spool/spool.h"

namespace turnaway::test {

inline base::Result<void> apply(spool::Spool& store, spool::Change change) {
    std::promise<base::Result<void>> told;
    store.apply(std::move(change), [&](auto result) { told.set_value(std::move(result)); });
    return told.get_future().get();
}

inline base::Result<spool::StoredMessage> load(spool::Spool& store, queue::QueueId id) {
    std::promise<base::Result<spool::StoredMessage>> told;
    store.load(id, [&](auto result) { told.set_value(std::move(result)); });
    return told.get_future().get();
}

inline base::Result<spool::StoredMessage> load_unchecked(spool::Spool& store, queue::QueueId id) {
    std::promise<base::Result<spool::StoredMessage>> told;
    store.load_unchecked(id, [&](auto result) { told.set_value(std::move(result)); });
    return told.get_future().get();
}

inline base::Result<spool::Page> list(spool::Spool& store, queue::QueueId after,
                                      std::size_t count) {
    std::promise<base::Result<spool::Page>> told;
    store.list(after, count, [&](auto result) { told.set_value(std::move(result)); });
    return told.get_future().get();
}

}  // namespace turnaway::test
