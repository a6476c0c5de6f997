// Cluster: the relays that share a spool, as one of them sees them all.
//
// Any of them may read the whole queue, but only the owner of a message changes it. So a request to
// change another node's message is given to that node, which carries it out like one of its own
// administrator: nothing here writes to a message. A request is carried out at most once: the node
// takes it before it begins. Every call returns at once, and its callback comes exactly once, on a
// thread of the cluster. Safe to call from any thread. What is read is not a snapshot.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "spool/spool.h"

namespace turnaway::spool {

struct NodeState {
    std::string name = {};
    std::string version = {};             // of its program
    std::chrono::seconds lease = {};      // left, rounded up; 0: it has run out
    std::chrono::sys_seconds since = {};  // its start
    std::uint64_t messages = 0;           // that it owns
    std::uint64_t due = 0;                // of these, with a recipient whose next try is due
    std::uint64_t deliveries = 0;         // under way when its lease was last renewed
    bool is_draining = false;

    bool is_alive() const { return lease.count() > 0; }
};

// "" is a node that no longer exists: another takes its messages over soon.
using OwnerNames = std::map<queue::QueueId, std::string>;

struct SharedPage {
    Page rows = {};
    OwnerNames owners = {};
};

struct SharedMessage {
    StoredMessage stored = {};
    std::string owner = {};
};

// A request of another node to this one.
struct NodeRequest {
    std::int64_t number = 0;
    std::string asker = {};  // the other node
    std::string line = {};
};

// Part of the answer to a request.
struct AnswerPiece {
    std::string lines = {};
    bool is_last = false;
};

class Cluster {
  public:
    template <class T>
    using Found = std::function<void(base::Result<T>)>;
    using Done = std::function<void(base::Result<void>)>;

    struct Follower {
        std::function<void(NodeRequest)> on_request = {};
        std::function<std::uint64_t()> deliveries = {};  // under way; any thread
    };

    Cluster() = default;
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;
    virtual ~Cluster() = default;

    virtual const std::string& own_name() const = 0;
    virtual void nodes(Found<std::vector<NodeState>> found) = 0;
    // As Spool::list(), of all nodes, or of one.
    virtual void list(queue::QueueId after, std::size_t count, std::string node,
                      Found<SharedPage> found) = 0;
    // Of those messages that exist.
    virtual void owners(std::vector<queue::QueueId> ids, Found<OwnerNames> found) = 0;
    // As Spool::load() and load_unchecked().
    virtual void load(queue::QueueId id, bool is_checked, Found<SharedMessage> found) = 0;

    // Gives a request to a live node; returns its number. Nothing: the node is not alive.
    virtual void ask(std::string node, std::string line,
                     Found<std::optional<std::int64_t>> found) = 0;
    // Waits for a piece of the answer, counted from 0; all are taken once, in order.
    // Fault::unavailable after half a minute without it: then the words say whether the node has
    // begun.
    virtual void answer_piece(std::int64_t request, std::int64_t piece,
                              Found<AnswerPiece> found) = 0;

    // Once: requests of other nodes, each to be answered.
    virtual void follow_requests(Follower follower) = 0;
    virtual void answer(std::int64_t request, std::int64_t piece, AnswerPiece lines, Done done) = 0;

    // Whether the node is to be emptied. Fault::no_input: there is none of this name.
    virtual void drain(std::string node, bool is_wanted, Done done) = 0;
    // Whether that is this node: it takes no new mail and begins no delivery.
    virtual bool is_draining() const = 0;
    // Gives all its messages to the others, once nothing is being delivered any more. Until its end
    // the node then owns nothing, and its spool takes nothing.
    virtual void leave() = 0;
};

}  // namespace turnaway::spool
