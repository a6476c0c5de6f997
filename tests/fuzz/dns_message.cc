// Invariants of a whole DNS answer, for any bytes and each type:
// - reading ends, within the message; an answer that says "answered" has records, of the type asked
//   for alone, and no other answer has any;
// - the canonical name is a name of mail, and cut off anywhere the message is read or refused, not
//   misread: fewer bytes never give more records.
#include "io/dns_message.h"

#include "base/check.h"
#include "fuzz/input.h"

namespace {

using turnaway::route::DnsAnswer;
using turnaway::route::DnsOutcome;
using turnaway::route::DnsType;

std::size_t records(const DnsAnswer& answer) {
    return answer.mx.size() + answer.addresses.size() + answer.texts.size();
}

void check(DnsType type, std::string_view message) {
    const auto answer = turnaway::io::read_message(type, message);
    if (!answer) return;
    TURNAWAY_CHECK((answer->outcome == DnsOutcome::answered) == (records(*answer) > 0));
    TURNAWAY_CHECK(!answer->is_secure);
    TURNAWAY_CHECK(type == DnsType::mx || answer->mx.empty());
    TURNAWAY_CHECK(type == DnsType::txt || answer->texts.empty());
    TURNAWAY_CHECK(type == DnsType::a || type == DnsType::aaaa || answer->addresses.empty());
    const auto shorter = turnaway::io::read_message(type, message.substr(0, message.size() / 2));
    TURNAWAY_CHECK(!shorter || records(*shorter) <= records(*answer));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view message = turnaway::fuzz::Input(data, size).text();
    for (const auto type : {DnsType::mx, DnsType::a, DnsType::aaaa, DnsType::txt}) {
        check(type, message);
    }
    return 0;
}
