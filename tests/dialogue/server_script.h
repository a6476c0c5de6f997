// A dialogue of the relay's server, read: what the client sends, what the server must say, and the
// messages that must have been committed at the end. The format is in README.md beside this.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "dialogue/dialogue.h"
#include "dialogue/server_host.h"

namespace turnaway::dialogue {

struct ServerTurn {
    enum class Event { none, tls_up, tls_failed };
    std::string client;
    Event event = Event::none;  // behind the client's bytes
    std::string server;         // behind the event
};

struct ServerScript {
    smtp::ServerSettings settings = example_settings();
    std::vector<ServerTurn> turns = std::vector<ServerTurn>(1);
    std::vector<std::string> contents;  // of the messages committed
    bool closes = false;
};

inline bool take_server_line(std::string_view line, ServerScript* script) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) return false;
    const std::string_view key = line.substr(0, colon), text = line.substr(colon + 2);
    if (key == "tls") {
        script->settings.is_tls_offered = text != "none";
        script->settings.is_tls_required = text == "required";
    } else if (key == "taken") {
        script->contents.push_back(unescape(text));
    } else if (key == "C" || key == "R") {
        if (!script->turns.back().server.empty()) script->turns.emplace_back();
        script->turns.back().client += unescape(text) + (key == "C" ? "\r\n" : "");
    } else if (text == "<closed>") {
        script->closes = true;
    } else if (text == "<tls up>" || text == "<tls failed>") {
        script->turns.emplace_back().event =
            text == "<tls up>" ? ServerTurn::Event::tls_up : ServerTurn::Event::tls_failed;
    } else {
        script->turns.back().server += std::string(text) + "\r\n";
    }
    return key == "tls" || key == "taken" || key == "C" || key == "R" || key == "S";
}

// Throws with file and line when the file is no dialogue: a test's own mistake.
inline ServerScript read_server_script(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    ServerScript script;
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        if (line.empty() || line.starts_with('#')) continue;
        if (!take_server_line(line, &script)) {
            throw std::runtime_error(path + ":" + std::to_string(number) + ": not a dialogue line");
        }
    }
    return script;
}

}  // namespace turnaway::dialogue
