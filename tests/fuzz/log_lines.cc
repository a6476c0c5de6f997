// Invariants of the lines of a log, however it is cut into pieces:
// - they are those of the whole text, without the ones that are too long;
// - the line that the end of the log makes is one of them.
#include "gate/protocol/log_lines.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/check.h"
#include "fuzz/input.h"

namespace {

using Lines = std::vector<std::string>;
using turnaway::gate::LogLines;

// A text of few octets stands for one with long lines.
std::string with_long_lines(std::string_view text) {
    std::string out;
    for (const char c : text) out.append(c == 'L' ? LogLines::line_bytes_max - 2 : 1, c);
    return out;
}

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (end <= LogLines::line_bytes_max) lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    turnaway::fuzz::Input input(data, size);
    const std::size_t piece_bytes = 1 + std::size_t{input.byte()} * 40;
    const std::string text = with_long_lines(input.text(200));
    Lines taken;
    LogLines lines([&taken](std::string_view line) { taken.emplace_back(line); });
    for (std::string_view rest = text; !rest.empty();) {
        const auto piece = rest.substr(0, piece_bytes);
        lines.add(piece);
        rest.remove_prefix(piece.size());
    }
    lines.end();
    TURNAWAY_CHECK(taken == lines_of(text));
    return 0;
}
