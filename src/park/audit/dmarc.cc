#include "park/audit/dmarc.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "park/audit/tag_list.h"

namespace turnaway::park {
namespace {

constexpr std::array<std::string_view, 3> policy_names{"none", "quarantine", "reject"};
constexpr std::size_t reports_max = 20;  // of one record; further ones are ignored

std::optional<DmarcPolicy> find_policy(std::string_view text) {
    const auto found = std::ranges::find_if(
        policy_names, [&](std::string_view name) { return base::equal_no_case(name, text); });
    if (found == policy_names.end()) return std::nullopt;
    return static_cast<DmarcPolicy>(found - policy_names.begin());
}

// The version at the beginning (also after invisible characters or quotes) or in any other part.
bool looks_like_dmarc(std::string_view text) {
    while (!text.empty()) {
        std::string_view part = text.substr(0, text.find(';'));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        for (const std::string_view mark : {"\xef\xbb\xbf", "\u200b", "\u00a0"}) {
            if (part.starts_with(mark)) part.remove_prefix(mark.size());
        }
        part.remove_prefix(std::min(part.find_first_not_of(" \t\"'\\"), part.size()));
        for (const std::string_view start : {"v=dmarc", "v =dmarc", "v= dmarc", "v = dmarc",
                                             "v:dmarc", "dmarc1", "\u201cv=dmarc"}) {
            if (base::starts_with_no_case(part, start)) return true;
        }
    }
    return false;
}

// `v=DMARC1` first, in capitals, and only spaces up to the semicolon.
bool has_version(std::string_view text) {
    const std::string_view first = text.substr(0, text.find(';'));
    const auto equals = first.find('=');
    return equals != std::string_view::npos && !first.starts_with(' ') &&
           base::trim(first.substr(0, equals)) == "v" &&
           base::trim(first.substr(equals + 1)) == "DMARC1";
}

// Decodes `%40` and the like; nothing if one is cut off.
std::optional<std::string> without_percent_signs(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        constexpr std::string_view digits = "0123456789abcdef";
        if (i + 2 >= text.size()) return std::nullopt;
        const auto high = digits.find(base::to_lower(text[i + 1]));
        const auto low = digits.find(base::to_lower(text[i + 2]));
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

// `mailto:reports@example.net!10m`; the size is from RFC 7489 and no longer used.
std::optional<mail::Address> report_address(std::string_view uri) {
    constexpr std::string_view scheme = "mailto:";
    if (!base::starts_with_no_case(uri, scheme)) return std::nullopt;
    std::string_view text = uri.substr(scheme.size());
    text = text.substr(0, text.find_first_of("!?"));
    const auto decoded = without_percent_signs(text);
    if (!decoded) return std::nullopt;
    auto address = mail::Address::parse(*decoded);
    if (!address || address->domain() == nullptr) return std::nullopt;
    return *std::move(address);
}

void read_reports(std::string_view list, DmarcReading& reading) {
    for (std::size_t i = 0; i < reports_max && !list.empty(); ++i) {
        const std::string_view raw = list.substr(0, list.find(','));
        list.remove_prefix(std::min(list.size(), raw.size() + 1));
        const std::string_view uri = base::trim(raw);
        if (auto address = report_address(uri)) {
            reading.reports_to.push_back(*std::move(address));
        } else {
            reading.broken_reports.emplace_back(uri);
        }
    }
}

void read_policies(const TagList& tags, DmarcReading& reading) {
    const auto read = [&](std::string_view tag, std::optional<DmarcPolicy>& policy) {
        const auto text = tags.find(tag);
        if (!text) return;
        policy = find_policy(*text);
        if (!policy && !reading.unknown_policy) {
            reading.unknown_policy = std::string(tag) + '=' + std::string(*text);
        }
    };
    read("p", reading.policy);
    read("sp", reading.below);
    read("np", reading.nonexistent);
}

}  // namespace

std::string_view name(DmarcPolicy policy) {
    return policy_names[static_cast<std::size_t>(policy)];
}

DmarcReading read_dmarc(std::string_view text) {
    DmarcReading reading;
    if (!looks_like_dmarc(text)) return reading;
    if (!has_version(text)) {
        reading.standing = DmarcStanding::not_read;
        return reading;
    }
    const TagList tags = read_tag_list(text);
    if (tags.repeated) {
        reading.standing = DmarcStanding::not_read;
        reading.repeated_tag = std::string(*tags.repeated);
        return reading;
    }
    reading.standing = DmarcStanding::record;
    if (tags.broken) reading.broken_part = std::string(*tags.broken);
    read_policies(tags, reading);
    if (const auto percent = tags.find("pct")) {
        reading.percent = base::parse_unsigned<unsigned>(*percent, 100).value_or(100);
    }
    const auto is = [&](std::string_view tag, std::string_view value) {
        const auto found = tags.find(tag);
        return found && base::equal_no_case(*found, value);
    };
    reading.is_testing = is("t", "y");
    reading.is_public_suffix = is("psd", "y");
    reading.ends_tree_walk = reading.is_public_suffix || is("psd", "n");
    if (const auto reports = tags.find("rua")) read_reports(*reports, reading);
    return reading;
}

}  // namespace turnaway::park
