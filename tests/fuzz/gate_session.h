// The invariants of a session of the gate with one question at a time and answers in lines.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "base/check.h"
#include "base/text.h"
#include "dialogue/gate_host.h"
#include "fuzz/input.h"
#include "gate/protocol/protocol.h"

namespace turnaway::fuzz {

inline void check_answers(std::string_view said) {
    static constexpr std::array begins{"action=DUNNO",
                                       "action=556 ",
                                       "action=550 5.7.27 ",
                                       "action=521 ",
                                       "action=DEFER_IF_PERMIT ",
                                       "action=PREPEND ",
                                       "pass",
                                       "refuse 5",
                                       "defer 451 ",
                                       "tag ",
                                       "error ",
                                       ""};
    while (!said.empty()) {
        const auto end = said.find('\n');
        TURNAWAY_CHECK(end != std::string_view::npos);
        const auto line = said.substr(0, end);
        // What the host of the test says repeats an address, which may be anything but a line.
        TURNAWAY_CHECK(std::ranges::any_of(
            begins, [&](std::string_view begin) { return line.starts_with(begin); }));
        said.remove_prefix(end + 1);
    }
}

inline void play_gate_session(gate::Protocol protocol, const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const std::size_t given_bytes = input.byte();
    const std::string_view bytes = input.text();
    const auto at_once = gate::make_session(protocol, {});
    const auto in_pieces = gate::make_session(protocol, {});
    dialogue::GateHost host(at_once.get());
    dialogue::GateHost other(in_pieces.get());
    const std::string said = host.take(bytes);
    check_answers(said);
    TURNAWAY_CHECK(other.take_in_pieces(bytes, given_bytes == 0 ? 1 : given_bytes) == said);
    TURNAWAY_CHECK(at_once->fault() == in_pieces->fault());
    TURNAWAY_CHECK(at_once->is_ending() == !at_once->fault().empty());
    TURNAWAY_CHECK(std::ranges::none_of(at_once->fault(), base::is_control));
    TURNAWAY_CHECK(!at_once->is_ending() || host.take("a=b\n\n").empty());
    at_once->input_ended();
    check_answers(host.take(""));
}

}  // namespace turnaway::fuzz
