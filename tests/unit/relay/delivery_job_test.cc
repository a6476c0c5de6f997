// A round for one message: what becomes of each answer of the host, and the one durable change.
#include "relay/deliver/delivery_job.h"

#include <boost/asio/post.hpp>
#include <mutex>
#include <set>
#include <thread>

#include "unit/relay/scene.h"

namespace turnaway::relay {
namespace {

// Content like that of a file: not in memory. Remembers which threads read it.
class ContentOnDisk final : public spool::Content {
  public:
    explicit ContentOnDisk(std::string bytes) : bytes_(std::move(bytes)) {}
    std::uint64_t size() const override { return bytes_.size(); }
    base::Result<std::string> read(std::uint64_t offset, std::size_t bytes_max) const override {
        const std::lock_guard lock(mutex_);
        readers_.insert(std::this_thread::get_id());
        return bytes_.substr(static_cast<std::size_t>(offset), bytes_max);
    }
    std::string_view in_memory() const override { return {}; }
    std::set<std::thread::id> readers() const {
        const std::lock_guard lock(mutex_);
        return readers_;
    }

  private:
    const std::string bytes_;
    mutable std::mutex mutex_;
    mutable std::set<std::thread::id> readers_;
};

std::string big_content() {
    std::string text = "Subject: big\r\n\r\n";
    while (text.size() < 300'000) text += "a line of the message\r\n";
    return text;
}

TEST(DeliveryJob, ReadsContentBesideTheEventLoop) {
    const auto content = std::make_shared<ContentOnDisk>(big_content());
    MailHost host;
    RelayScene scene(all_to(host), &host);
    scene.queue("bob@one.example", content);
    scene.run_until([&] { return scene.counted(Counter::delivered) == 1; });
    EXPECT_FALSE(content->readers().empty());
    EXPECT_FALSE(content->readers().contains(std::this_thread::get_id()));
}

TEST(DeliveryJob, ReadsWhatAReportReturnsBesideTheEventLoop) {
    const auto content = std::make_shared<ContentOnDisk>(big_content());
    MailHost host({{"RCPT", "550 5.1.1 no such user"}});
    RelayScene scene(all_to(host), &host);
    scene.queue("bob@one.example", content);
    scene.run_until([&] { return scene.counted(Counter::reports_failure) == 1; });
    EXPECT_FALSE(content->readers().empty());
    EXPECT_FALSE(content->readers().contains(std::this_thread::get_id()));
}

TEST(DeliveryJob, TellsTheSenderOfAPermanentRefusal) {
    MailHost host({{"RCPT", "550 5.1.1 no such user"}});
    RelayScene scene(all_to(host), &host);
    const auto id = scene.queue("bob@one.example");
    scene.run_until([&] { return scene.counted(Counter::reports_failure) == 1; });
    scene.run_until([&] { return host.count("RCPT TO:<sender@client.example>") == 1; });
    EXPECT_EQ(host.count("MAIL FROM:<>"), 1U) << "the report";
    const auto queued = scene.queued();
    EXPECT_TRUE(std::ranges::none_of(queued, [&](const auto& each) { return each.id == id; }));
}

TEST(DeliveryJob, KeepsAReportThatNobodyTakesForTheAdministrator) {
    MailHost host({{"RCPT", "550 5.1.1 no such user"}});
    RelayScene scene(all_to(host), &host);
    scene.queue("bob@one.example");
    const auto is_kept = [&] {
        const auto queued = scene.queued();
        return queued.size() == 1 &&
               queued.front().states.front().progress == queue::Progress::unreportable;
    };
    scene.run_until(is_kept);
    EXPECT_TRUE(scene.queued().front().envelope.reverse_path.is_null());
}

TEST(DeliveryJob, RemembersAHostThatSays521OfItself) {
    MailHost host({{"greeting", "521 mx.example Host does not accept mail"}});
    RelayScene scene(all_to(host), &host);
    scene.queue("bob@one.example");
    scene.run_until([&] { return scene.counted(Counter::bounced) == 1; });
    const auto at = *route::HostPort::parse("127.0.0.1:" + std::to_string(host.port()), 25);
    EXPECT_TRUE(scene.relay().refusing_hosts().is_refusing(at));
    EXPECT_EQ(host.count("MAIL"), 0U);
}

TEST(DeliveryJob, PutsOffWhatMayBelongToAnotherRelay) {
    MailHost host;
    RelayScene scene(all_to(host), &host);
    scene.spool().set_owner(false);
    scene.queue("bob@one.example");
    scene.run_until([&] { return scene.counted(Counter::deferred) == 1; });
    EXPECT_EQ(host.count("MAIL"), 0U);
    scene.run_until([&] { return scene.shard().deliverer().active() == 0; });
    scene.spool().set_owner(true);
    scene.pass(3h);
    scene.shard().deliverer().pump();
    scene.run_until([&] { return scene.queued().empty(); });
    EXPECT_EQ(host.count("MAIL"), 1U);
}

TEST(DeliveryJob, LeavesAHeldMessageAlone) {
    MailHost host;
    RelayScene scene(all_to(host), &host);
    const auto id = scene.queue("bob@one.example");  // its job begins when the event loop runs
    {
        const auto live = scene.relay().table().find(id);
        ASSERT_NE(live, nullptr);
        const std::lock_guard lock(live->mutex);
        live->message.is_held = true;
    }
    bool has_begun = false;
    asio::post(scene.loop(), [&] { has_begun = true; });  // behind the job
    scene.run_until([&] { return has_begun && scene.shard().deliverer().active() == 0; });
    EXPECT_EQ(host.connections(), 0U);
    EXPECT_EQ(scene.queued().size(), 1U);
}

TEST(DeliveryJob, ASpoolThatFailsEndsTheRelay) {
    MailHost host;
    RelayScene scene(all_to(host), &host);
    scene.queue("bob@one.example");
    scene.run_until([&] { return host.count("DATA") == 1; });
    scene.spool().fail_next();
    scene.run_until([&] { return scene.has_spool_failed(); });
}

}  // namespace
}  // namespace turnaway::relay
