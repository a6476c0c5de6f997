#include "gate/protocol/line_session.h"

#include <algorithm>
#include <array>
#include <expected>
#include <utility>

#include "base/printable.h"
#include "base/text.h"

namespace turnaway::gate {
namespace {

constexpr std::size_t shown_bytes_max = 60;

std::string shown(std::string_view text) {
    std::string out;
    base::append_printable(out, text, shown_bytes_max);
    return out;
}

using Value = std::expected<std::string, std::string>;  // or what is wrong with it
using Wrong = std::unexpected<std::string>;

// Takes a value in double quotes from `rest`, which begins after the first.
Value take_quoted(std::string_view& rest) {
    std::string value;
    while (!rest.empty()) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == '"') return value;
        if (c != '\\') {
            value += c;
            continue;
        }
        if (rest.empty()) break;
        const char escaped = rest.front();
        rest.remove_prefix(1);
        if (escaped != '"' && escaped != '\\') {
            return Wrong("a backslash in quotes must be followed by a quote or a backslash");
        }
        value += escaped;
    }
    return Wrong("a quote is not closed");
}

Value take_value(std::string_view& rest) {
    if (rest.starts_with('"')) {
        rest.remove_prefix(1);
        return take_quoted(rest);
    }
    const bool is_bracketed = rest.starts_with('<');
    if (is_bracketed) rest.remove_prefix(1);
    const auto end = std::min(rest.find(' '), rest.size());
    std::string_view value = rest.substr(0, end);
    rest.remove_prefix(end);
    if (is_bracketed && !value.ends_with('>')) return Wrong("an angle bracket is not closed");
    if (is_bracketed) value.remove_suffix(1);
    if (value.find_first_of("<>\"\\") != std::string_view::npos) {
        return Wrong("\"" + shown(value) + "\" must be in double quotes");
    }
    return std::string(value);
}

struct Key {
    std::string_view name;
    std::string Question::* value;
};
constexpr std::array keys{
    Key{"sender", &Question::sender},
    Key{"recipient", &Question::recipient},
    Key{"user", &Question::user},
    Key{"id", &Question::queue_id},
};

// What is wrong; nothing if it was stored.
std::optional<std::string> store(Question& question, std::string_view name, std::string value) {
    if (name == "client") {
        question.client = route::IpAddress::parse(value);
        if (question.client || value.empty()) return std::nullopt;
        return "client \"" + shown(value) + "\" is not an IP address";
    }
    const auto key = std::ranges::find(keys, name, &Key::name);
    if (key == keys.end()) {
        return "\"" + shown(name) + "\" is not one of client, sender, recipient, user, id";
    }
    question.*key->value = std::move(value);
    return std::nullopt;
}

std::expected<Question, std::string> parse(std::string_view line) {
    Question question;
    bool has_sender = false;
    bool has_recipient = false;
    if (std::ranges::any_of(line, base::is_control))
        return Wrong("a control character in the request");
    while (!line.empty()) {
        if (line.starts_with(' ')) {
            line.remove_prefix(1);
            continue;
        }
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) {
            return Wrong("\"" + shown(line) + "\" is not a key with its value");
        }
        const std::string_view name = line.substr(0, equals);
        line.remove_prefix(equals + 1);
        auto value = take_value(line);
        if (!value) return Wrong(value.error());
        if (!line.empty() && !line.starts_with(' ')) {
            return Wrong("a space must follow the value of " + shown(name));
        }
        if (auto wrong = store(question, name, *std::move(value))) return Wrong(*std::move(wrong));
        has_sender = has_sender || name == "sender";
        has_recipient = has_recipient || name == "recipient";
    }
    if (!has_sender && !has_recipient) return Wrong("neither sender nor recipient is given");
    question.about = !has_sender ? About::recipient : !has_recipient ? About::sender : About::both;
    return question;
}

}  // namespace

std::string line_answer(const Decision& decision) {
    if (decision.effect == Effect::refuse && decision.reply) {
        const auto& [code, enhanced, text] = *decision.reply;
        return (code.is_temporary() ? "defer " : "refuse ") + code.text() + ' ' + enhanced.text() +
               ' ' + text;
    }
    if (decision.effect == Effect::tag && decision.header) {
        return "tag " + decision.header->name + ": " + decision.header->value;
    }
    return "pass";
}

std::string_view LineSession::read_lines(std::string_view bytes) {
    return each_line(bytes, [this](std::string_view line) { take_line(line); });
}

void LineSession::take_line(std::string_view line) {
    auto question = parse(line);
    if (!question) {
        break_off(std::move(question.error()));
        return;
    }
    question_ = *std::move(question);
    ask();
}

void LineSession::write_answer(const Decision& decision, std::string& output) {
    output += line_answer(decision) + '\n';
}

void LineSession::write_fault(std::string_view fault, std::string& output) {
    output += "error " + std::string(fault) + '\n';
}

}  // namespace turnaway::gate
