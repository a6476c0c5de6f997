// MilterSession: the gate as a milter of Postfix, Sendmail and any other mail server that speaks
// the Sendmail milter protocol, version 2 to 6.
//
// It asks at MAIL and at RCPT, one question at a time, and adds the headers of tagged messages at
// the end of each message if the mail server allows that. It asks the mail server to send nothing
// else, and answers what an old one sends all the same. One connection can have several SMTP
// sessions, and each several messages. It never sends a code of 421 or 521, which make the mail
// server close the connection of its client. Ended with a fault: a packet that cannot be read,
// anything before the negotiation, a version below 2, RCPT without MAIL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gate/protocol/milter_packet.h"
#include "gate/protocol/session.h"

namespace turnaway::gate {

class MilterSession final : public Session {
  public:
    void received(std::string_view bytes) override;
    const Question* next_question() override;
    void answer(std::uint64_t question_id, const Decision& decision) override;
    std::string take_output() override;
    bool wants_input() const override;
    bool is_ending() const override { return is_ending_; }
    std::string_view fault() const override { return fault_; }

  private:
    struct MailMacros {
        std::string user;
        std::string queue_id;
    };
    struct Message {
        bool has_sender = false;
        std::string sender;
        MailMacros macros;
        std::vector<Header> headers;  // to add at its end
    };

    void take_packets();
    void take(const milter::Packet& packet);
    void negotiate(std::string_view data);
    void take_macros(std::string_view data);
    void take_connection(std::string_view data);
    void take_sender(std::string_view data);
    void take_recipient(std::string_view data);
    void take_macro(char stage, std::string_view name, std::string_view value);
    void end_message();
    void forget_message();
    void ask(About about, std::string recipient);
    // The answer to a command, unless it was agreed that there is none.
    void go_on_unless(std::uint32_t no_answer_flag);
    void send(milter::Answer letter, std::string_view data = {});
    void refuse(const std::optional<Reply>& reply);
    void tag(const Header& added);
    void fail(std::string fault);

    milter::PacketReader packets_;
    std::string output_;
    std::string fault_;
    bool is_ending_ = false;
    bool is_negotiated_ = false;
    bool may_add_headers_ = false;
    std::uint32_t steps_ = 0;  // the flags of the protocol that were agreed
    std::optional<route::IpAddress> client_;
    std::optional<route::IpAddress> announced_client_;  // by the macros of the connection
    MailMacros next_macros_;                            // of the MAIL that follows
    Message message_;
    Question question_;
    bool has_question_ = false;  // to be handed out
    std::uint64_t last_question_ = 0;
    bool is_waiting_ = false;  // for the answer to the last question
};

}  // namespace turnaway::gate
