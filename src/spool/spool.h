// Spool: the interface to everything that survives a crash: messages with their content, and the
// hosts that answered 521 about themselves; and to what the nodes that share it know of each other.
//
// Every call returns at once. `done` is called exactly once, on the spool's own thread, and only
// when the change is durable (or failed): 250 is sent after it and never before (requirement 33).
// Changes take effect in the order of the calls. A spool may be shared: each message then has one
// owner, the node that scan() gives it to, and only its owner delivers or changes it; a spool on
// one disk is one node that owns everything. What a node learns of hosts reaches the others within
// a second. After a failed commit the spool accepts nothing more:
// has_failed() stays true, every call fails, and the daemon must reply 451 and end. Safe to call
// from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "queue/message.h"
#include "queue/queue_id.h"

namespace turnaway::spool {

// The content of a message as received, with CRLF line ends and without dot-stuffing. Small ones
// are in memory, others in a file that belongs to the last reference until the spool has taken it
// over.
class Content {
  public:
    Content() = default;
    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;
    virtual ~Content() = default;

    virtual std::uint64_t size() const = 0;
    // At most `bytes_max` octets from `offset` on; empty at the end. Blocks only for the disk.
    [[nodiscard]] virtual base::Result<std::string> read(std::uint64_t offset,
                                                         std::size_t bytes_max) const = 0;
    // All of it if it is in memory, else empty.
    virtual std::string_view in_memory() const = 0;
    // Why none of it can be read; null while no fault is known.
    virtual const base::Error* trouble() const { return nullptr; }
};
using ContentPtr = std::shared_ptr<const Content>;

// Receives a message's content. Destroying it without finish() leaves nothing behind.
class ContentSink {
  public:
    ContentSink() = default;
    ContentSink(const ContentSink&) = delete;
    ContentSink& operator=(const ContentSink&) = delete;
    virtual ~ContentSink() = default;

    [[nodiscard]] virtual base::Result<void> write(std::string_view bytes) = 0;
    // Call once, last. Not durable yet: Spool::apply() makes it durable.
    [[nodiscard]] virtual base::Result<ContentPtr> finish() = 0;
};

struct StoredMessage {
    queue::Message message;
    ContentPtr content;
};

// A row that cannot be read. It is skipped: neither the start nor a list stops at it, and only
// load_unchecked() and a removal use it.
struct DamagedRow {
    queue::QueueId id;
    std::string words;  // what is wrong with it
};

// A part of the queue, in order of id.
struct Page {
    std::vector<queue::Message> messages = {};
    std::vector<DamagedRow> damaged = {};
    queue::QueueId last = {};  // the greatest of both
    bool is_end = true;        // no more rows follow
};

// One durable step: all or nothing.
struct Change {
    std::vector<StoredMessage> add = {};      // new messages: received ones and the relay's reports
    std::vector<queue::Message> update = {};  // states and hold; envelope and content do not change
    std::vector<queue::QueueId> remove = {};  // with their content
};

struct RefusingHost {
    std::string host;     // name
    std::string address;  // as text; the address that was dialled
    std::chrono::sys_seconds seen;
    std::string words;  // the reply, "521 host.example Host does not accept mail"
    bool operator==(const RefusingHost&) const = default;
};

// An address that did not respond.
struct RestingHost {
    std::string address;               // as text
    std::chrono::sys_seconds until;    // when it may be tried again
    std::chrono::seconds length = {};  // of this rest; the next one is longer
    bool operator==(const RestingHost&) const = default;
};

// What other nodes have learned of hosts.
struct HostNews {
    std::vector<RefusingHost> refusing = {};
    std::vector<std::string> forgotten = {};  // addresses that were refusing
    std::vector<RestingHost> resting = {};
    std::vector<std::string> awake = {};  // addresses that were resting
    bool is_empty() const {
        return refusing.empty() && forgotten.empty() && resting.empty() && awake.empty();
    }
};

class Cluster;

class Spool {
  public:
    using Done = std::function<void(base::Result<void>)>;
    using Found = std::function<void(base::Result<StoredMessage>)>;
    using Listed = std::function<void(base::Result<Page>)>;
    using Damaged = std::function<void(const DamagedRow&)>;
    using Gained = std::function<void(Page)>;
    using Heard = std::function<void(HostNews)>;
    using Counted = std::function<void()>;

    Spool() = default;
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;
    virtual ~Spool() = default;

    // For a message from this client, whose share of the disk is limited; empty: the relay's own. A
    // sink fails with Fault::unavailable if there is no space; every other fault is the disk's.
    [[nodiscard]] virtual std::unique_ptr<ContentSink> new_content(std::string_view client) = 0;
    virtual void apply(Change change, Done done) = 0;
    // Fault::no_input: this node owns no such message; Fault::data: its row is damaged;
    // Fault::unavailable: it cannot be read now. If only the content is missing or damaged, the
    // message is found, and its content returns the error.
    virtual void load(queue::QueueId id, Found found) = 0;
    // For a damaged message too: the content as it is on the disk, unchecked. Of the message only
    // the id is certain.
    virtual void load_unchecked(queue::QueueId id, Found found) = 0;
    // At most `count` messages that this node owns with an id greater than `after`, without
    // content, including damaged ones.
    virtual void list(queue::QueueId after, std::size_t count, Listed listed) = 0;
    // Every message that this node owns in order of arrival, without content; at start, before any
    // other call, in the caller's thread. `each` returns false to stop early.
    [[nodiscard]] virtual base::Result<void> scan(const std::function<bool(queue::Message)>& each,
                                                  const Damaged& damaged) = 0;
    // Whether the result of a delivery can certainly be stored: there is space, and this node
    // certainly owns its messages. If not, none may begin.
    virtual bool has_room_for_outcomes() const = 0;

    virtual void remember(RefusingHost host,
                          Done done) = 0;  // replaces the entry of that address
    virtual void forget(std::string_view address, Done done) = 0;  // "" forgets all
    [[nodiscard]] virtual base::Result<std::vector<RefusingHost>>
    refusing_hosts() = 0;  // at start, like scan

    // For the other nodes. A spool that is not shared does not keep it, and it may be lost while
    // the spool cannot be reached.
    virtual void rest(RestingHost /*host*/) {}
    virtual void wake(std::string_view /*address*/) {}  // "" wakes all
    // What other nodes learn of hosts from now on, and what rests already; on the spool's thread.
    // Once, after refusing_hosts().
    virtual void follow_hosts(Heard /*heard*/) {}

    // The nodes that share the spool and live, with this one; while that cannot be found out, as it
    // was before.
    virtual unsigned nodes() const { return 1; }
    // Their number has changed; on the spool's thread. Once.
    virtual void follow_nodes(Counted /*counted*/) {}
    // Whether this node certainly still owns its messages. If not, no host may be given one.
    virtual bool owns_messages() const { return true; }
    // Different for every node that shares the spool, and below queue::QueueIdMaker::nodes_max.
    virtual unsigned slot() const { return 0; }
    // Messages that another node owned and this one owns now; on the spool's thread. Once, after
    // scan(). Without it a node takes none.
    virtual void follow_gains(Gained /*gained*/) {}
    // The nodes that share it; null: it is not shared.
    virtual Cluster* cluster() { return nullptr; }

    virtual bool has_failed() const = 0;
    // Of a change that was refused with Fault::unavailable: not for want of space.
    virtual bool is_away() const { return false; }
    // After a reload: the space to leave free on the disk of the spool, if it has a disk.
    virtual void change_free_bytes_min(std::uint64_t /*bytes*/) {}
};

}  // namespace turnaway::spool
