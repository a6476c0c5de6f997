#include "park/spf.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mail/ip_text.h"

namespace turnaway::park {
namespace {

constexpr std::string_view version = "v=spf1";

// HYPHEN, NON-BREAKING HYPHEN, FIGURE, EN and EM DASH, HORIZONTAL BAR, MINUS SIGN, SMALL and
// FULLWIDTH HYPHEN-MINUS; then the two dashes as zone files and web pages escape them.
constexpr std::array<std::string_view, 13> dashes{
    "\u2010", "\u2011", "\u2012",          "\u2013",          "\u2014",  "\u2015", "\u2212",
    "\ufe63", "\uff0d", "\\226\\128\\147", "\\226\\128\\148", "&ndash;", "&#8211;"};
constexpr std::string_view windows_dashes = "\x96\x97";

bool is_number_to(std::string_view text, unsigned most) {
    return base::parse_unsigned<unsigned>(text, most).has_value();
}

// `192.0.2.0/24`; the length may be missing.
bool is_network(std::string_view text, bool is_ipv4) {
    const auto slash = text.find('/');
    const auto address = text.substr(0, slash);
    if (slash != std::string_view::npos &&
        !is_number_to(text.substr(slash + 1), is_ipv4 ? 32 : 128)) {
        return false;
    }
    return is_ipv4 ? mail::parse_ipv4(address).has_value() : mail::parse_ipv6(address).has_value();
}

// Of `a` and `mx`: `/24`, `//64`, `/24//64`; taken off the end of `text` when they are good.
bool take_prefix_lengths(std::string_view& text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return true;
    std::string_view lengths = text.substr(slash);
    text = text.substr(0, slash);
    const auto both = lengths.find("//");
    if (both != std::string_view::npos) {
        if (!is_number_to(lengths.substr(both + 2), 128)) return false;
        lengths = lengths.substr(0, both);
    }
    return lengths.empty() || is_number_to(lengths.substr(1), 32);
}

// A domain, perhaps with macros: visible ASCII (RFC 7208 section 7.1).
bool is_domain_spec(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_mechanism(std::string_view term) {
    const auto end = term.find_first_of(":/");
    const std::string_view name = term.substr(0, end);
    std::string_view rest = end == std::string_view::npos ? "" : term.substr(end);
    const auto is = [&](std::string_view known) { return base::equal_no_case(name, known); };
    if (is("all")) return rest.empty();
    if (is("ip4") || is("ip6")) {
        return rest.starts_with(':') && is_network(rest.substr(1), is("ip4"));
    }
    if (is("include") || is("exists"))
        return rest.starts_with(':') && is_domain_spec(rest.substr(1));
    if (is("ptr")) return rest.empty() || (rest[0] == ':' && is_domain_spec(rest.substr(1)));
    if (!is("a") && !is("mx")) return false;
    if (!take_prefix_lengths(rest)) return false;
    return rest.empty() || is_domain_spec(rest.substr(1));
}

// `name=value`; names nobody knows are allowed (section 6).
bool is_modifier(std::string_view term) {
    const auto equals = term.find('=');
    if (equals == std::string_view::npos || equals == 0 || !base::is_alpha(term[0])) return false;
    const auto name = term.substr(0, equals);
    return std::ranges::all_of(
        name, [](char c) { return base::is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_named(std::string_view modifier, std::string_view name) {
    return base::equal_no_case(modifier.substr(0, modifier.find('=')), name);
}

void take_mechanism(std::string_view term, char qualifier, SpfReading& reading) {
    const std::string_view mechanism = term.substr(term.find_first_not_of("+-~?") == 1 ? 1 : 0);
    if (reading.all) {
        reading.has_terms_after_all = true;
    } else if (base::equal_no_case(mechanism, "all")) {
        reading.all = qualifier;
    } else if (qualifier == '+') {
        reading.senders.emplace_back(term);
    }
}

void read_terms(std::string_view terms, SpfReading& reading) {
    std::optional<std::string_view> redirect;
    std::size_t redirects = 0;
    std::size_t explanations = 0;
    for (;;) {
        const auto begin = terms.find_first_not_of(' ');
        if (begin == std::string_view::npos) break;
        terms.remove_prefix(begin);
        const std::string_view term = terms.substr(0, terms.find(' '));
        terms.remove_prefix(term.size());
        const bool has_qualifier = std::string_view("+-~?").contains(term[0]);
        if (is_mechanism(has_qualifier ? term.substr(1) : term)) {
            take_mechanism(term, has_qualifier ? term[0] : '+', reading);
            continue;
        }
        bool is_good = is_modifier(term);
        if (is_good && is_named(term, "redirect")) {
            redirect = term;
            is_good = ++redirects == 1 && is_domain_spec(term.substr(term.find('=') + 1));
        }
        if (is_good && is_named(term, "exp")) is_good = ++explanations == 1;
        if (!is_good && !reading.broken_term) reading.broken_term = std::string(term);
    }
    if (redirect && !reading.all) {
        reading.has_redirect = true;
        reading.senders.emplace_back(*redirect);
    }
}

// What somebody wrote who meant SPF: without blanks, quotes and a byte order mark before it.
std::string_view meant(std::string_view text) {
    constexpr std::string_view mark = "\xef\xbb\xbf";
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
    const auto begin = text.find_first_not_of(" \t\"'\\");
    return begin == std::string_view::npos ? "" : text.substr(begin);
}

bool looks_like_spf(std::string_view text) {
    const std::string_view rest = meant(text);
    for (const std::string_view start :
         {"v=spf", "v =spf", "v= spf", "v = spf", "v:spf", "spf1 ", "v-spf1", "\u201cv=spf"}) {
        if (base::starts_with_no_case(rest, start)) return true;
    }
    return false;
}

}  // namespace

bool has_typographic_dash(std::string_view text) {
    if (std::ranges::any_of(dashes, [&](std::string_view dash) { return text.contains(dash); })) {
        return true;
    }
    // The same bytes are parts of letters in UTF-8.
    return !base::is_utf8(text) && text.find_first_of(windows_dashes) != std::string_view::npos;
}

SpfReading read_spf(std::string_view text) {
    SpfReading reading;
    if (!looks_like_spf(text)) return reading;
    reading.has_typographic_dash = has_typographic_dash(text);
    if (!base::starts_with_no_case(text, version)) {
        reading.standing = SpfStanding::not_read;
        return reading;
    }
    const std::string_view terms = text.substr(version.size());
    if (!terms.empty() && terms[0] != ' ') {
        // `v=spf1-all`, `v=spf1include:...`; `v=spf10` and `v=spf1;` are other mistakes.
        const bool begins_a_term = base::is_alpha(terms[0]) ||
                                   std::string_view("+-~?").contains(terms[0]) ||
                                   has_typographic_dash(terms.substr(0, 3));
        reading.standing = begins_a_term ? SpfStanding::space_missing : SpfStanding::not_read;
        return reading;
    }
    reading.standing = SpfStanding::record;
    reading.has_odd_case = !text.starts_with(version);
    read_terms(terms, reading);
    return reading;
}

}  // namespace turnaway::park
