// A dialogue file, read: what the client sends turn by turn and what the server must say. The
// format is in README.md beside this.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace turnaway::dialogue {

struct Turn {
    std::string client;  // bytes; empty for what the server says first
    std::string server;  // bytes, line ends included
};

struct Dialogue {
    std::string stage;
    std::vector<Turn> turns;
    bool closes = false;
};

// Bytes written as text: \r \n \t \\ \xHH, and {N*text} for N copies.
inline std::string unescape(std::string_view text) {
    std::string bytes;
    while (!text.empty()) {
        if (text.size() > 1 && text[0] == '{' && base::is_digit(text[1])) {
            const std::size_t star = text.find('*');
            const std::size_t end = text.find('}');
            const auto copies = base::parse_unsigned(text.substr(1, star - 1)).value();
            const std::string piece = unescape(text.substr(star + 1, end - star - 1));
            for (std::uint64_t i = 0; i < copies; ++i) bytes += piece;
            text.remove_prefix(end + 1);
        } else if (text[0] == '\\' && text.size() >= 2) {
            const char c = text[1];
            std::size_t taken = 2;
            if (c == 'x') {
                bytes.push_back(
                    static_cast<char>(std::stoi(std::string(text.substr(2, 2)), nullptr, 16)));
                taken = 4;
            } else {
                bytes.push_back(c == 'r' ? '\r' : c == 'n' ? '\n' : c == 't' ? '\t' : c);
            }
            text.remove_prefix(taken);
        } else {
            bytes.push_back(text[0]);
            text.remove_prefix(1);
        }
    }
    return bytes;
}

// Throws with file and line when the file is not a dialogue: a test's own mistake.
inline Dialogue read_dialogue(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    Dialogue dialogue;
    dialogue.turns.emplace_back();
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        const std::string_view view = line;
        const std::string_view text = view.substr(std::min<std::size_t>(3, view.size()));
        if (view.empty() || view.starts_with('#')) continue;
        if (view.starts_with("stage: ")) {
            dialogue.stage = view.substr(7);
        } else if (view == "S: <closed>") {
            dialogue.closes = true;
        } else if (view.starts_with("S: ")) {
            dialogue.turns.back().server += std::string(text) + "\r\n";
        } else if (view.starts_with("C:")) {
            dialogue.turns.push_back({std::string(text) + "\r\n", {}});
        } else if (view.starts_with("R: ")) {
            dialogue.turns.push_back({unescape(text), {}});
        } else {
            throw std::runtime_error(path + ":" + std::to_string(number) + ": not a dialogue line");
        }
    }
    if (dialogue.stage.empty()) throw std::runtime_error(path + ": no stage");
    return dialogue;
}

}  // namespace turnaway::dialogue
