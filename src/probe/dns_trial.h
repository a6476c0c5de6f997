// DnsTrial: a resolver for commands that validates if DNSSEC data reaches this machine.
//
// With a resolver that strips signatures every signed name would be bogus. So the name of the trust
// anchor is looked up once: if it does not validate, or gets no answer, validation is off and the
// reason is kept for the user. If no trust anchor is given, the system's is used if it exists.
// Waits for that one answer, at most until the resolver's deadline.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/dns/unbound_resolver.h"
#include "mail/domain.h"

namespace turnaway::probe {

struct DnsSettings {
    std::vector<std::string> servers = {};  // ADDRESS[@PORT]; empty: /etc/resolv.conf
    std::string trust_anchor = {};          // a file; empty: the system's
    std::chrono::milliseconds deadline = std::chrono::seconds(10);
};

struct TriedResolver {
    std::unique_ptr<io::UnboundResolver> resolver;
    bool is_validating = false;
    std::string dnssec;  // "validated from /usr/share/dns/root.key", "not checked: ..."
};

// Runs the event loop while it waits.
[[nodiscard]] base::Result<TriedResolver> open_tried_resolver(boost::asio::io_context& context,
                                                              const DnsSettings& settings);

// The owner name of the first record in a file of DS or DNSKEY records; nothing if there is none.
std::optional<mail::Domain> anchored_name(std::string_view file_text);

}  // namespace turnaway::probe
