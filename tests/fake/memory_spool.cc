#include "fake/memory_spool.h"

#include <memory>
#include <utility>

#include "base/check.h"
#include "spool/memory_content.h"

namespace turnaway::fake {
namespace {

class Sink final : public spool::ContentSink {
  public:
    base::Result<void> write(std::string_view bytes) override {
        bytes_ += bytes;
        return {};
    }
    base::Result<spool::ContentPtr> finish() override {
        return std::make_shared<spool::MemoryContent>(std::move(bytes_));
    }

  private:
    std::string bytes_;
};

}  // namespace

void MemorySpool::sync() {
    if (std::exchange(fails_next_, false)) has_failed_ = true;
    const base::Error fault{base::Fault::io, "the disk of the fake failed"};
    // What is asked for while telling waits for the next sync.
    for (Job& job : std::exchange(line_, {})) {
        has_failed_ ? job.tell_fault(fault) : job.perform();
    }
}

void MemorySpool::crash() {
    line_.clear();
    has_failed_ = fails_next_ = false;
}

void MemorySpool::fail_next() {
    fails_next_ = true;
}

std::unique_ptr<spool::ContentSink> MemorySpool::new_content(std::string_view) {
    return std::make_unique<Sink>();
}

void MemorySpool::ask(Done done, std::function<base::Result<void>()> change) {
    const auto told = std::make_shared<Done>(std::move(done));
    line_.push_back(
        {.perform = [told, change = std::move(change)] { (*told)(change()); },
         .tell_fault = [told](const base::Error& fault) { (*told)(std::unexpected(fault)); }});
}

void MemorySpool::apply(spool::Change change, Done done) {
    ask(std::move(done), [this, kept = std::make_shared<spool::Change>(std::move(change))] {
        return this->change(*kept);
    });
}

base::Result<void> MemorySpool::change(const spool::Change& change) {
    if (is_full_ && !change.add.empty() && change.update.empty() && change.remove.empty()) {
        return base::fail(base::Fault::unavailable, "the disk of the fake is nearly full");
    }
    for (const auto& stored : change.add) {
        TURNAWAY_CHECK(messages_.emplace(stored.message.id, stored).second);
    }
    for (const auto& update : change.update) {
        const auto known = messages_.find(update.id);
        if (known == messages_.end()) continue;
        known->second.message.states = update.states;
        known->second.message.is_held = update.is_held;
    }
    for (const auto id : change.remove) messages_.erase(id);
    return {};
}

void MemorySpool::load(queue::QueueId id, Found found) {
    const auto told = std::make_shared<Found>(std::move(found));
    line_.push_back(
        {.perform =
             [this, id, told] {
                 const auto known = messages_.find(id);
                 if (known != messages_.end()) return (*told)(known->second);
                 (*told)(base::fail(base::Fault::no_input, "there is no message " + id.text()));
             },
         .tell_fault = [told](const base::Error& fault) { (*told)(std::unexpected(fault)); }});
}

void MemorySpool::list(queue::QueueId after, std::size_t count, Listed listed) {
    const auto told = std::make_shared<Listed>(std::move(listed));
    line_.push_back(
        {.perform =
             [this, after, count, told] {
                 spool::Page page;
                 auto at = messages_.upper_bound(after);
                 for (; at != messages_.end() && page.messages.size() < count; ++at) {
                     page.messages.push_back(at->second.message);
                     page.last = at->first;
                 }
                 page.is_end = at == messages_.end();
                 (*told)(std::move(page));
             },
         .tell_fault = [told](const base::Error& fault) { (*told)(std::unexpected(fault)); }});
}

base::Result<void> MemorySpool::scan(const std::function<bool(queue::Message)>& each,
                                     const Damaged&) {
    for (const auto& [id, stored] : messages_) {
        if (!each(stored.message)) break;
    }
    return {};
}

void MemorySpool::remember(spool::RefusingHost host, Done done) {
    ask(std::move(done), [this, host = std::move(host)]() -> base::Result<void> {
        hosts_.insert_or_assign(host.address, host);
        return {};
    });
}

void MemorySpool::forget(std::string_view address, Done done) {
    ask(std::move(done), [this, address = std::string(address)]() -> base::Result<void> {
        if (address.empty()) hosts_.clear();
        hosts_.erase(address);
        return {};
    });
}

base::Result<std::vector<spool::RefusingHost>> MemorySpool::refusing_hosts() {
    std::vector<spool::RefusingHost> hosts;
    for (const auto& [address, host] : hosts_) hosts.push_back(host);
    return hosts;
}

}  // namespace turnaway::fake
