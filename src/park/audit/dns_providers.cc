#include "park/audit/dns_providers.h"

#include <algorithm>
#include <array>

namespace turnaway::park {
namespace {

#include "park/dns_providers.inc"

}  // namespace

std::span<const DnsProvider> dns_providers() {
    return rows;
}

const DnsProvider* find_dns_provider(std::string_view name) {
    const auto row = std::ranges::find(rows, name, &DnsProvider::name);
    return row == rows.end() ? nullptr : &*row;
}

}  // namespace turnaway::park
