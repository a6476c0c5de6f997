// A dialogue of policy/ or line/ (README.md), read, and run against a session with the judge of
// gate_host.h. For tests and fuzz targets.
#pragma once

#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "dialogue/dialogue.h"
#include "dialogue/gate_host.h"
#include "gate/protocol/protocol.h"

namespace turnaway::dialogue {

struct GateTurn {
    std::string client;     // bytes
    std::string questions;  // one line each
    std::string server;     // bytes
};

struct GateScript {
    std::vector<GateTurn> turns;
    bool closes = false;
    std::string fault;
};

inline std::string said(const gate::Question& question) {
    std::string text;
    if (question.about != gate::About::recipient) text += "sender <" + question.sender + "> ";
    if (question.about != gate::About::sender) text += "recipient <" + question.recipient + "> ";
    if (question.client) text += "client " + question.client->text() + ' ';
    if (!question.user.empty()) text += "user " + question.user + ' ';
    if (!question.queue_id.empty()) text += "id " + question.queue_id + ' ';
    if (!text.empty()) text.pop_back();
    return text;
}

// Throws with file and line when the file is not a dialogue: a test's own mistake.
inline GateScript read_gate_script(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    GateScript script;
    script.turns.emplace_back();
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        const std::string_view view = line;
        if (view.empty() || view.starts_with('#')) continue;
        const std::string_view text = view.substr(std::min<std::size_t>(3, view.size()));
        auto& turn = script.turns.back();
        if (view.starts_with("C:") || view.starts_with("R: ")) {
            if (!turn.questions.empty() || !turn.server.empty()) script.turns.emplace_back();
            const bool is_line = view.front() == 'C';
            script.turns.back().client += is_line ? std::string(text) + '\n' : unescape(text);
        } else if (view.starts_with("Q: ")) {
            turn.questions += std::string(text) + '\n';
        } else if (view == "S: <closed>") {
            script.closes = true;
        } else if (view.starts_with("S:")) {
            turn.server += std::string(text) + '\n';
        } else if (view.starts_with("fault: ")) {
            script.fault = view.substr(7);
        } else {
            throw std::runtime_error(path + ":" + std::to_string(number) + ": not a dialogue line");
        }
    }
    return script;
}

}  // namespace turnaway::dialogue
