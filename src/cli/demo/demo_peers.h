// DemoPeers: what other mail servers do in the cases of the demo, as measured.
//
// The table is data/demo_peers.csv, which tests/live/demo_peers.py writes; docs/senders.md shows
// the same rows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace turnaway::cli {

struct OtherServer {
    std::string_view demo_case, name, does;
};
std::vector<OtherServer> other_servers(std::string_view demo_case);
// The servers that make their users wait longest: `Postfix, Sendmail: 5 days`. Empty for an unknown
// case.
std::string_view slowest_of_others(std::string_view demo_case);
std::size_t other_servers_count();
// The source of those figures, in a sentence.
std::string source_of_other_servers();

}  // namespace turnaway::cli
