// Invariants of the client, whatever the host says:
// - it ends: a bound on the wishes, and after the last event it wishes to close;
// - exactly one outcome for each recipient of each message that was begun, `delivered` only after
//   the dot and a 2yz, the status of the verdict's class, no remote words in a local outcome (the
//   driver in tests/dialogue/client_driver.h checks these);
// - what it says is lines of printable text that end in CRLF, in bounded batches, and no more than
//   its own messages need;
// - after a host outcome it says at most QUIT, and never begins another message.
// Input: TLS policy, and how the input ends; recipients of the first message (low half) and
// messages after it (high half); size of the pieces, 0 for line by line; then what the host says.
#include <algorithm>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "dialogue/client_driver.h"
#include "fuzz/input.h"

namespace {

using namespace turnaway;
using dialogue::ClientDriver;
using dialogue::Event;

smtp::ClientMessage message_for(std::size_t recipients) {
    smtp::ClientMessage message;
    message.envelope.envid = "id 1";
    message.envelope.ret = mail::Return::headers;
    message.content_bytes = 1000;
    for (std::size_t i = 0; i < recipients; ++i) {
        const std::string text = "user" + std::to_string(i) + "@host.example";
        const auto address = mail::Address::parse(text).value();
        message.envelope.recipients.push_back(
            {address, mail::Notify{.success = true}, mail::OriginalRecipient::of(address)});
    }
    return message;
}

void check_said(std::string_view said) {
    TURNAWAY_CHECK(said.empty() || said.ends_with("\r\n"));
    while (!said.empty()) {
        const std::size_t end = said.find("\r\n");
        const std::string_view line = said.substr(0, end);
        TURNAWAY_CHECK(std::ranges::none_of(line, base::is_control));
        said.remove_prefix(end + 2);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::uint8_t how = input.byte();
    const std::uint8_t many = input.byte();
    const std::size_t piece_bytes = input.byte();
    const std::size_t recipients = 1 + many % 16;
    std::vector<smtp::ClientMessage> later(many / 16, message_for(2));
    const std::size_t recipients_max = recipients + 2 * later.size();
    ClientDriver driver({"relay.example", smtp::TlsPolicy{static_cast<std::uint8_t>(how % 3)},
                         message_for(recipients)},
                        later, "Subject: x\r\n\r\n.\r\n");

    std::string_view host_says = input.text();
    std::size_t said_bytes = 0;
    while (true) {
        const bool was_failing = driver.session().host_outcome().has_value();
        const std::string said = driver.run();
        check_said(said);
        said_bytes += said.size();
        if (was_failing) TURNAWAY_CHECK(said.empty() || said == "QUIT\r\n");
        if (driver.is_over()) break;
        if (driver.waits_for() == ClientDriver::Kind::start_tls) {
            driver.happen(how & 64 ? Event::tls_failed : Event::tls_up);
        } else if (host_says.empty()) {
            driver.happen(how & 128 ? Event::timed_out : Event::closed);
            TURNAWAY_CHECK(driver.is_over());
        } else {
            const std::size_t end = std::min(host_says.find('\n'), host_says.size() - 1) + 1;
            const std::string_view piece =
                host_says.substr(0, piece_bytes == 0 ? end : piece_bytes);
            driver.take(piece);
            host_says.remove_prefix(piece.size());
        }
    }
    TURNAWAY_CHECK(driver.outcomes().size() >= recipients);
    TURNAWAY_CHECK(driver.outcomes().size() <= recipients_max);
    TURNAWAY_CHECK(said_bytes <= 512 + 256 * recipients_max + 512 * (1 + later.size()));
    return 0;
}
