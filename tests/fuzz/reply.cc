// Invariants of replies, for any bytes (first byte: the size of the pieces):
// - the reader gives the same replies, or the same fault, in whatever pieces the bytes come;
// - a reply has at least one line, keeps its limits, and an enhanced code fits its class;
// - a reply that is written again line by line reads as the same codes;
// - a line written for any text is one line of at most 512 octets without control characters, and
//   is read back as the code it was written with.
#include "smtp/reply.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "fuzz/input.h"

namespace {

namespace base = turnaway::base;
using namespace turnaway::smtp;

struct Outcome {
    std::vector<Reply> replies;
    std::optional<ReplyReader::Error> error;
};

Outcome read(std::string_view bytes, std::size_t piece_bytes) {
    ReplyReader reader;
    Outcome all;
    for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
        std::string_view piece = bytes.substr(at, piece_bytes);
        while (!piece.empty()) {
            auto step = reader.next(piece);
            if (!step) {
                all.error = step.error();
                return all;
            }
            TURNAWAY_CHECK(step->consumed > 0 && step->consumed <= piece.size());
            TURNAWAY_CHECK(step->reply || step->consumed == piece.size());
            piece.remove_prefix(step->consumed);
            if (step->reply) all.replies.push_back(*std::move(step->reply));
        }
    }
    return all;
}

void check_same(const Outcome& a, const Outcome& b) {
    TURNAWAY_CHECK(a.error == b.error && a.replies.size() == b.replies.size());
    for (std::size_t i = 0; i < a.replies.size(); ++i) {
        TURNAWAY_CHECK(a.replies[i].code == b.replies[i].code);
        TURNAWAY_CHECK(a.replies[i].enhanced == b.replies[i].enhanced);
        TURNAWAY_CHECK(a.replies[i].lines == b.replies[i].lines);
        TURNAWAY_CHECK(a.replies[i].codes_differ == b.replies[i].codes_differ);
    }
}

// One line of the grammar of RFC 5321 section 4.2, nothing behind it.
void check_line(std::string_view line) {
    TURNAWAY_CHECK(line.size() <= base::limits::reply_line_bytes_max && line.ends_with("\r\n"));
    line.remove_suffix(2);
    TURNAWAY_CHECK(std::ranges::none_of(line, base::is_control));
    TURNAWAY_CHECK(line.size() >= 4 && (line[3] == ' ' || line[3] == '-'));
}

void check_written(const Reply& reply) {
    std::string wire;
    for (const std::string& text : reply.lines) {
        const std::size_t start = wire.size();
        append_reply_line(
            {.code = reply.code, .text = text, .is_last = &text == &reply.lines.back()}, &wire);
        check_line(std::string_view(wire).substr(start));
    }
    const Outcome again = read(wire, wire.size());
    TURNAWAY_CHECK(!again.error && again.replies.size() == 1);
    TURNAWAY_CHECK(again.replies[0].code == reply.code && !again.replies[0].codes_differ);
    TURNAWAY_CHECK(again.replies[0].lines.size() == reply.lines.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    turnaway::fuzz::Input input(data, size);
    const std::size_t piece_bytes = 1 + std::size_t{input.byte()};
    const std::string_view bytes = input.text();
    const Outcome whole = read(bytes, bytes.size() + 1);
    check_same(whole, read(bytes, piece_bytes));
    check_same(whole, read(bytes, 1));
    for (const Reply& reply : whole.replies) {
        TURNAWAY_CHECK(!reply.lines.empty());
        TURNAWAY_CHECK(reply.lines.size() <= base::limits::reply_lines_max);
        TURNAWAY_CHECK(!reply.enhanced || reply.enhanced->agrees_with(reply.code));
        TURNAWAY_CHECK(reply.text().size() < base::limits::reply_bytes_max);
        check_written(reply);
    }
    std::string line;
    append_reply_line({.code = turnaway::codes::ReplyCode(550),
                       .enhanced = turnaway::codes::EnhancedCode::parse("5.1.10"),
                       .text = bytes},
                      &line);
    check_line(line);
    TURNAWAY_CHECK(line.starts_with("550 5.1.10 "));
    TURNAWAY_CHECK(!base::is_utf8(bytes) || base::is_utf8(line));
    return 0;
}
