#include "cli/park/audit_options.h"

#include "base/printable.h"

namespace turnaway::cli {

io::UnboundResolver::Settings AuditOptions::resolver_settings() const {
    return {.forward = resolvers, .deadline = timeout};
}

base::Result<park::AuditWish> read_audit_wish(const AuditOptions& options) {
    park::AuditWish wish{.intent = park::find_intent(options.intent).value_or(park::Intent::none),
                         .wants_retirement = options.wants_retirement};
    if (options.abuse.empty()) return wish;
    auto address = mail::Address::parse(options.abuse);
    if (!address || address->domain() == nullptr) {
        return base::fail(base::Fault::usage,
                          "--abuse: not an address at a domain: " + shown_input(options.abuse));
    }
    wish.abuse = *std::move(address);
    return wish;
}

std::string shown_input(std::string_view text) {
    constexpr std::size_t shown_bytes_most = 80;
    std::string out;
    base::append_printable(out, text, shown_bytes_most);
    return out;
}

}  // namespace turnaway::cli
