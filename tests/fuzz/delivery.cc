// Invariants of a message's rounds of delivery, whatever the routes are and the hosts do: see
// fuzz/delivery_rounds.h.
#include "fuzz/delivery_rounds.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    turnaway::fuzz::Input input(data, size);
    turnaway::queue::fuzz::Rounds(&input).run();
    return 0;
}
