// Invariants of the reader of a mail server's log, whatever is in its lines:
// - a refusal has a host and a reply with the code 521, both of them from the log so far;
// - the same log again gives the same.
#include "gate/protocol/logged_refusal.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "fuzz/input.h"

namespace {

using namespace turnaway;

std::vector<gate::LoggedRefusal> read(std::string_view log) {
    std::vector<gate::LoggedRefusal> refusals;
    gate::RefusalLog reader;
    for (std::size_t begin = 0; begin < log.size();) {
        const auto end = std::min(log.find('\n', begin), log.size());
        if (auto found = reader.read(log.substr(begin, end - begin))) {
            TURNAWAY_CHECK(log.substr(0, end).contains(found->host));
            TURNAWAY_CHECK(log.substr(begin, end - begin).contains("521"));
            TURNAWAY_CHECK(found->words.starts_with("521"));
            TURNAWAY_CHECK(found->words.size() <= end - begin);
            refusals.push_back(*std::move(found));
        }
        begin = end + 1;
    }
    return refusals;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto log = input.text();
    TURNAWAY_CHECK(read(log) == read(log));
    return 0;
}
