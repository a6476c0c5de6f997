// Control handler: carries out an administrator's requests to the running relay.
//
// Runs on the daemon's own thread, not on a shard's. The queue is read from the spool in pages, so
// the spool's writer waits for one page at a time, and a list is not a snapshot of one instant.
// Changes go through queue_changes.h, a bounded number at a time; messages received after the
// request are not part of "all". If several relays share the queue, each request is about the queue
// of all: what is read comes from the database, and each relay changes its own messages
// (control_handler_cluster.cc).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/control_server.h"
#include "daemon/disk_thread.h"
#include "queue/message.h"
#include "queue/schedule.h"
#include "relay/control/control_answer.h"
#include "relay/control/control_json.h"
#include "relay/control/control_request.h"
#include "relay/queue/queue_changes.h"
#include "spool/cluster.h"

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
    // Of another relay that shares the queue.
    boost::asio::awaitable<void> perform_request(spool::NodeRequest request);

  private:
    template <class T>
    using Awaitable = boost::asio::awaitable<T>;
    using Page = base::Result<spool::Page>;
    using SharedPage = base::Result<spool::SharedPage>;
    using Nodes = std::vector<spool::NodeState>;
    using TakeLine = std::function<void(const Json& line)>;
    using Ids = std::vector<queue::QueueId>;
    // The end of an answer.
    using Done = base::Result<Totals>;

    // `line` is the request as it came; `asker` the relay that it came from, or empty.
    Awaitable<bool> perform_line(std::string_view line, const ControlPeer& peer,
                                 std::string_view asker, ControlAnswer& answer);
    Awaitable<Done> perform(const ControlRequest& request, std::string_view line,
                            ControlAnswer& answer);
    // Of this relay alone.
    Awaitable<Page> own_page(queue::QueueId after, std::size_t count);
    // Of all relays that share the queue, or of one.
    Awaitable<SharedPage> page(const std::string& node, queue::QueueId after, std::size_t count);
    // Of any relay that shares the queue, unless the request names one.
    Awaitable<base::Result<spool::SharedMessage>> load(const ControlRequest& request,
                                                       queue::QueueId id, bool is_checked);
    Awaitable<Done> list_named(const ControlRequest& request, ControlAnswer& answer);
    Awaitable<Done> list(const ControlRequest& request, ControlAnswer& answer);
    Awaitable<base::Result<std::string>> read_content(spool::ContentPtr content,
                                                      std::uint64_t offset, std::size_t bytes_max);
    Awaitable<Done> show(const ControlRequest& request, ControlAnswer& answer);
    Awaitable<Done> export_content(const ControlRequest& request, ControlAnswer& answer);
    // The content as stored on disk, from `offset` on.
    Awaitable<Done> export_unchecked(const ControlRequest& request, std::uint64_t offset,
                                     std::string damage, ControlAnswer& answer);
    Awaitable<Done> change_named(const ControlRequest& request, ControlAnswer& answer);
    Awaitable<Done> change_matching(const ControlRequest& request, ControlAnswer& answer);
    Awaitable<base::Result<void>> change_some(ControlVerb verb, const Ids& ids, Totals* totals,
                                              ControlAnswer& answer);
    Awaitable<Done> flush(const ControlRequest& request);
    Awaitable<Done> summarise(const ControlRequest& request, std::string_view line,
                              ControlAnswer& answer);
    Awaitable<Done> hosts(ControlAnswer& answer);
    Awaitable<Done> forget(const ControlRequest& request);

    // control_handler_cluster.cc
    std::string own_name();  // among the relays that share the queue; empty: it is not shared
    Awaitable<base::Result<Nodes>> nodes();
    Awaitable<base::Result<void>> check_node(const ControlRequest& request);
    Awaitable<Done> list_nodes(ControlAnswer& answer);
    Awaitable<Done> drain(const ControlRequest& request);
    Awaitable<Done> change_own(const ControlRequest& request, ControlAnswer& answer);
    Awaitable<Done> change(const ControlRequest& request, std::string_view line,
                           ControlAnswer& answer);
    Awaitable<Done> change_named_shared(const ControlRequest& request, std::string_view line,
                                        ControlAnswer& answer);
    Awaitable<Done> change_matching_shared(const ControlRequest& request, std::string_view line,
                                           ControlAnswer& answer);
    // Has another relay carry it out, for all its messages or for `ids`; adds up what it counts.
    Awaitable<void> forward(const std::string& node, std::string_view line, const Ids& ids,
                            const TakeLine& take, Totals* totals, ControlAnswer& answer);

    RelayState& relay_;
    daemon::DiskThread& disk_;
};

}  // namespace turnaway::relay
