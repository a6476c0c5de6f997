#include "io/dns/unbound_context.h"

#include <array>
#include <fstream>
#include <string>
#include <utility>

namespace turnaway::io {

namespace {

using base::Fault;
using Settings = UnboundResolver::Settings;

struct Option {
    const char* name;
    const char* value;
};
constexpr std::array options{
    Option{"do-not-query-localhost:", "no"},
    Option{"outgoing-num-tcp:", "32"},
    Option{"unblock-lan-zones:", "yes"},
    // About the size of some tens of thousands of answers.
    Option{"msg-cache-size:", "8m"},
    Option{"rrset-cache-size:", "16m"},
};

// RFC 6761, RFC 8375: libunbound answers these itself, which is right only if no other server is
// configured for them.
constexpr std::array special_zones{"test.", "invalid.", "localhost.", "home.arpa.", "onion."};

std::unexpected<base::Error> refused(const std::string& what, int error) {
    return base::fail(Fault::config, what + ": " + ub_strerror(error));
}

base::Result<void> set_option(ub_ctx* context, const std::string& name, const std::string& value) {
    const int error = ub_ctx_set_option(context, name.c_str(), value.c_str());
    if (error != 0) return refused("libunbound rejects " + name, error);
    return {};
}

// A library gets 16 sockets by default: a few slow domains would block all others.
//
// A dead server is remembered for 900 s by default. A forwarder does not answer for names that it
// cannot resolve, which proves nothing about other names: after thirty seconds of such names only,
// libunbound considered it dead and refused every name for half a minute.
base::Result<void> set_limits(ub_ctx* context, const Settings& settings) {
    const bool is_forwarding = !settings.forward.empty() || !settings.resolv_conf.empty();
    const auto sockets = UnboundResolver::sockets_for(settings.questions_max);
    const std::array<std::pair<std::string, std::string>, 3> limits{
        {{"outgoing-range:", std::to_string(sockets)},
         {"num-queries-per-thread:", std::to_string(2 * sockets)},
         {"infra-host-ttl:", is_forwarding ? "1" : "30"}}};
    for (const auto& [name, value] : limits) {
        if (auto done = set_option(context, name, value); !done) return done;
    }
    return {};
}

base::Result<void> set_options(ub_ctx* context, const Settings& settings) {
    for (const Option& option : options) {
        if (auto done = set_option(context, option.name, option.value); !done) return done;
    }
    if (settings.trust_anchor_file.empty()) {
        if (const int error = ub_ctx_set_option(context, "module-config:", "iterator")) {
            return refused("libunbound rejects module-config:", error);
        }
        return {};
    }
    // libunbound itself notices only when it starts to work.
    const std::string& anchor = settings.trust_anchor_file;
    if (!std::ifstream(anchor)) {
        return base::fail(Fault::no_input, "cannot read the trust anchor in " + anchor);
    }
    if (const int error = ub_ctx_add_ta_file(context, anchor.c_str())) {
        return refused("cannot use the trust anchor in " + anchor, error);
    }
    return {};
}

base::Result<void> set_servers(ub_ctx* context, const Settings& settings) {
    for (const std::string& server : settings.forward) {
        if (const int error = ub_ctx_set_fwd(context, server.c_str())) {
            return refused("'" + server +
                               "' is not a DNS server: type its address, with or without "
                               "a port, such as 127.0.0.1@5353",
                           error);
        }
    }
    if (!settings.forward.empty() || settings.resolv_conf.empty()) return {};
    if (const int error = ub_ctx_resolvconf(context, settings.resolv_conf.c_str())) {
        return refused("cannot read the DNS servers from " + settings.resolv_conf, error);
    }
    return {};
}

base::Result<void> set_local(ub_ctx* context, const Settings& settings) {
    if (!settings.forward.empty() || !settings.resolv_conf.empty()) {
        for (const char* zone : special_zones) {
            if (const int error = ub_ctx_zone_remove(context, zone)) {
                return refused("libunbound cannot be started with these settings", error);
            }
        }
    }
    for (const std::string& zone : settings.local_zones) {
        if (const int error = ub_ctx_zone_add(context, zone.c_str(), "static")) {
            return refused("'" + zone + "' is not a domain to answer for", error);
        }
    }
    for (const std::string& line : settings.local_data) {
        if (const int error = ub_ctx_data_add(context, line.c_str())) {
            return refused("'" + line + "' is not a line of a zone", error);
        }
    }
    return {};
}

}  // namespace

base::Result<UnboundContext> make_unbound_context(const Settings& settings, ub_event_base* events) {
    UnboundContext context(events != nullptr ? ub_ctx_create_ub_event(events) : ub_ctx_create());
    if (!context) return base::fail(Fault::system, "libunbound has no memory to start");
    // Messages for stderr are replaced by this program's own.
    ub_ctx_debugout(context.get(), nullptr);
    for (const auto step : {set_limits, set_options, set_servers}) {
        if (const auto done = step(context.get(), settings); !done) {
            return std::unexpected(done.error());
        }
    }
    if (const auto done = set_local(context.get(), settings); !done) {
        return std::unexpected(done.error());
    }
    return context;
}

}  // namespace turnaway::io
