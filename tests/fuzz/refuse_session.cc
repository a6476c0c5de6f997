// Invariants of the host that takes no mail, whatever the bytes:
// - it says 521 and 221 and, before the first 521, 250 to the commands that bring a sender to it;
//   after the first 521 only 521 and 221 (requirements 4, 16, 29);
// - exactly one reply to each line that ends in CRLF, and one more only as the last word when a
//   bound is reached (requirement 24);
// - each line of a reply is in form, at most 512 octets, ASCII, all lines of a reply with one code;
//   an enhanced code fits its class; the greeting and replies to EHLO and HELO have none (23, 26);
// - 221 and the last word end the session, nothing else does;
// - what is said depends on the bytes and not on the pieces they come in, and a copy of the session
//   that is shown more bytes begins with the same words;
// - no more work than bytes: a step without an answer is the last one until more bytes come.
// Input: stage; a byte whose low half is the size of the pieces and whose high half, from 8 on,
// says how often the rest is doubled, so that the bounds come within reach; then what the client
// sends.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "codes/code.h"
#include "dialogue/refuse_host.h"
#include "fuzz/input.h"

namespace {

using namespace turnaway;
using dialogue::RefuseHost;
using smtp::RefuseSession;
using smtp::RefuseStage;
using smtp::Verb;

constexpr std::array all_stages{RefuseStage::greeting, RefuseStage::helo, RefuseStage::mail,
                                RefuseStage::rcpt};
constexpr std::size_t sent_bytes_max = RefuseSession::bytes_max + 4096;
// Longer ones byte by byte would take all the time; they come in the pieces the input names.
constexpr std::size_t byte_by_byte_max = 8192;

struct Said {
    int code = 0;
    bool has_enhanced = false;
};

// Takes one reply off the front of `*said`.
Said take_reply(std::string_view* said) {
    Said reply;
    while (true) {
        const std::size_t end = said->find("\r\n");
        TURNAWAY_CHECK(end != std::string_view::npos && end + 2 <= 512);
        const std::string_view line = said->substr(0, end);
        said->remove_prefix(end + 2);
        TURNAWAY_CHECK(line.size() > 4 && (line[3] == ' ' || line[3] == '-'));
        TURNAWAY_CHECK(std::ranges::all_of(
            line, [](char c) { return base::is_ascii(c) && !base::is_control(c); }));
        const auto code = codes::ReplyCode::parse(line.substr(0, 3));
        TURNAWAY_CHECK(code && (reply.code == 0 || reply.code == code->value()));
        reply.code = code->value();
        const std::string_view text = line.substr(4);
        const auto enhanced = codes::EnhancedCode::parse(text.substr(0, text.find(' ')));
        TURNAWAY_CHECK(!enhanced || enhanced->agrees_with(*code));
        reply.has_enhanced = enhanced.has_value();
        if (line[3] == ' ') return reply;
    }
}

// What may be said to a command before the refusal: 250 to what brings a sender to it, 221 to QUIT,
// and else 521.
bool is_allowed(std::string_view line, int code, RefuseStage stage) {
    if (code == 521) return true;
    if (line.size() + 2 > base::limits::command_line_bytes_max) return false;
    const auto command = smtp::parse_command(line);
    if (!command) return false;
    switch (command->verb) {
        case Verb::ehlo:
        case Verb::helo:
            return code == 250 && stage != RefuseStage::helo;
        case Verb::mail:
            return code == 250 && stage == RefuseStage::rcpt;
        case Verb::rset:
        case Verb::noop:
            return code == 250;
        case Verb::quit:
            return code == 221;
        default:
            return false;
    }
}

// Before the refusal the beginning of an over-long line is not kept.
bool is_hello(std::string_view line, bool has_refused) {
    const auto verb = smtp::scan_verb(line);
    const bool is_known = has_refused || line.size() + 2 <= base::limits::command_line_bytes_max;
    return is_known && (verb == Verb::ehlo || verb == Verb::helo);
}

void check_answers(std::string_view sent, std::string_view said, const RefuseHost& host) {
    const RefuseStage stage = host.session().stage();
    const Said first = take_reply(&said);
    TURNAWAY_CHECK(first.code == (stage == RefuseStage::greeting ? 521 : 220));
    TURNAWAY_CHECK(!first.has_enhanced);
    bool has_refused = first.code == 521;
    bool is_over = false;
    while (!said.empty()) {
        TURNAWAY_CHECK(!is_over);
        const std::size_t end = sent.find("\r\n");
        const std::string_view line = sent.substr(0, end);
        sent.remove_prefix(end == std::string_view::npos ? sent.size() : end + 2);
        const Said reply = take_reply(&said);
        const bool is_last_word = said.empty() && host.session().is_out_of_bounds();
        is_over = reply.code == 221 || is_last_word;
        TURNAWAY_CHECK(!is_last_word || reply.code == 521);
        if (is_last_word) {
            has_refused = true;
            break;
        }
        // A reply to half a line is only ever the last word.
        TURNAWAY_CHECK(end != std::string_view::npos);
        TURNAWAY_CHECK(reply.has_enhanced == !is_hello(line, has_refused));
        TURNAWAY_CHECK(has_refused ? reply.code == 521 || reply.code == 221
                                   : is_allowed(line, reply.code, stage));
        has_refused = has_refused || reply.code == 521;
    }
    TURNAWAY_CHECK(host.is_over() == is_over);
    TURNAWAY_CHECK(is_over || sent.find("\r\n") == std::string_view::npos);
    TURNAWAY_CHECK(host.session().has_refused() == has_refused);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const RefuseStage stage = all_stages[input.byte() % all_stages.size()];
    const std::uint8_t how = input.byte();
    const std::size_t piece_bytes = std::size_t{1} << (how % 16);
    const std::string_view once = input.text();
    std::string sent(once);
    for (int times = how < 128 ? 0 : how / 16; times > 0 && sent.size() < sent_bytes_max; --times)
        sent += sent;
    sent.resize(std::min(sent.size(), sent_bytes_max));

    RefuseHost host(stage);
    const std::string greeting = host.greet();
    RefuseHost by_piece = host, by_byte = host, half = host;
    const std::string said = host.take(sent);
    check_answers(sent, greeting + said, host);
    TURNAWAY_CHECK(host.unread_bytes() < base::limits::command_line_bytes_max || host.is_over());
    TURNAWAY_CHECK(by_piece.take_in_pieces(sent, piece_bytes) == said);
    TURNAWAY_CHECK(by_piece.is_over() == host.is_over());
    if (sent.size() <= byte_by_byte_max) TURNAWAY_CHECK(by_byte.take_in_pieces(sent, 1) == said);
    TURNAWAY_CHECK(said.starts_with(half.take(std::string_view(sent).substr(0, sent.size() / 2))));
    return 0;
}
