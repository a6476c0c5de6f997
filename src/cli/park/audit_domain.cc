#include "cli/park/audit_domain.h"

#include "base/printable.h"
#include "check/subject.h"

namespace turnaway::cli {

std::expected<mail::Domain, std::string> read_audit_domain(std::string_view text) {
    constexpr std::size_t shown_bytes_max = 80;
    const auto subject = check::parse_subject(text, false);
    if (!subject) return std::unexpected(subject.error());
    const mail::Domain* domain = subject->domain();
    if (domain != nullptr && !domain->is_root()) return *domain;
    std::string words = "\"";
    base::append_printable(words, text, shown_bytes_max);
    return std::unexpected(words + "\" is not a domain: type a name such as example.org");
}

}  // namespace turnaway::cli
