#include "codes/log_line.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace turnaway::codes {

namespace {

constexpr auto npos = std::string_view::npos;

// The digits after `"name":`, empty where there are none.
std::string_view number_member(std::string_view json, std::string_view name) {
    auto at = json.find(name);
    if (at == npos) return {};
    at = json.find_first_not_of(" \t", at + name.size());
    if (at == npos || json[at] != ':') return {};
    at = json.find_first_not_of(" \t", at + 1);
    if (at == npos) return {};
    auto end = at;
    while (end < json.size() && base::is_digit(json[end])) ++end;
    return json.substr(at, end - at);
}

// The text of a JSON string with its line ends, from after the opening quote.
void append_json_text(std::string_view rest, std::string& out) {
    for (std::size_t at = 0; at < rest.size() && rest[at] != '"'; ++at) {
        if (rest[at] != '\\' || at + 1 == rest.size()) {
            out += rest[at];
            continue;
        }
        const char escaped = rest[++at];
        if (escaped == 'n' || escaped == 'r' || escaped == 't') {
            out += ' ';
        } else {
            out += escaped;
        }
    }
}

// {"response":{"code":550,"enhanced_code":{"class":5,"subject":1,"detail":1},"content":"..."}}
bool read_json(std::string_view line, std::string& buffer) {
    constexpr std::string_view response_name = "\"response\"";
    constexpr std::string_view content_name = "\"content\"";
    const auto at = line.find(response_name);
    if (at == npos) return false;
    const std::string_view response = line.substr(at);
    const auto code = number_member(response, "\"code\"");
    if (code.size() != 3) return false;
    buffer.assign(code);
    const auto class_digit = number_member(response, "\"class\"");
    const auto subject = number_member(response, "\"subject\"");
    const auto detail = number_member(response, "\"detail\"");
    if (class_digit.size() == 1 && !subject.empty() && !detail.empty()) {
        buffer.append(" ").append(class_digit).append(".");
        buffer.append(subject).append(".").append(detail);
    }
    buffer += ' ';
    const auto content = response.find(content_name);
    if (content == npos) return true;
    const auto quote = response.find('"', content + content_name.size());
    if (quote != npos) append_json_text(response.substr(quote + 1), buffer);
    return true;
}

// "failure: host_said:_550_5.1.1_unknown/": underscores after punctuation are spaces.
bool has_underscores_for_spaces(std::string_view line) {
    if (line.find(":_") == npos && line.find("_(#") == npos) return false;
    return std::ranges::count(line, '_') > 2;
}

// "550-one\n550 two" and "one\r\ntwo", with literal backslashes.
bool has_written_line_ends(std::string_view line) {
    const auto at = line.find("\\n");
    return at != npos && line.find('\n') == npos;
}

void expand_line_ends(std::string_view line, std::string& buffer) {
    buffer.clear();
    for (std::size_t at = 0; at < line.size(); ++at) {
        const std::string_view rest = line.substr(at);
        if (rest.starts_with("\\r\\n")) {
            buffer += '\n';
            at += 3;
        } else if (rest.starts_with("\\n")) {
            buffer += '\n';
            at += 1;
        } else {
            buffer += line[at];
        }
    }
}

// The end of a text that begins after a quotation mark. An apostrophe inside a word is not an end.
std::size_t end_of_quotation(std::string_view text, char mark) {
    for (auto at = text.find(mark); at != npos; at = text.find(mark, at + 1)) {
        const bool is_inside = mark == '\'' && at + 1 < text.size() && base::is_alnum(text[at + 1]);
        if (!is_inside) return at;
    }
    return npos;
}

// The mark that a quoted reply begins with: "'550 ...", "stat=\"550 ...", "b'5.1.1 ...".
char opening_mark(std::string_view before) {
    const char last = before.empty() ? ' ' : before.back();
    return last == '"' || last == '\'' ? last : ' ';
}

// The start of " (in reply to RCPT TO command)". Searched by its bracket, which is rarer than a
// space.
std::size_t begin_of_postfix_note(std::string_view text) {
    constexpr std::string_view note = "(in reply to ";
    constexpr std::array<std::string_view, 3> commands{"RCPT", "MAIL", "DATA"};
    for (auto at = text.find(note); at != npos; at = text.find(note, at + 1)) {
        const std::string_view command = text.substr(at + note.size(), 4);
        const bool is_note =
            at > 0 && text[at - 1] == ' ' && std::ranges::find(commands, command) != commands.end();
        if (is_note) return at - 1;
    }
    return npos;
}

}  // namespace

std::string_view without_log_tail(std::string_view text, std::string_view before) {
    constexpr std::array<std::string_view, 4> tails{"; from=<", "/Giving up on ",
                                                    ", stat=", "' errormsg="};
    const char mark = opening_mark(before);
    if (mark != ' ') text = text.substr(0, end_of_quotation(text, mark));
    if (text.starts_with("b'")) text = text.substr(2, end_of_quotation(text.substr(2), '\''));
    for (const auto tail : tails) text = text.substr(0, text.find(tail));
    return text.substr(0, begin_of_postfix_note(text));
}

std::string_view without_log_head(std::string_view line) {
    if (!line.contains('=')) return line;
    if (const auto at = line.find("status="); at != npos) {
        const auto reason = line.find('(', at);
        return reason == npos ? line.substr(at) : line.substr(reason + 1);
    }
    constexpr std::array<std::string_view, 2> heads{" stat=", " T="};
    for (const auto head : heads) {
        const auto at = line.find(head);
        if (at != npos) return line.substr(at + head.size());
    }
    return line;
}

std::string_view unwrap(std::string_view line, std::string& buffer) {
    if (line.starts_with('{') && read_json(line, buffer)) return buffer;
    if (line.find('\\') != npos && has_written_line_ends(line)) {
        expand_line_ends(line, buffer);
        return buffer;
    }
    if (line.find('_') != npos && has_underscores_for_spaces(line)) {
        buffer.assign(line);
        std::ranges::replace(buffer, '_', ' ');
        return buffer;
    }
    return line;
}

}  // namespace turnaway::codes
