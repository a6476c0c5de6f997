#include "cli/demo/demo_peers.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

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

std::string_view slowest_of_others(std::string_view demo_case) {
    const auto* const row = std::ranges::find(
        slowest_rows, demo_case, &std::pair<std::string_view, std::string_view>::first);
    return row == slowest_rows.end() ? std::string_view() : row->second;
}

std::size_t other_servers_count() {
    return servers;
}

std::string source_of_other_servers() {
    // The path of docs/senders.md would need a second line on a narrow terminal.
    return "The others: measured on " + std::string(measured_on) + ", see man turnaway-demo.";
}

}  // namespace turnaway::cli
