// Invariants of the policy session, whatever the mail server sends:
// - it does not crash, asks one question at a time, and each answer has a known form;
// - the same bytes in other pieces give the same answers and the same fault;
// - a session that broke the protocol asks and answers nothing more.
// Input: the size of the pieces, 0 for all at once; then what the mail server sends.
#include "fuzz/gate_session.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    turnaway::fuzz::play_gate_session(turnaway::gate::Protocol::policy, data, size);
    return 0;
}
