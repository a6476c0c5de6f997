// The driver with a peer that does not need a socket: what is asked, written and reported, in which
// order.
#include "gate/driver.h"

#include <gtest/gtest.h>

#include <deque>

#include "gate/protocol/policy_session.h"
#include "unit/io/loop.h"

namespace turnaway::gate {
namespace {

namespace asio = boost::asio;
using Events = std::vector<std::string>;

constexpr std::string_view request = "request=smtpd_access_policy\nrecipient=b@host.example\n\n";

// Sends each input, then leaves. Its own events are the closing and each write that had to wait.
class ScriptedPeer final : public Peer {
  public:
    struct Script {
        std::deque<std::string> inputs;
        std::size_t room_bytes = 1000;  // for a write without waiting
        std::string output = {};
        Events events = {};
    };
    explicit ScriptedPeer(Script& script) : script_(script) {}

    Done<void> read(Take take, const daemon::ProgressTimeout& /*timeout*/) override {
        std::string input;
        do {
            if (script_.inputs.empty()) co_return std::unexpected(io::Failure::closed);
            input = std::move(script_.inputs.front());
            script_.inputs.pop_front();
        } while (take(input));
        co_return std::expected<void, io::Failure>{};
    }
    std::size_t write_now(std::string_view bytes) override {
        const auto part = bytes.substr(0, script_.room_bytes);
        script_.output += part;
        return part.size();
    }
    Done<void> write(std::string_view bytes, std::chrono::milliseconds /*wait*/) override {
        script_.events.emplace_back("write");
        script_.output += bytes;
        co_return std::expected<void, io::Failure>{};
    }
    asio::awaitable<void> close() override {
        script_.events.emplace_back("close");
        co_return;
    }
    void cancel() override {}

  private:
    Script& script_;
};

class DriverTest : public testing::Test {
  protected:
    void serve() {
        const auto driver = std::make_shared<Driver>(
            loop_, std::make_unique<ScriptedPeer>(script_), std::make_unique<PolicySession>(),
            Driver::Decide{.at_once = [this](const Question&, auto) -> std::optional<Decision> {
                               if (!is_known_) return std::nullopt;
                               return Decision{};
                           },
                           .with_lookups = [this](const Question&) { return look_up(); }},
            [this](std::string_view fault) { script_.events.push_back(std::string(fault)); },
            Driver::Settings{.idle_wait = std::chrono::seconds(10)});
        io::run(loop_, driver->run());
    }

    asio::awaitable<Decision> look_up() {
        script_.events.emplace_back("lookup");
        co_return Decision{};
    }

    asio::io_context loop_;
    bool is_known_ = true;
    ScriptedPeer::Script script_;
};

TEST_F(DriverTest, AnswersWhatIsKnownAtOnce) {
    script_.inputs = {std::string(request), std::string(request)};
    serve();
    EXPECT_EQ(script_.output, "action=DUNNO\n\naction=DUNNO\n\n");
    EXPECT_EQ(script_.events, Events{"close"});
}

TEST_F(DriverTest, LooksUpWhatIsNotKnown) {
    is_known_ = false;
    script_.inputs = {std::string(request) + std::string(request)};
    serve();
    EXPECT_EQ(script_.output, "action=DUNNO\n\naction=DUNNO\n\n");
    EXPECT_EQ(script_.events, (Events{"lookup", "lookup", "close"}));
}

TEST_F(DriverTest, WaitsWithTheRestOfAnAnswerForWhichThereIsNoRoom) {
    script_.inputs = {std::string(request), std::string(request)};
    script_.room_bytes = 4;
    serve();
    EXPECT_EQ(script_.output, "action=DUNNO\n\naction=DUNNO\n\n");
    EXPECT_EQ(script_.events, (Events{"write", "write", "close"}));
}

// To close can take seconds.
TEST_F(DriverTest, ReportsAFaultBeforeItCloses) {
    script_.inputs = {"hello\n"};
    serve();
    EXPECT_EQ(script_.events, (Events{"\"hello\" is not an attribute with its value", "close"}));
}

}  // namespace
}  // namespace turnaway::gate
