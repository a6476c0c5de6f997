#include "park/spf/spf.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace turnaway::park {
namespace {

constexpr std::string_view version = "v=spf1";

// HYPHEN, NON-BREAKING HYPHEN, FIGURE, EN and EM DASH, HORIZONTAL BAR, MINUS SIGN, SMALL and
// FULLWIDTH HYPHEN-MINUS; then the two dashes as zone files and web pages escape them.
constexpr std::array<std::string_view, 13> dashes{
    "\u2010", "\u2011", "\u2012",          "\u2013",          "\u2014",  "\u2015", "\u2212",
    "\ufe63", "\uff0d", "\\226\\128\\147", "\\226\\128\\148", "&ndash;", "&#8211;"};
constexpr std::string_view windows_dashes = "\x96\x97";

// `name=value`; unknown names are allowed (section 6).
bool is_modifier(std::string_view term) {
    const auto equals = term.find('=');
    if (equals == std::string_view::npos || equals == 0 || !base::is_alpha(term[0])) return false;
    const auto name = term.substr(0, equals);
    return is_macro_string(term.substr(equals + 1)) && std::ranges::all_of(name, [](char c) {
               return base::is_alnum(c) || c == '-' || c == '_' || c == '.';
           });
}

bool is_named(std::string_view modifier, std::string_view name) {
    return base::equal_no_case(modifier.substr(0, modifier.find('=')), name);
}

void take_mechanism(SpfTerm term, SpfReading& reading) {
    if (reading.all) {
        reading.has_terms_after_all = true;
        return;
    }
    if (term.mechanism == SpfMechanism::all) {
        reading.all = term.qualifier;
    } else if (term.qualifier == '+') {
        reading.senders.push_back(term.text);
    }
    reading.terms.push_back(std::move(term));
}

// False if the modifier is not well-formed, or is repeated where it must not be.
bool take_modifier(std::string_view term, SpfReading& reading) {
    if (!is_modifier(term)) return false;
    const std::string_view value = term.substr(term.find('=') + 1);
    const bool is_redirect = is_named(term, "redirect");
    if (!is_redirect && !is_named(term, "exp")) return true;
    auto& known = is_redirect ? reading.redirect : reading.explanation;
    if (known || !is_domain_spec(value)) return false;
    known = std::string(value);
    return true;
}

void read_terms(std::string_view terms, SpfReading& reading) {
    for (;;) {
        const auto begin = terms.find_first_not_of(' ');
        if (begin == std::string_view::npos) break;
        terms.remove_prefix(begin);
        const std::string_view term = terms.substr(0, terms.find(' '));
        terms.remove_prefix(term.size());
        if (auto mechanism = read_spf_term(term)) {
            take_mechanism(*std::move(mechanism), reading);
        } else if (!take_modifier(term, reading) && !reading.broken_term) {
            reading.broken_term = std::string(term);
        }
    }
    if (reading.all) reading.redirect.reset();  // section 6.1
    if (reading.redirect) {
        reading.has_redirect = true;
        reading.senders.push_back("redirect=" + *reading.redirect);
    }
}

// A text that was meant as SPF, without leading spaces, quotes and byte order mark.
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
    // In UTF-8 the same bytes are parts of letters.
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
        // `v=spf1-all`, `v=spf1include:...`; `v=spf10` and `v=spf1;` are different mistakes.
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
