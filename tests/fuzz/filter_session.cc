// Invariants of the filter session, whatever smtpd sends:
// - each answer is one line of a known form and belongs to a request with that session and token;
// - requests are answered at most once, and what is stored is limited;
// - lines in pieces give the same answers as lines at once.
// Input: whether header fields may be added, then what smtpd sends.
#include <algorithm>
#include <map>
#include <string>

#include "base/check.h"
#include "dialogue/filter_host.h"
#include "fuzz/input.h"

namespace {

using namespace turnaway;
using dialogue::FilterHost;

std::string_view take_line(std::string_view* rest) {
    const auto end = std::min(rest->find('\n'), rest->size());
    const auto line = rest->substr(0, std::min(end + 1, rest->size()));
    rest->remove_prefix(line.size());
    return line;
}

void check_answers(std::string_view answers, bool is_content) {
    int results = 0;
    while (!answers.empty()) {
        const auto line = take_line(&answers);
        TURNAWAY_CHECK(line.ends_with('\n'));
        if (line.starts_with("register|")) continue;
        const bool is_result = line.starts_with("filter-result|");
        TURNAWAY_CHECK(is_result || (is_content && line.starts_with("filter-dataline|")));
        if (!is_result) continue;
        ++results;
        const auto decision = line.substr(14 + 17 + 17);
        TURNAWAY_CHECK(decision == "proceed\n" || decision.starts_with("reject|556 5.3.2 <"));
    }
    TURNAWAY_CHECK(results <= 1);  // one line has one request
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const bool adds_headers = (input.byte() & 1) != 0;
    std::string_view rest = input.text();
    FilterHost host(adds_headers), by_byte(adds_headers);
    while (!rest.empty()) {
        const auto line = take_line(&rest);
        const std::string answers = host.take(line);
        const bool is_content = line.starts_with("filter|") && line.contains("|data-line|");
        check_answers(answers, is_content);
        TURNAWAY_CHECK(by_byte.take_in_pieces(line) == answers);
    }
    TURNAWAY_CHECK(host.session().fault() == by_byte.session().fault());
    TURNAWAY_CHECK(host.session().is_ending() == !host.session().fault().empty());
    TURNAWAY_CHECK(host.session().clients() <= gate::FilterSession::clients_max);
    TURNAWAY_CHECK(std::ranges::none_of(host.session().fault(), base::is_control));
    return 0;
}
