// The rows of the sections that every daemon has, for add_section(); a daemon may change them
// first.
#pragma once

#include <string_view>
#include <vector>

#include "settings/reader.h"
#include "settings/row.h"
#include "settings/sections.h"

namespace turnaway::settings {

Rows<ProcessConfig> process_rows();
Rows<ListenConfig> listen_rows();
Rows<RouteConfig> route_rows();
Rows<DnsConfig> dns_rows();
// `socket` is the default path of the daemon's socket.
Rows<ControlConfig> control_rows(std::string_view socket);
Rows<MetricsConfig> metrics_rows();
Rows<TlsConfig> tls_rows();
Rows<VerdictConfig> verdict_rows();
Rows<LogConfig> log_rows();
Rows<UserConfig> user_rows();

// A certificate without its key, or the other way round.
std::vector<Conflict> conflicts_of(const TlsConfig& tls);

}  // namespace turnaway::settings
