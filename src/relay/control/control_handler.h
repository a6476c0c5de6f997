// Control handler: carries out an administrator's requests to the running relay.
//
// Runs on the daemon's own thread, not on a shard's. The queue is read from the spool in pages, so
// the spool's writer waits for one page at a time, and a list is not a snapshot of one instant.
// Changes go through queue_changes.h, a bounded number at a time; messages received after the
// request are not part of "all".
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/control_server.h"
#include "daemon/disk_thread.h"
#include "queue/message.h"
#include "queue/schedule.h"
#include "relay/control/control_answer.h"
#include "relay/control/control_request.h"
#include "relay/queue/queue_changes.h"

namespace turnaway::relay {

class RelayState;
using daemon::ControlAnswer;
using daemon::ControlPeer;

class ControlHandler {
  public:
    // Both must outlive the handler. Contents are read on `disk`.
    ControlHandler(RelayState& relay, daemon::DiskThread& disk) : relay_(relay), disk_(disk) {}

    // False: the line is not a request, and the answer says why.
    boost::asio::awaitable<bool> perform_line(std::string_view line, const ControlPeer& peer,
                                              ControlAnswer& answer);

  private:
    template <class T>
    using Awaitable = boost::asio::awaitable<T>;
    using Page = base::Result<spool::Page>;
    using Ids = std::vector<queue::QueueId>;
    // The end of an answer.
    using Done = base::Result<Totals>;

    Awaitable<void> perform(const ControlRequest& request, const ControlPeer& peer,
                            ControlAnswer& answer);
    Awaitable<Page> page(queue::QueueId after, std::size_t count);
    Awaitable<Done> list_named(const ControlRequest& request, ControlAnswer& answer);
    Awaitable<Done> list(const ControlRequest& request, ControlAnswer& answer);
    Awaitable<base::Result<std::string>> read_content(spool::ContentPtr content,
                                                      std::uint64_t offset, std::size_t bytes_max);
    Awaitable<Done> show(const ControlRequest& request, ControlAnswer& answer);
    Awaitable<Done> export_content(const ControlRequest& request, ControlAnswer& answer);
    // The content as stored on disk, from `offset` on.
    Awaitable<Done> export_unchecked(queue::QueueId id, std::uint64_t offset, std::string damage,
                                     ControlAnswer& answer);
    Awaitable<Done> change_named(const ControlRequest& request, ControlAnswer& answer);
    Awaitable<Done> change_matching(const ControlRequest& request, ControlAnswer& answer);
    Awaitable<base::Result<void>> change_some(ControlVerb verb, const Ids& ids, Totals* totals,
                                              ControlAnswer& answer);
    Awaitable<Done> flush(const ControlRequest& request);
    Awaitable<Done> summarise(const ControlRequest& request, ControlAnswer& answer);
    Awaitable<Done> hosts(ControlAnswer& answer);
    Awaitable<Done> forget(const ControlRequest& request);

    RelayState& relay_;
    daemon::DiskThread& disk_;
};

}  // namespace turnaway::relay
