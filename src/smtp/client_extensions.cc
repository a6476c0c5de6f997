#include "smtp/client_extensions.h"

#include <array>
#include <string_view>

#include "base/text.h"

namespace turnaway::smtp {

namespace {

struct Keyword {
    std::string_view name;
    bool ClientExtensions::* offered;
};

constexpr std::array keywords{
    Keyword{"PIPELINING", &ClientExtensions::pipelining},
    Keyword{"SIZE", &ClientExtensions::size},
    Keyword{"8BITMIME", &ClientExtensions::eight_bit_mime},
    Keyword{"SMTPUTF8", &ClientExtensions::smtputf8},
    Keyword{"DSN", &ClientExtensions::dsn},
    Keyword{"STARTTLS", &ClientExtensions::starttls},
    Keyword{"ENHANCEDSTATUSCODES", &ClientExtensions::enhanced_status_codes},
    Keyword{"CHUNKING", &ClientExtensions::chunking},
};

}  // namespace

ClientExtensions ClientExtensions::parse(const Reply& reply) {
    ClientExtensions extensions;
    for (std::size_t i = 1; i < reply.lines.size(); ++i) {
        const std::string_view line = base::trim(reply.lines[i]);
        const std::string_view word = line.substr(0, line.find_first_of(" \t"));
        for (const Keyword& keyword : keywords) {
            if (base::equal_no_case(word, keyword.name)) extensions.*keyword.offered = true;
        }
        if (!base::equal_no_case(word, "SIZE")) continue;
        const auto most = base::parse_unsigned(base::trim(line.substr(word.size())));
        // 0 says that there is no fixed size (RFC 1870 section 4).
        if (most && *most > 0) extensions.content_bytes_most = most;
    }
    return extensions;
}

}  // namespace turnaway::smtp
