#include "cli/demo_peers.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace turnaway::cli {
namespace {

#include "cli/demo_peers.inc"

}  // namespace

std::vector<OtherServer> other_servers(std::string_view demo_case) {
    std::vector<OtherServer> found;
    std::ranges::copy_if(other_server_rows, std::back_inserter(found),
                         [&](const auto& row) { return row.demo_case == demo_case; });
    return found;
}

std::string_view source_of_other_servers() {
    return "The others: measured on Debian 12 with the default settings of their packages on "
           "2026-11-22, hosts on loopback; all of them took every message at RCPT "
           "(data/demo_peers.csv, docs/senders.md).";
}

}  // namespace turnaway::cli
