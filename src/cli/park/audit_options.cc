#include "cli/park/audit_options.h"

#include "base/printable.h"

namespace turnaway::cli {

io::UnboundResolver::Settings AuditOptions::resolver_settings() const {
    return {.forward = resolvers, .deadline = timeout};
}

base::Result<park::AuditOptions> read_audit_options(const AuditOptions& options) {
    park::AuditOptions park_options{
        .intent = park::find_intent(options.intent).value_or(park::Intent::none),
        .wants_retirement = options.wants_retirement};
    if (options.abuse.empty()) return park_options;
    auto address = mail::Address::parse(options.abuse);
    if (!address || address->domain() == nullptr) {
        return base::fail(base::Fault::usage,
                          "--abuse: not an address at a domain: " + shown_input(options.abuse));
    }
    park_options.abuse = *std::move(address);
    return park_options;
}

std::string shown_input(std::string_view text) {
    constexpr std::size_t shown_bytes_max = 80;
    std::string out;
    base::append_printable(out, text, shown_bytes_max);
    return out;
}

}  // namespace turnaway::cli
