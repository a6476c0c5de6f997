// A session of the gate with a driver that obeys at once: a judge that answers by the domain of the
// address, and a mail server that is a string of bytes. For tests and fuzz targets of a session
// with one question at a time.
//
// What the judge knows is in README.md beside this.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "codes/constants.h"
#include "gate/protocol/session.h"

namespace turnaway::dialogue {

inline gate::Decision refused(codes::ReplyCode code, codes::EnhancedCode enhanced,
                              std::string text) {
    return {.effect = gate::Effect::refuse,
            .reply = gate::Reply{.code = code, .enhanced = enhanced, .text = std::move(text)}};
}

inline gate::Decision judge_example(const gate::Question& question) {
    using codes::EnhancedCode;
    const bool is_sender = question.about == gate::About::sender;
    const std::string& address = is_sender ? question.sender : question.recipient;
    const std::string domain = address.substr(address.find('@') + 1);
    const std::string said = '<' + address + ">: " + domain;
    if (is_sender) {
        if (domain != "nullmx.example") return {};
        return refused(codes::mailbox_unavailable, EnhancedCode::permanent(codes::sender_null_mx),
                       said +
                           " does not accept mail, so replies cannot reach the sender (null MX, "
                           "RFC 7505)");
    }
    if (domain == "nullmx.example") {
        return refused(codes::domain_takes_no_mail,
                       EnhancedCode::permanent(codes::recipient_null_mx),
                       said + " does not accept mail (null MX, RFC 7505)");
    }
    if (domain == "later.example") {
        return refused(codes::local_error, EnhancedCode::temporary(codes::directory_failure),
                       said + " cannot be looked up in DNS at the moment; try again later");
    }
    if (domain == "closing.example") {
        return refused(codes::host_takes_no_mail,
                       EnhancedCode::permanent(codes::system_takes_no_mail), said);
    }
    if (domain == "tagged.example") {
        return {
            .effect = gate::Effect::tag,
            .header = gate::Header{.name = "X-Turnaway",
                                   .value = "no_mail_host " + said +
                                            " has no mail host (neither MX nor address record)"}};
    }
    return {};
}

class GateHost {
  public:
    explicit GateHost(gate::Session* session) : session_(*session) {}

    // What the session says to these bytes.
    std::string take(std::string_view bytes) {
        if (session_.is_ending()) return {};
        session_.received(bytes);
        while (const auto* question = session_.next_question()) {
            TURNAWAY_CHECK(questions_.empty() || questions_.back().id != question->id);
            TURNAWAY_CHECK(!session_.wants_input() && !session_.next_question());
            questions_.push_back(*question);
            session_.answer(question->id, judge_example(questions_.back()));
        }
        return session_.take_output();
    }

    std::string take_in_pieces(std::string_view bytes, std::size_t piece_bytes) {
        std::string said;
        while (!bytes.empty()) {
            const std::string_view piece = bytes.substr(0, piece_bytes);
            said += take(piece);
            bytes.remove_prefix(piece.size());
        }
        return said;
    }

    const std::vector<gate::Question>& questions() const { return questions_; }

  private:
    gate::Session& session_;
    std::vector<gate::Question> questions_;
};

}  // namespace turnaway::dialogue
