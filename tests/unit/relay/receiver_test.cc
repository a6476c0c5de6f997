// Receiving: a message is acknowledged when it is durable and not before, and what the client hears
// when it cannot be.
#include "relay/receive/receiver.h"

#include <boost/asio/connect.hpp>

#include "unit/relay/scene.h"

namespace turnaway::relay {
namespace {

const std::string networks = "[relay]\nnetworks = [\"127.0.0.0/8\"]\n";
// A host that nobody will answer at: what is received waits in the queue.
const std::string nowhere = "[route]\n\"*\" = \"127.0.0.1:9\"\n";

// The client's side of one session with the receiver.
class Client {
  public:
    explicit Client(RelayScene& scene) : scene_(scene), socket_(scene.loop()) {
        using asio::ip::tcp;
        tcp::acceptor acceptor(scene.loop(), tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        socket_.connect(acceptor.local_endpoint());
        auto accepted = std::make_unique<io::Connection>(acceptor.accept());
        io::start(scene.loop(), "the session of the test",
                  receive(scene.shard(), std::move(accepted)));
        socket_.non_blocking(true);
    }

    // The last line of the reply.
    std::string hear() {
        std::string reply;
        scene_.run_until([&] { return take_reply(&reply); });
        return reply;
    }
    std::string say(const std::string& text) {
        asio::write(socket_, asio::buffer(text + "\r\n"));
        return hear();
    }
    // To the point where the message is sent.
    void begin_message() {
        EXPECT_EQ(hear().substr(0, 3), "220");
        EXPECT_EQ(say("EHLO client.example").substr(0, 3), "250");
        EXPECT_EQ(say("MAIL FROM:<ann@client.example>").substr(0, 3), "250");
        EXPECT_EQ(say("RCPT TO:<bob@one.example>").substr(0, 3), "250");
        EXPECT_EQ(say("DATA").substr(0, 3), "354");
    }
    void send(const std::string& text) { asio::write(socket_, asio::buffer(text)); }
    // Whether a whole reply is there; waits for nothing.
    bool take_reply(std::string* reply) {
        std::array<char, 1024> buffer;
        boost::system::error_code error;
        const auto bytes = socket_.read_some(asio::buffer(buffer), error);
        input_.append(buffer.data(), bytes);
        for (std::size_t begin = 0;;) {
            const auto end = input_.find("\r\n", begin);
            if (end == std::string::npos) return false;
            const std::string line = input_.substr(begin, end - begin);
            begin = end + 2;
            if (line.size() > 3 && line[3] == '-') continue;
            input_.erase(0, begin);
            *reply = line;
            return true;
        }
    }

  private:
    RelayScene& scene_;
    asio::ip::tcp::socket socket_;
    std::string input_;
};

TEST(Receiver, AcknowledgesAMessageThatIsDurable) {
    RelayScene scene(networks + nowhere);
    Client client(scene);
    client.begin_message();
    const auto reply = client.say("Subject: x\r\n\r\ntext\r\n.");
    EXPECT_TRUE(reply.starts_with("250 2.0.0 Ok: queued as ")) << reply;
    const auto queued = scene.queued();
    ASSERT_EQ(queued.size(), 1U);
    EXPECT_EQ(reply.substr(reply.rfind(' ') + 1), queued.front().id.text());
    EXPECT_EQ(queued.front().client, "127.0.0.1");
    EXPECT_EQ(client.say("QUIT").substr(0, 3), "221");
}

TEST(Receiver, SaysNothingBeforeTheMessageIsDurable) {
    RelayScene scene(networks + nowhere);
    Client client(scene);
    client.begin_message();
    client.send("text\r\n.\r\n");
    std::string reply;
    const auto end = std::chrono::steady_clock::now() + scene_timeout;
    while (scene.spool().waiting() == 0 && std::chrono::steady_clock::now() < end) {
        scene.loop().restart();
        scene.loop().run_one_for(1ms);
    }
    ASSERT_GT(scene.spool().waiting(), 0U);
    scene.loop().restart();
    scene.loop().run_for(20ms);
    EXPECT_FALSE(client.take_reply(&reply)) << reply;
    EXPECT_EQ(client.hear().substr(0, 3), "250") << "the scene makes it durable meanwhile";
}

TEST(Receiver, SaysThatTheQueueCannotBeWritten) {
    RelayScene scene(networks + nowhere);
    Client client(scene);
    client.begin_message();
    scene.spool().fail_next();
    EXPECT_EQ(client.say("text\r\n."),
              "451 4.3.0 Queue cannot be written to disk; try again later");
    EXPECT_TRUE(scene.has_spool_failed());
}

TEST(Receiver, RefusesARecipientOfAnOutsider) {
    RelayScene scene(nowhere);
    Client client(scene);
    EXPECT_EQ(client.hear().substr(0, 3), "220");
    EXPECT_EQ(client.say("EHLO client.example").substr(0, 3), "250");
    EXPECT_EQ(client.say("MAIL FROM:<ann@client.example>").substr(0, 3), "250");
    EXPECT_TRUE(client.say("RCPT TO:<bob@one.example>").starts_with("550 5.7.1 "));
    EXPECT_EQ(scene.counted(Counter::refused_relaying), 1U);
}

TEST(Receiver, TellsASilentClientThatTheServiceEnds) {
    RelayScene scene(networks + nowhere);
    scene.shard().start({});
    Client client(scene);
    EXPECT_EQ(client.hear().substr(0, 3), "220");
    scene.shard().thread().stop();
    EXPECT_EQ(client.hear().substr(0, 3), "421");
}

}  // namespace
}  // namespace turnaway::relay
