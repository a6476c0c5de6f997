// Invariants of author_domain, for any bytes as a header:
// - the domain is a domain that reads back, and never the root;
// - a header of that domain alone gives it again, in whatever form the address stands;
// - with a second From field there is none.
#include "mail/author_domain.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"

namespace mail = turnaway::mail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string header(reinterpret_cast<const char*>(data), size);
    const auto domain = mail::author_domain(header);
    if (!domain) return 0;
    TURNAWAY_CHECK(!domain->is_root());
    TURNAWAY_CHECK(mail::Domain::parse(domain->text()) == *domain);
    for (const std::string_view before : {"a@", "Ann <a@", "\"b@c\" (d@e) <@f,@g:a@"}) {
        const bool is_open = before.find('<') != std::string_view::npos;
        const std::string field =
            "From: " + std::string(before) + domain->text() + (is_open ? ">\r\n" : "\r\n");
        TURNAWAY_CHECK(mail::author_domain(field) == *domain);
        if (header.ends_with("\r\n")) TURNAWAY_CHECK(!mail::author_domain(header + field));
    }
    return 0;
}
