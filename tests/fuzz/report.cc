// Invariants of reports, for any words of peers and any original (bytes: the shape; then texts
// parted by 0xfe; the last one is the original):
// - every line ends in CRLF and has at most 998 octets; there is no bare CR or LF and no NUL;
// - all is ASCII unless the reverse-path needs SMTPUTF8 or a whole 8-bit message goes back, and
// then
//   `body` says so; no control character stands outside the returned part;
// - the boundary starts a line exactly four times, so there are three parts and no peer made one;
// - the parts of our own are well-formed UTF-8, and the status part has as many groups as meant.
#include "report/report.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/text.h"
#include "codes/constants.h"
#include "fuzz/input.h"

namespace {

namespace base = turnaway::base;
namespace codes = turnaway::codes;
namespace mail = turnaway::mail;
using namespace turnaway::report;

std::string_view take_text(std::string_view& rest) {
    const std::string_view text = rest.substr(0, rest.find('\xfe'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    return text;
}

RecipientOutcome make_outcome(std::uint8_t shape, std::string_view& texts) {
    RecipientOutcome outcome{.status = codes::EnhancedCode::permanent(codes::other_status)};
    if ((shape & 1) != 0) {
        outcome.action = Action::delayed;
        outcome.status = codes::EnhancedCode::temporary(codes::no_answer);
    }
    for (int i = 0; i < (shape >> 1 & 3); ++i) {
        Attempt attempt{.time = {},
                        .host = std::string(take_text(texts)),
                        .address = std::string(take_text(texts))};
        if ((shape & 8) != 0) {
            RemoteReply reply{.code = codes::ReplyCode(521)};
            reply.lines = {std::string(take_text(texts)), std::string(take_text(texts))};
            attempt.outcome = reply;
        } else {
            attempt.outcome = std::string(take_text(texts));
        }
        outcome.attempts.push_back(attempt);
        outcome.decided_by = static_cast<std::size_t>(i);
    }
    return outcome;
}

void check_lines(std::string_view content) {
    while (!content.empty()) {
        const auto end = content.find("\r\n");
        TURNAWAY_CHECK(end != std::string_view::npos && end <= 998);
        const auto line = content.substr(0, end);
        TURNAWAY_CHECK(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
        content.remove_prefix(end + 2);
    }
}

std::string_view boundary_of(std::string_view content) {
    constexpr std::string_view mark = " boundary=\"";
    const auto at = content.find(mark);
    TURNAWAY_CHECK(at != std::string_view::npos);
    const auto rest = content.substr(at + mark.size());
    return rest.substr(0, rest.find('"'));
}

// What stands before, between and behind the boundary lines.
std::array<std::string_view, 5> pieces_of(std::string_view content) {
    const std::string delimiter = "\r\n--" + std::string(boundary_of(content));
    std::array<std::string_view, 5> pieces;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto at = content.find(delimiter);
        TURNAWAY_CHECK(at != std::string_view::npos);
        pieces[i] = content.substr(0, at + 2);
        content.remove_prefix(at + delimiter.size());
    }
    TURNAWAY_CHECK(content == "--\r\n");
    return pieces;
}

void check_own(std::string_view piece) {
    TURNAWAY_CHECK(base::is_utf8(piece));
    TURNAWAY_CHECK(std::ranges::none_of(
        piece, [](char c) { return base::is_control(c) && c != '\r' && c != '\n'; }));
}

std::size_t count(std::string_view text, std::string_view needle) {
    std::size_t found = 0;
    for (auto at = text.find(needle); at != std::string_view::npos;
         at = text.find(needle, at + 1)) {
        ++found;
    }
    return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    turnaway::fuzz::Input input(data, size);
    const std::uint8_t wishes = input.byte();
    const std::uint8_t shape = input.byte();
    std::string_view texts = input.text();

    Report report{.reporting_mta = "relay.example.net",
                  .from_name = std::string(take_text(texts).substr(0, 100)),
                  .from = *mail::Address::parse("postmaster@relay.example.net"),
                  .message_id = "<1@relay.example.net>",
                  .date = {},
                  .queue_id = "q1",
                  .arrival = {},
                  .envelope = {},
                  .outcomes = {}};
    const bool is_utf8_way = (wishes & 1) != 0;
    report.envelope.reverse_path = mail::ReversePath(
        *mail::Address::parse(is_utf8_way ? "\u00e5@example.net" : "a@example.net"));
    report.envelope.needs_smtputf8 = is_utf8_way || (wishes & 2) != 0;
    if ((wishes & 4) != 0) report.envelope.ret = mail::Return::full;
    report.original_is_whole = (wishes & 8) != 0;
    mail::Recipient recipient{.address = *mail::Address::parse(
                                  (wishes & 16) != 0 ? "\u00fc@example.org" : "b@example.org")};
    recipient.original = mail::OriginalRecipient::parse(take_text(texts));
    report.envelope.recipients = {recipient};
    report.outcomes = {make_outcome(shape, texts)};
    report.original = texts;

    const ReportMessage message = write_report(report);
    const std::string& content = message.content;
    check_lines(content);
    const bool is_ascii = std::ranges::all_of(content, base::is_ascii);
    TURNAWAY_CHECK(message.needs_smtputf8 == is_utf8_way);
    TURNAWAY_CHECK(is_ascii == (message.body == mail::Body::seven_bit));
    const auto pieces = pieces_of(content);
    for (std::size_t i = 0; i < 3; ++i) check_own(pieces[i]);
    if (!is_utf8_way && !is_ascii) {
        TURNAWAY_CHECK(pieces[3].contains("\r\nContent-Type: message/rfc822\r\n"));
        for (std::size_t i = 0; i < 3; ++i) {
            TURNAWAY_CHECK(std::ranges::all_of(pieces[i], base::is_ascii));
        }
    }
    TURNAWAY_CHECK(count(pieces[2], "\r\nStatus: ") == 1);
    TURNAWAY_CHECK(count(pieces[2], "\r\nAction: ") == 1);
    TURNAWAY_CHECK(count(pieces[2], "\r\n\r\n") == 3);
    return 0;
}
