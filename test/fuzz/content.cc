// Invariants of message content, for any bytes (first byte: the size of the pieces):
// - what is written reads back the same: content with whole line ends is kept octet for octet, and
//   the message ends exactly at the final dot;
// - content with a lone CR or LF is refused by the reader (requirement 52);
// - as wire bytes, the input is judged the same in whatever pieces it comes;
// - the content read has no lone CR or LF, and the end is CRLF dot CRLF and nothing else.
#include "smtp/content.h"

#include <string>

#include "base/check.h"
#include "fuzz/input.h"

namespace {

using turnaway::smtp::ContentReader;
using turnaway::smtp::ContentWriter;
using Status = ContentReader::Status;

constexpr std::size_t line_bytes_max = 1000;

struct Outcome {
    Status status = Status::more;
    std::string content;
    std::size_t consumed = 0;
};

Outcome read(std::string_view wire, std::size_t piece_bytes) {
    ContentReader reader;
    Outcome all;
    std::size_t shown = 0;
    while (all.status == Status::more && all.consumed < wire.size()) {
        if (shown == all.consumed) shown = std::min(wire.size(), shown + piece_bytes);
        const auto step =
            reader.next(wire.substr(all.consumed, shown - all.consumed), line_bytes_max);
        TURNAWAY_CHECK(step.consumed > 0 || step.status != Status::more);
        TURNAWAY_CHECK(step.consumed <= shown - all.consumed);
        all.consumed += step.consumed;
        all.content += step.content;
        all.status = step.status;
    }
    return all;
}

std::string write(std::string_view content, std::size_t piece_bytes) {
    ContentWriter writer;
    std::string wire;
    for (std::size_t at = 0; at < content.size(); at += piece_bytes) {
        writer.write(content.substr(at, piece_bytes), &wire);
    }
    writer.finish(&wire);
    return wire;
}

bool has_lone_newline(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') return true;
        if (text[i] == '\r' && (++i == text.size() || text[i] != '\n')) return true;
    }
    return false;
}

// The same verdict by another way: the first of the marks that decide.
std::size_t end_of_message(std::string_view wire) {
    if (wire.starts_with(".\r\n")) return 3;
    const std::size_t end = wire.find("\r\n.\r\n");
    return end == std::string_view::npos ? end : end + 5;
}

void check_as_wire(std::string_view wire, std::size_t piece_bytes) {
    const Outcome whole = read(wire, wire.size() + 1);
    for (const std::size_t bytes : {std::size_t{1}, piece_bytes}) {
        const Outcome pieces = read(wire, bytes);
        TURNAWAY_CHECK(pieces.status == whole.status);
        if (whole.status != Status::more && whole.status != Status::end) continue;
        TURNAWAY_CHECK(pieces.content == whole.content && pieces.consumed == whole.consumed);
    }
    if (whole.status == Status::end) {
        TURNAWAY_CHECK(whole.consumed == end_of_message(wire));
        TURNAWAY_CHECK(!has_lone_newline(wire.substr(0, whole.consumed)));
        TURNAWAY_CHECK(!has_lone_newline(whole.content));
    } else if (whole.status == Status::more) {
        TURNAWAY_CHECK(end_of_message(wire) == std::string_view::npos);
        // A CR at the very end is not alone yet.
        const bool ends_in_cr = wire.ends_with('\r');
        TURNAWAY_CHECK(!has_lone_newline(wire.substr(0, wire.size() - (ends_in_cr ? 1 : 0))));
    } else if (whole.status == Status::bare_newline) {
        TURNAWAY_CHECK(has_lone_newline(wire));
    }
}

void check_as_content(std::string_view content, std::size_t piece_bytes) {
    const std::string wire = write(content, content.size() + 1);
    TURNAWAY_CHECK(write(content, piece_bytes) == wire);
    const Outcome outcome = read(wire, piece_bytes);
    if (outcome.status == Status::line_too_long) return;
    // A CR at the very end becomes a line end.
    const std::string whole_lines = std::string(content) + (content.ends_with('\r') ? "\n" : "");
    if (has_lone_newline(whole_lines)) {
        TURNAWAY_CHECK(outcome.status == Status::bare_newline);
        return;
    }
    const bool needs_end = !whole_lines.empty() && !whole_lines.ends_with("\r\n");
    TURNAWAY_CHECK(outcome.status == Status::end && outcome.consumed == wire.size());
    TURNAWAY_CHECK(outcome.content == whole_lines + (needs_end ? "\r\n" : ""));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    turnaway::fuzz::Input input(data, size);
    const std::size_t piece_bytes = 1 + std::size_t{input.byte()};
    const std::string_view bytes = input.text();
    check_as_wire(bytes, piece_bytes);
    check_as_content(bytes, piece_bytes);
    return 0;
}
