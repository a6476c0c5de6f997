// A dialogue of filter/ (README.md), read, and the filter session with a judge behind it, as the
// driver would have: lines of smtpd in, questions and answers out. For tests and fuzz targets.
//
// The judge takes exception to mailless.example, as the gate does with `[relay] mailless`.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "codes/constants.h"
#include "dialogue/dialogue.h"
#include "gate/protocol/filter_session.h"

namespace turnaway::dialogue {

struct FilterTurn {
    std::string line;  // with its line end
    std::string answers;
    std::string questions;
    std::optional<std::size_t> clients = {};  // remembered afterwards
};

struct FilterDialogue {
    bool adds_headers = false;
    std::vector<FilterTurn> turns;
    std::string fault;
};

// Throws with file and line when the file is not a dialogue: a test's own mistake.
inline FilterDialogue read_filter_dialogue(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    FilterDialogue dialogue;
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        const std::string_view view = line;
        const std::size_t colon = view.find(": ");
        const std::string_view key = view.substr(0, colon);
        const std::string text(view.substr(std::min(colon + 2, view.size())));
        if (view.empty() || view.starts_with('#')) continue;
        if (key == "tags") {
            dialogue.adds_headers = true;
        } else if (key == "fault") {
            dialogue.fault = text;
        } else if (key == "C") {
            dialogue.turns.push_back({text + '\n', {}, {}});
        } else if (key == "R") {
            dialogue.turns.push_back({unescape(text), {}, {}});
        } else if (key == "S" && !dialogue.turns.empty()) {
            dialogue.turns.back().answers += text + '\n';
        } else if (key == "Q" && !dialogue.turns.empty()) {
            dialogue.turns.back().questions += text + '\n';
        } else if (key == "clients" && !dialogue.turns.empty()) {
            dialogue.turns.back().clients = base::parse_unsigned<std::size_t>(text).value();
        } else {
            throw std::runtime_error(path + ":" + std::to_string(number) + ": not a dialogue line");
        }
    }
    return dialogue;
}

class FilterHost {
  public:
    explicit FilterHost(bool adds_headers) : session_(adds_headers), adds_headers_(adds_headers) {}

    // What the filter answers to these bytes; the questions are added to `questions`.
    std::string take(std::string_view bytes, std::string* questions = nullptr) {
        session_.received(bytes);
        while (const auto* question = session_.next_question()) {
            if (questions != nullptr) *questions += said(*question) + '\n';
            session_.answer(question->id, decide(*question));
        }
        return session_.take_output();
    }

    std::string take_in_pieces(std::string_view bytes, std::string* questions = nullptr) {
        std::string out;
        for (const char byte : bytes) out += take({&byte, 1}, questions);
        return out;
    }

    const gate::FilterSession& session() const { return session_; }

  private:
    static std::string said(const gate::Question& question) {
        const bool is_sender = question.about == gate::About::sender;
        std::string text = is_sender ? "sender" : "recipient";
        const auto& subject = is_sender ? question.sender : question.recipient;
        if (!subject.empty()) text += ' ' + subject;
        if (!is_sender && !question.sender.empty()) text += ", sender " + question.sender;
        if (question.client) text += ", client " + question.client->text();
        if (!question.user.empty()) text += ", user " + question.user;
        if (!question.queue_id.empty()) text += ", queue id " + question.queue_id;
        return text;
    }

    gate::Decision decide(const gate::Question& question) const {
        if (!question.recipient.ends_with("@mailless.example")) return {};
        const std::string words =
            '<' + question.recipient + ">: mailless.example does not accept mail";
        if (adds_headers_) {
            return {.effect = gate::Effect::tag, .header = {{"X-Turnaway", "mailless " + words}}};
        }
        return {.effect = gate::Effect::refuse,
                .reply = {{.code = codes::domain_takes_no_mail,
                           .enhanced = codes::EnhancedCode::permanent(codes::system_takes_no_mail),
                           .text = words}}};
    }

    gate::FilterSession session_;
    bool adds_headers_;
};

}  // namespace turnaway::dialogue
