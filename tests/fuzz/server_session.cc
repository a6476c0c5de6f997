// Invariants of the relay's server, whatever the client says:
// - it ends: a bound on what it says and on its wishes, and after the last event it wishes to
// close;
// - its replies are lines of printable text with the codes of requirement 24, an enhanced code of
//   the class of the reply (requirement 23), and no message is acknowledged that was not committed;
// - what is committed has no lone CR or LF (requirement 52), no more octets than the limit, and at
//   least one recipient;
// - the same bytes in other pieces give the same dialogue and the same messages, as long as TLS
// does
//   not come in between.
// Input: settings (bit 0: TLS offered, bit 1: required, bit 7: the handshake fails); the size of
// the pieces, 0 for all at once; then what the client says.
#include <algorithm>
#include <string>

#include "base/check.h"
#include "base/text.h"
#include "dialogue/server_host.h"
#include "fuzz/input.h"

namespace {

using namespace turnaway;
using dialogue::ServerHost;

bool has_lone_newline(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') return true;
        if (text[i] == '\r' && (++i == text.size() || text[i] != '\n')) return true;
    }
    return false;
}

void check_line(std::string_view line) {
    TURNAWAY_CHECK(line.size() >= 4 && std::ranges::none_of(line, base::is_control));
    TURNAWAY_CHECK(codes::ReplyCode::parse(line.substr(0, 3)).has_value());
    const std::string_view text = line.substr(4);
    const auto enhanced = codes::EnhancedCode::parse(text.substr(0, text.find(' ')));
    TURNAWAY_CHECK(!enhanced || enhanced->agrees_with(*codes::ReplyCode::parse(line.substr(0, 3))));
}

void check_said(std::string_view said, const ServerHost& host) {
    std::size_t acknowledged = 0;
    while (!said.empty()) {
        const std::size_t end = said.find("\r\n");
        TURNAWAY_CHECK(end != std::string_view::npos);
        check_line(said.substr(0, end));
        if (said.substr(0, end).find("queued as") != std::string_view::npos) ++acknowledged;
        said.remove_prefix(end + 2);
    }
    TURNAWAY_CHECK(acknowledged == host.messages().size());
    for (const auto& message : host.messages()) {
        TURNAWAY_CHECK(!message.envelope.recipients.empty());
        TURNAWAY_CHECK(!has_lone_newline(message.content));
        TURNAWAY_CHECK(message.content.size() <= dialogue::example_settings().message_bytes_max);
        TURNAWAY_CHECK(message.is_eight_bit ==
                       !std::ranges::all_of(message.content, base::is_ascii));
    }
}

// What the host said; `*had_tls` when a handshake was asked for.
std::string play(ServerHost* host, std::string_view bytes, std::size_t piece_bytes, bool tls_works,
                 bool* had_tls) {
    std::string said = host->run();
    while (!host->is_over() && !bytes.empty()) {
        const std::string_view piece = bytes.substr(0, piece_bytes);
        said += host->take(piece);
        bytes.remove_prefix(piece.size());
        if (host->waits_for_tls()) {
            *had_tls = true;
            said += host->tls(tls_works);
        }
    }
    return said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::uint8_t how = input.byte();
    const std::size_t given_bytes = input.byte();
    const std::string_view bytes = input.text();
    const std::size_t piece_bytes = given_bytes == 0 ? bytes.size() + 1 : given_bytes;
    auto settings = dialogue::example_settings();
    settings.is_tls_offered = (how & 1) != 0;
    settings.is_tls_required = (how & 2) != 0;

    bool had_tls = false;
    ServerHost host(settings);
    const std::string said = play(&host, bytes, piece_bytes, (how & 128) == 0, &had_tls);
    check_said(said, host);
    TURNAWAY_CHECK(said.size() <= 600 * (settings.commands_max + 2));

    ServerHost other(settings);
    const std::string other_said = play(&other, bytes, 1, (how & 128) == 0, &had_tls);
    check_said(other_said, other);
    if (!had_tls) {
        TURNAWAY_CHECK(said == other_said && host.is_over() == other.is_over());
        TURNAWAY_CHECK(host.messages().size() == other.messages().size());
        for (std::size_t i = 0; i < host.messages().size(); ++i) {
            TURNAWAY_CHECK(host.messages()[i].content == other.messages()[i].content);
        }
    }
    host.session().timed_out();
    host.run();
    TURNAWAY_CHECK(host.is_over());
    return 0;
}
