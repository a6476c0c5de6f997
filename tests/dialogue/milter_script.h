// A dialogue of the milter, read: the packets of the mail server, the questions and answers that
// must follow. The format is in README.md beside this.
#pragma once

#include <charconv>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "dialogue/dialogue.h"
#include "gate/protocol/milter_packet.h"
#include "gate/protocol/question.h"

namespace turnaway::dialogue {

struct MilterTurn {
    std::string bytes;
    std::vector<std::string> questions;
    std::vector<std::string> answers;
};

struct MilterScript {
    std::vector<MilterTurn> turns;
    bool closes = false;
    std::string fault;
};

inline std::vector<std::string_view> words(std::string_view line) {
    std::vector<std::string_view> found;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find(' '), line.size());
        found.push_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return found;
}

inline std::uint32_t number(std::string_view text) {
    const bool is_hex = text.starts_with("0x");
    if (is_hex) text.remove_prefix(2);
    std::uint32_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, is_hex ? 16 : 10);
    return value;
}

inline std::string hex(std::uint32_t value) {
    char digits[8] = {};
    const auto end = std::to_chars(digits, digits + 8, value, 16).ptr;
    return "0x" + std::string(digits, end);
}

// The data of a packet from the words behind its name.
inline std::string milter_data(std::string_view name, const std::vector<std::string_view>& all) {
    std::string data;
    for (std::size_t i = 1; i < all.size(); ++i) {
        const std::string word = unescape(all[i]);
        if (name == "optneg") {
            gate::milter::append_number(&data, number(word));
        } else if (name == "body" || name == "end") {
            data += (i > 1 ? " " : "") + word;
        } else if (name == "macro" && i == 1) {
            data += word;
        } else if (name == "macro") {
            data += word.substr(0, word.find('=')) + '\0' + word.substr(word.find('=') + 1) + '\0';
        } else if (name == "connect" && i == 2) {
            data += word;
        } else if (name == "connect" && i == 3) {
            data += static_cast<char>(number(word) >> 8);
            data += static_cast<char>(number(word) & 0xff);
        } else {
            data += word + '\0';
        }
    }
    return data;
}

// A packet from `mail <a@b> SIZE=100`. Throws when there is no such command.
inline std::string milter_packet(std::string_view line) {
    static const std::map<std::string_view, char> letters = {
        {"abort", 'A'}, {"body", 'B'},   {"connect", 'C'}, {"macro", 'D'},   {"end", 'E'},
        {"helo", 'H'},  {"header", 'L'}, {"mail", 'M'},    {"eoh", 'N'},     {"optneg", 'O'},
        {"quit", 'Q'},  {"rcpt", 'R'},   {"data", 'T'},    {"unknown", 'U'}, {"quit_nc", 'K'}};
    const auto all = words(line);
    const std::string data = milter_data(all.at(0), all);
    std::string packet;
    gate::milter::append_number(&packet, static_cast<std::uint32_t>(data.size() + 1));
    return packet + letters.at(all[0]) + data;
}

// One answer as its line: `reply 550 5.1.10 text`.
inline std::string milter_answer(char letter, std::string_view data) {
    using gate::milter::read_number;
    using gate::milter::take_string;
    switch (letter) {
        case 'c':
            return "continue";
        case 'r':
            return "reject";
        case 't':
            return "tempfail";
        case 'y':
            if (!data.ends_with('\0')) return "reply without its NUL";
            return "reply " + std::string(take_string(&data));
        case 'h': {
            const std::string name(take_string(&data));
            return "header " + name + ' ' + std::string(take_string(&data));
        }
        case 'O':
            return "optneg " + std::to_string(read_number(data)) + ' ' +
                   hex(read_number(data.substr(4))) + ' ' + hex(read_number(data.substr(8)));
        default:
            return std::string("unknown answer ") + letter;
    }
}

inline std::vector<std::string> milter_answers(std::string_view bytes) {
    std::vector<std::string> answers;
    while (!bytes.empty()) {
        const std::size_t length = bytes.size() < 5 ? 0 : gate::milter::read_number(bytes);
        if (length == 0 || bytes.size() - 4 < length) {
            answers.emplace_back("broken packet");
            break;
        }
        answers.push_back(milter_answer(bytes[4], bytes.substr(5, length - 1)));
        bytes.remove_prefix(4 + length);
    }
    return answers;
}

// A question as its line: `rcpt b@c from a@b client 192.0.2.1 user ann id 4F1`.
inline std::string question_line(const gate::Question& question) {
    const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : text; };
    std::string line = question.about == gate::About::sender
                           ? "mail " + or_dash(question.sender)
                           : "rcpt " + question.recipient + " from " + or_dash(question.sender);
    line += " client " + (question.client ? question.client->text() : "-");
    return line + " user " + or_dash(question.user) + " id " + or_dash(question.queue_id);
}

// Throws with file and line when the file is not a dialogue: a test's own mistake.
inline MilterScript read_milter_script(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    MilterScript script;
    std::string line;
    for (int line_number = 1; std::getline(file, line); ++line_number) {
        const std::string_view view = line;
        const std::string_view text = view.substr(std::min<std::size_t>(3, view.size()));
        if (view.empty() || view.starts_with('#')) continue;
        if (view.starts_with("M: ")) {
            script.turns.push_back({.bytes = milter_packet(text), .questions = {}, .answers = {}});
        } else if (view.starts_with("R: ")) {
            script.turns.push_back({.bytes = unescape(text), .questions = {}, .answers = {}});
        } else if (view.starts_with("Q: ")) {
            script.turns.at(script.turns.size() - 1).questions.emplace_back(text);
        } else if (view == "G: <closed>") {
            script.closes = true;
        } else if (view.starts_with("G: ")) {
            script.turns.at(script.turns.size() - 1).answers.emplace_back(text);
        } else if (view.starts_with("fault: ")) {
            script.fault = view.substr(7);
        } else {
            throw std::runtime_error(path + ":" + std::to_string(line_number) +
                                     ": not a dialogue line");
        }
    }
    return script;
}

}  // namespace turnaway::dialogue
