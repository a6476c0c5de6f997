// Invariants of a whole DNS answer, for any bytes and each type:
// - reading ends, within the message; an answer that says "answered" has records, of the type asked
//   for alone, and no other answer has any;
// - it is the answer to one name alone;
// - the canonical name is a name of mail, and cut off anywhere the message is read or refused, not
//   misread: fewer bytes never give more records.
#include "io/dns/dns_message.h"

#include <optional>

#include "base/check.h"
#include "fuzz/input.h"
#include "io/dns/dns_rdata.h"
#include "io/dns/dns_wire.h"

namespace {

using turnaway::route::DnsAnswer;
using turnaway::route::DnsOutcome;
using turnaway::route::DnsQuestion;
using turnaway::route::DnsType;

std::size_t records(const DnsAnswer& answer) {
    return answer.mx.size() + answer.addresses.size() + answer.texts.size();
}

void check(const DnsQuestion& question, std::string_view message) {
    const DnsType type = question.type;
    const auto answer = turnaway::io::read_message(question, message);
    if (!answer) return;
    const auto other = turnaway::mail::Domain::parse("not." + question.name.text());
    TURNAWAY_CHECK(!other || !turnaway::io::read_message({*other, type}, message));
    TURNAWAY_CHECK((answer->outcome == DnsOutcome::answered) == (records(*answer) > 0));
    TURNAWAY_CHECK(!answer->is_secure);
    TURNAWAY_CHECK(type == DnsType::mx || answer->mx.empty());
    TURNAWAY_CHECK(type == DnsType::txt || answer->texts.empty());
    TURNAWAY_CHECK(type == DnsType::a || type == DnsType::aaaa || answer->addresses.empty());
    const auto shorter =
        turnaway::io::read_message(question, message.substr(0, message.size() / 2));
    TURNAWAY_CHECK(!shorter || records(*shorter) <= records(*answer));
}

// What the message says it was asked, so that most inputs get past that check.
std::optional<turnaway::mail::Domain> question_name(std::string_view message) {
    constexpr std::size_t header_bytes = 12;
    turnaway::io::WireReader reader(message, header_bytes);
    const auto text = turnaway::io::name_text(reader.name());
    if (!reader.is_good() || !text) return std::nullopt;
    const auto name = turnaway::mail::Domain::parse(*text);
    return name ? std::optional(*name) : std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view message = turnaway::fuzz::Input(data, size).text();
    const auto name = question_name(message);
    if (!name) return 0;
    for (const auto type : {DnsType::mx, DnsType::a, DnsType::aaaa, DnsType::txt}) {
        check({*name, type}, message);
    }
    return 0;
}
