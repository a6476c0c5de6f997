// Invariants of the reader of log lines, whatever is in the line:
// - a refusal has a host and a reply with the code 521, both of them from the line;
// - the same line again gives the same.
#include "gate/protocol/logged_refusal.h"

#include "base/check.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace turnaway;
    fuzz::Input input(data, size);
    const auto line = input.text();
    const auto found = gate::read_logged_refusal(line);
    TURNAWAY_CHECK(found == gate::read_logged_refusal(line));
    if (!found) return 0;
    TURNAWAY_CHECK(line.contains(found->host) && line.contains("521"));
    TURNAWAY_CHECK(found->words.starts_with("521") && found->words.size() <= line.size());
    return 0;
}
