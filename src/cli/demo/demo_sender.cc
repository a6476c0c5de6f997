#include "cli/demo/demo_sender.h"

#include <chrono>
#include <string_view>

#include "mail/date_time.h"

namespace turnaway::cli {
namespace {

class Session {
  public:
    Session(process::OwnedFd socket, const std::string& server, DemoJournal& journal,
            Steady::time_point until, std::stop_token stop)
        : stream_(std::move(socket), std::move(stop)),
          journal_(journal),
          dialogue_(journal.begin_dialogue("you", server)),
          until_(until) {}

    base::Result<smtp::Reply> say(std::string_view command) {
        journal_.add_line(dialogue_, true, std::string(command));
        return send(std::string(command) + "\r\n");
    }

    base::Result<smtp::Reply> send_content(const std::string& content) {
        journal_.add_line(dialogue_, true,
                          "(message of " + std::to_string(content.size()) + " octets)");
        journal_.add_line(dialogue_, true, ".");
        return send(content + ".\r\n");
    }

    base::Result<smtp::Reply> reply() {
        smtp::ReplyReader reader;
        while (const auto line = stream_.read_line(until_)) {
            journal_.add_line(dialogue_, false, *line);
            const auto step = reader.next(*line + "\r\n");
            if (!step) {
                return base::fail(base::Fault::data, dialogue_->server +
                                                         " sent what is not a reply: " +
                                                         std::string(describe(step.error())));
            }
            if (step->reply) return *step->reply;
        }
        return base::fail(base::Fault::unavailable, dialogue_->server + " stopped talking");
    }

  private:
    base::Result<smtp::Reply> send(const std::string& bytes) {
        if (!stream_.write(bytes)) {
            return base::fail(base::Fault::unavailable, dialogue_->server + " hung up");
        }
        return reply();
    }

    LineStream stream_;
    DemoJournal& journal_;
    const DialoguePtr dialogue_;
    const Steady::time_point until_;
};

std::string content_of(const DemoMessage& message) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto number = std::chrono::system_clock::now().time_since_epoch().count();
    return "Date: " + mail::date_time_text(now) + "\r\nFrom: Ann <" + message.sender +
           ">\r\nTo: " + message.recipient + "\r\nSubject: " + message.subject +
           "\r\nMessage-ID: <" + std::to_string(number) + "@sender.example>\r\n\r\n" +
           message.text + "\r\n";
}

}  // namespace

base::Result<Handed> hand_over(const DemoMessage& message, const DemoServer& server,
                               DemoJournal& journal, Steady::time_point until,
                               const std::stop_token& stop) {
    auto socket = connect_to(server.place, until);
    if (!socket) return std::unexpected(socket.error());
    Session session(*std::move(socket), server.name, journal, until, stop);
    auto reply = session.reply();
    for (const std::string& command :
         {std::string("EHLO laptop.sender.example"), "MAIL FROM:<" + message.sender + '>',
          "RCPT TO:<" + message.recipient + '>', std::string("DATA")}) {
        if (!reply) return std::unexpected(reply.error());
        if (!reply->code.is_positive()) break;
        reply = session.say(command);
    }
    if (reply && reply->code.is_intermediate()) reply = session.send_content(content_of(message));
    if (!reply) return std::unexpected(reply.error());
    Handed handed{
        .reply = *reply, .is_accepted = reply->code.is_positive(), .answered = Steady::now()};
    if (const auto farewell = session.say("QUIT"); !farewell) {
        return std::unexpected(farewell.error());
    }
    return handed;
}

}  // namespace turnaway::cli
