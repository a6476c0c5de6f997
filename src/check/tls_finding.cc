#include "check/tls_finding.h"

#include <algorithm>

#include "base/printable.h"
#include "base/text.h"

namespace turnaway::check {
namespace {

using std::chrono::days;

constexpr std::size_t words_bytes_max = 300;
constexpr std::size_t names_shown_max = 8;
constexpr std::string_view wildcard = "*.";

std::string printable(std::string_view text) {
    std::string shown;
    base::append_printable(shown, text, words_bytes_max);
    return shown;
}

bool is_name_for(std::string_view name, std::string_view host) {
    if (base::equal_no_case(name, host)) return true;
    if (!name.starts_with(wildcard)) return false;
    const auto dot = host.find('.');
    return dot != std::string_view::npos && dot > 0 &&
           base::equal_no_case(name.substr(wildcard.size()), host.substr(dot + 1));
}

std::string days_text(long count) {
    return std::to_string(count) + (count == 1 ? " day" : " days");
}

std::string names_text(const Certificate& certificate) {
    std::string text;
    const auto shown = std::min(certificate.names.size(), names_shown_max);
    for (std::size_t i = 0; i < shown; ++i) {
        text += (i > 0 ? ", " : "") + printable(certificate.names[i]);
    }
    if (shown < certificate.names.size()) {
        text += " and " + std::to_string(certificate.names.size() - shown) + " more";
    }
    return text.empty() ? "no name" : text;
}

bool is_for_other(const Certificate& certificate, const std::optional<mail::Domain>& host) {
    return host && !is_for(certificate, *host);
}

bool is_early(const TlsFinding& finding) {
    return finding.certificate && finding.seen_at < finding.certificate->valid_from;
}

// Anything unusual about it, the worst first; may be empty.
std::vector<std::string> oddities_of(const TlsFinding& finding,
                                     const std::optional<mail::Domain>& host) {
    const Certificate& certificate = *finding.certificate;
    std::vector<std::string> odd;
    if (is_expired(finding)) {
        odd.push_back("expired " + days_text(-days_left(finding)) + " ago");
    }
    if (is_early(finding)) odd.emplace_back("is not valid yet");
    if (is_for_other(certificate, host)) {
        odd.push_back("is for " + names_text(certificate) + ", not for " + host->text());
    }
    if (certificate.is_self_signed) {
        odd.emplace_back("is self-signed");
    } else if (!certificate.is_trusted && !is_expired(finding) && !is_early(finding)) {
        odd.push_back("is not trusted here (" + printable(certificate.distrust) + ')');
    }
    return odd;
}

}  // namespace

std::string_view name(TlsState state) {
    switch (state) {
        case TlsState::not_asked:
            return "not-asked";
        case TlsState::not_offered:
            return "not-offered";
        case TlsState::refused:
            return "refused";
        case TlsState::failed:
            return "failed";
        case TlsState::works:
            return "works";
    }
    return "";
}

bool is_for(const Certificate& certificate, const mail::Domain& host) {
    return std::ranges::any_of(
        certificate.names, [&](const std::string& name) { return is_name_for(name, host.text()); });
}

long days_left(const TlsFinding& finding) {
    if (!finding.certificate) return 0;
    const auto left = finding.certificate->valid_until - finding.seen_at;
    return static_cast<long>(std::chrono::duration_cast<days>(left).count());
}

bool is_expired(const TlsFinding& finding) {
    return finding.certificate && finding.certificate->valid_until < finding.seen_at;
}

std::string date_text(std::chrono::sys_seconds time) {
    const std::chrono::year_month_day date(std::chrono::floor<days>(time));
    const auto two = [](unsigned number) {
        return (number < 10 ? "0" : "") + std::to_string(number);
    };
    return std::to_string(static_cast<int>(date.year())) + '-' +
           two(static_cast<unsigned>(date.month())) + '-' + two(static_cast<unsigned>(date.day()));
}

std::string tls_line(const TlsFinding& finding, const std::optional<mail::Domain>& host) {
    switch (finding.state) {
        case TlsState::not_asked:
            return {};
        case TlsState::not_offered:
            return "not offered";
        case TlsState::refused:
            return "offered, but refused: " + printable(finding.problem);
        case TlsState::failed:
            return "offered, but it fails: " + printable(finding.problem);
        case TlsState::works:
            break;
    }
    std::string line = printable(finding.version);
    if (!finding.certificate) return line + "; no certificate";
    const auto odd = oddities_of(finding, host);
    if (odd.empty()) {
        return line + "; the certificate is trusted and good for " + days_text(days_left(finding));
    }
    line += "; the certificate ";
    for (std::size_t i = 0; i < odd.size(); ++i) line += (i > 0 ? "; it " : "") + odd[i];
    return line;
}

std::vector<std::string> tls_details(const TlsFinding& finding) {
    if (finding.version.empty()) return {};
    std::vector<std::string> lines{"cipher " + printable(finding.cipher)};
    if (!finding.certificate) return lines;
    const Certificate& certificate = *finding.certificate;
    lines.push_back("certificate for " + names_text(certificate));
    lines.push_back("issued by " + printable(certificate.issuer));
    lines.push_back("valid from " + date_text(certificate.valid_from) + " to " +
                    date_text(certificate.valid_until));
    lines.push_back(certificate.is_trusted ? "its chain is trusted by this system"
                                           : "its chain is not trusted by this system: " +
                                                 printable(certificate.distrust));
    return lines;
}

std::string tls_hint(const TlsFinding& finding, const std::optional<mail::Domain>& host) {
    if (!finding.certificate || !host) return {};
    const bool is_other = !is_for(*finding.certificate, *host);
    if (!is_expired(finding) && !is_other) return {};
    const std::string what = is_expired(finding) && is_other ? "has expired and is for another name"
                             : is_expired(finding)           ? "has expired"
                                                             : "is for another name";
    return "The certificate of " + host->text() + ' ' + what + ": give it one for " + host->text() +
           ". Mail still arrives, except from senders that insist on a valid certificate "
           "(MTA-STS).";
}

}  // namespace turnaway::check
