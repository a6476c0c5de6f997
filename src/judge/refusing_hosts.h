// RefusingHosts: the hosts that answered 521 about themselves, for the whole process, with their
// persistent copy.
//
// verdict::HostMemory for any thread. Memory and store apply all changes in the same order: the
// store is called under the lock too. Readers wait for a change, not for each other. RFC 7504
// section 3, ADR 15.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "mail/address.h"
#include "route/host_port.h"
#include "route/route.h"
#include "verdict/answer.h"
#include "verdict/host_memory.h"
#include "verdict/policy.h"

namespace turnaway::judge {

// A remembered host as it is stored. `address` is text, because rows of versions before 2026-11-30
// have no port.
struct StoredHost {
    std::string host;
    std::string address;
    std::chrono::sys_seconds seen;
    std::string words;
};

// Stores remembered hosts persistently and logs the changes. Any thread; every call returns at
// once. The implementation reports what cannot be stored.
class RefusingHostStore {
  public:
    using Done = std::function<void(base::Result<void>)>;

    RefusingHostStore() = default;
    RefusingHostStore(const RefusingHostStore&) = delete;
    RefusingHostStore& operator=(const RefusingHostStore&) = delete;
    virtual ~RefusingHostStore() = default;

    virtual void remember(StoredHost host) = 0;  // replaces the entry of that address
    // An empty address removes all. `done`, if given, is called once that is durable or has failed.
    virtual void forget(const std::string& address, Done done) = 0;
    // A host that was unknown refuses.
    virtual void log_refuses(const verdict::HostMemory::Entry& host) = 0;
    // It accepted mail, or no longer refuses.
    virtual void log_forgotten(const route::HostPort& at) = 0;
};

class RefusingHosts {
  public:
    using Entry = verdict::HostMemory::Entry;
    struct Asked {
        std::uint16_t port;  // at which the hosts of the route are dialled
        bool was_asked_now;  // a host of the route was contacted for this recipient
    };

    // `store` outlives this.
    RefusingHosts(verdict::HostMemory::Settings settings, RefusingHostStore& store,
                  base::Clock clock = {});

    void change(verdict::HostMemory::Settings settings);

    void remember(std::string host, const route::HostPort& at, std::string words);
    // It was probed again and still refuses. No effect if it was forgotten in the meantime.
    void renew(const route::HostPort& at, std::string words);
    // It accepted mail, or no longer refuses.
    void forget(const route::HostPort& at);
    // For an administrator; nothing: all. Returns the number of hosts; done() once it is durable.
    std::size_t forget_by_hand(const std::optional<route::HostPort>& at,
                               RefusingHostStore::Done done);
    // Called at start. `port` is used for rows without one.
    void load(const std::vector<StoredHost>& hosts, std::uint16_t port);

    // What others have learned, who store it too.
    void hear(const std::vector<StoredHost>& hosts, const std::vector<std::string>& forgotten,
              std::uint16_t port);

    bool is_refusing(const route::HostPort& at) const;
    // The hosts to probe again now. Expired evidence is removed.
    std::vector<Entry> take_due();
    std::vector<Entry> list() const;
    std::size_t count() const;
    // The answer for a recipient with this route.
    verdict::Answer decide(const verdict::Policy& policy, const mail::Address& recipient,
                           const route::Route& route, const Asked& asked) const;

  private:
    RefusingHostStore& store_;
    const base::Clock clock_;
    mutable std::shared_mutex mutex_;
    verdict::HostMemory memory_;
};

}  // namespace turnaway::judge
