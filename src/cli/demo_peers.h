// DemoPeers: what other mail servers do in the cases of the demo, as measured.
//
// The table is data/demo_peers.csv; each row there says where it is from.
#pragma once

#include <string_view>
#include <vector>

namespace turnaway::cli {

struct OtherServer {
    std::string_view demo_case, name, does;
};
std::vector<OtherServer> other_servers(std::string_view demo_case);
// Where those figures are from, in a sentence.
std::string_view source_of_other_servers();

}  // namespace turnaway::cli
