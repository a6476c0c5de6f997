// DnsTrial: a resolver for commands, validating where DNSSEC gets through to us.
//
// A resolver that strips signatures would make every signed name bogus, so the name that the trust
// anchor is about is asked for once: when that does not validate, or gets no answer, validation is
// left off and the reason kept for people. Without a trust anchor named, the system's is taken when
// there is one. Waits for the answer of that one question, no longer than the resolver's deadline.
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

// Runs the event loop meanwhile.
[[nodiscard]] base::Result<TriedResolver> open_tried_resolver(boost::asio::io_context& context,
                                                              const DnsSettings& settings);

// The name that the first record of a file of DS or DNSKEY records is about; nothing when it has
// none.
std::optional<mail::Domain> anchored_name(std::string_view file_text);

}  // namespace turnaway::probe
