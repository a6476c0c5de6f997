// Invariants of the gate as a milter, whatever the mail server sends:
// - it answers with whole packets that the protocol has, a reply with a code of 4yz or 5yz and an
//   enhanced code of its class, never 421 or 521, and no single percent sign or line end in it;
// - one question is open at a time, so that the answers to MAIL and RCPT are as many as questions;
// - it wants input unless a question is open or it has ended, and after a fault it ends;
// - the same bytes in other pieces give the same questions and the same answers.
// Input: the size of the pieces, 0 for all at once; then what the mail server sends.
#include "gate/protocol/milter_session.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "base/text.h"
#include "dialogue/gate_host.h"
#include "dialogue/milter_script.h"
#include "fuzz/input.h"

namespace {

using namespace turnaway;

void check_reply(std::string_view reply) {
    const auto code = codes::ReplyCode::parse(reply.substr(0, 3));
    TURNAWAY_CHECK(code && (code->is_temporary() || code->is_permanent()));
    TURNAWAY_CHECK(code->value() != 421 && code->value() != 521);
    const std::string_view rest = reply.substr(4);
    const auto enhanced = codes::EnhancedCode::parse(rest.substr(0, rest.find(' ')));
    TURNAWAY_CHECK(enhanced && enhanced->agrees_with(*code));
    for (std::size_t at = rest.find('%'); at < rest.size(); at = rest.find('%', at + 2)) {
        TURNAWAY_CHECK(rest.substr(at, 2) == "%%");
    }
}

void check_answers(const std::vector<std::string>& answers) {
    for (const std::string_view answer : answers) {
        if (answer.starts_with("reply ")) {
            check_reply(answer.substr(6));
        } else {
            TURNAWAY_CHECK(answer == "continue" || answer == "reject" || answer == "tempfail" ||
                           answer.starts_with("optneg ") || answer.starts_with("header "));
        }
    }
}

struct Played {
    std::vector<std::string> questions, answers;
    std::string fault;
    bool is_ending = false;
    bool operator==(const Played&) const = default;
};

Played play(std::string_view bytes, std::size_t piece_bytes) {
    gate::MilterSession session;
    dialogue::GateHost host(&session);
    const std::string said = host.take_in_pieces(bytes, piece_bytes);
    Played played{.questions = {},
                  .answers = dialogue::milter_answers(said),
                  .fault = std::string(session.fault()),
                  .is_ending = session.is_ending()};
    for (const auto& question : host.questions()) {
        played.questions.push_back(dialogue::question_line(question));
    }
    TURNAWAY_CHECK(session.wants_input() == !session.is_ending());
    TURNAWAY_CHECK(played.fault.empty() || played.is_ending);
    TURNAWAY_CHECK(std::ranges::none_of(played.fault, base::is_control));
    return played;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::size_t given_bytes = input.byte();
    const std::string_view bytes = input.text();
    const std::size_t piece_bytes = given_bytes == 0 ? bytes.size() + 1 : given_bytes;
    const Played played = play(bytes, piece_bytes);
    check_answers(played.answers);
    TURNAWAY_CHECK(played == play(bytes, 1));
    return 0;
}
