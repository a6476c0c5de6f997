// Invariants of the line framer, for any bytes (first byte: the limit, second: the size of the
// pieces):
// - one frame for each CRLF and none else (requirements 24, 52); lines longer than the limit are
//   reported as such, all others are given whole;
// - the frames are the same in whatever pieces the bytes come;
// - a driver never has to keep more than the limit.
#include "smtp/framing.h"

#include <string>
#include <vector>

#include "base/check.h"
#include "fuzz/input.h"

namespace {

using turnaway::smtp::Frame;

std::vector<std::string> frames(std::string_view bytes, std::size_t piece_bytes, std::size_t most) {
    turnaway::smtp::LineFramer framer;
    std::vector<std::string> all;
    std::string buffer;
    while (!bytes.empty()) {
        buffer += bytes.substr(0, piece_bytes);
        bytes.remove_prefix(std::min(piece_bytes, bytes.size()));
        std::size_t done = 0;
        while (true) {
            const std::string_view rest = std::string_view(buffer).substr(done);
            const Frame frame = framer.next(rest, most);
            TURNAWAY_CHECK(frame.consumed <= rest.size());
            done += frame.consumed;
            if (frame.kind == Frame::Kind::none) break;
            TURNAWAY_CHECK(frame.consumed >= 2);
            const bool is_line = frame.kind == Frame::Kind::line;
            TURNAWAY_CHECK(!is_line || frame.consumed == frame.text.size() + 2);
            TURNAWAY_CHECK(frame.has_bare_newline ==
                           (frame.text.find_first_of("\r\n") != std::string_view::npos));
            TURNAWAY_CHECK(!framer.is_discarding());
            all.push_back(is_line ? "=" + std::string(frame.text) : "too long");
        }
        buffer.erase(0, done);
        TURNAWAY_CHECK(buffer.size() < most);
    }
    return all;
}

std::vector<std::string> expected_frames(std::string_view bytes, std::size_t most) {
    std::vector<std::string> all;
    for (auto end = bytes.find("\r\n"); end != std::string_view::npos; end = bytes.find("\r\n")) {
        all.push_back(end + 2 <= most ? "=" + std::string(bytes.substr(0, end)) : "too long");
        bytes.remove_prefix(end + 2);
    }
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    turnaway::fuzz::Input input(data, size);
    const std::size_t most = 3 + std::size_t{input.byte()};
    const std::size_t piece_bytes = 1 + std::size_t{input.byte()};
    const std::string_view bytes = input.text();
    const auto expected = expected_frames(bytes, most);
    TURNAWAY_CHECK(frames(bytes, bytes.size() + 1, most) == expected);
    TURNAWAY_CHECK(frames(bytes, piece_bytes, most) == expected);
    TURNAWAY_CHECK(frames(bytes, 1, most) == expected);
    return 0;
}
