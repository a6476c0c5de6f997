#include "smtp/client_extensions.h"

#include <algorithm>
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

struct Limit {
    std::string_view name;
    std::optional<std::size_t> ClientExtensions::* most;
};

constexpr std::array limits{
    Limit{"MAILMAX", &ClientExtensions::messages_max},
    Limit{"RCPTMAX", &ClientExtensions::recipients_max},
    Limit{"RCPTDOMAINMAX", &ClientExtensions::recipient_domains_max},
};

// RFC 9422 section 3: at most six digits, the first of them not 0. Other values and unknown names
// are ignored.
void read_limits(std::string_view words, ClientExtensions* extensions) {
    while (!(words = base::trim(words)).empty()) {
        const std::string_view word = words.substr(0, words.find_first_of(" \t"));
        words.remove_prefix(word.size());
        const std::size_t equals = std::min(word.find('='), word.size());
        const std::string_view value = word.substr(std::min(equals + 1, word.size()));
        const auto most = base::parse_unsigned<std::size_t>(value, 999'999);
        if (!most || *most == 0) continue;
        for (const Limit& limit : limits) {
            if (base::equal_no_case(word.substr(0, equals), limit.name)) {
                extensions->*limit.most = most;
            }
        }
    }
}

}  // namespace

ClientExtensions ClientExtensions::parse(const Reply& reply) {
    ClientExtensions extensions;
    for (std::size_t i = 1; i < reply.lines.size(); ++i) {
        const std::string_view line = base::trim(reply.lines[i]);
        const std::string_view word = line.substr(0, line.find_first_of(" \t"));
        for (const Keyword& keyword : keywords) {
            if (base::equal_no_case(word, keyword.name)) extensions.*keyword.offered = true;
        }
        if (base::equal_no_case(word, "LIMITS")) {
            read_limits(line.substr(word.size()), &extensions);
        }
        if (!base::equal_no_case(word, "SIZE")) continue;
        const auto most = base::parse_unsigned(base::trim(line.substr(word.size())));
        // 0 means that there is no fixed size (RFC 1870 section 4).
        if (most && *most > 0) extensions.content_bytes_max = most;
    }
    return extensions;
}

}  // namespace turnaway::smtp
