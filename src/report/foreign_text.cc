#include "report/foreign_text.h"

#include <algorithm>

#include "base/printable.h"
#include "base/text.h"

namespace turnaway::report {
namespace {

constexpr std::size_t text_bytes_max = 2000;
constexpr std::size_t lines_max = 20;

std::string clean(std::string_view foreign, std::size_t bytes_max) {
    std::string plain(foreign.substr(0, bytes_max + 1));  // one more, to detect a cut
    std::ranges::replace(plain, '\t', ' ');
    std::string out;
    base::append_printable(out, plain, bytes_max);
    return out;
}

}  // namespace

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, base::is_ascii);
}

std::string clean_text(std::string_view foreign) {
    return clean(foreign, text_bytes_max);
}

std::string clean_ascii(std::string_view foreign) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out;
    for (const char c : clean_text(foreign)) {
        if (base::is_ascii(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += "\\x";
        out += hex[byte >> 4];
        out += hex[byte & 15];
    }
    return out;
}

std::vector<std::string> reply_lines(const RemoteReply& reply) {
    const std::string code = reply.code.text();
    std::vector<std::string> out;
    std::size_t room = text_bytes_max;
    for (const std::string& line : reply.lines) {
        if (out.size() == lines_max || room == 0) {
            out.push_back(code + "-...");
            break;
        }
        out.push_back(code + '-' + clean(line, room));
        room -= std::min(room, line.size() + 1);
    }
    if (out.empty()) return {code};
    out.back()[code.size()] = ' ';
    return out;
}

}  // namespace turnaway::report
