// TlsFinding: the result of STARTTLS with one host, including its certificate, as values and as
// text.
//
// For information only; it does not change a verdict: mail is sent with opportunistic TLS (RFC
// 7435), so an expired certificate, or one for another name, stops mail only from the few senders
// that require a valid one (MTA-STS, RFC 8461). Certificate names are compared as in RFC 9525
// section 6.3; a wildcard stands for one whole label. Text from the certificate is unchanged;
// output code must escape it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/domain.h"

namespace turnaway::check {

enum class TlsState : std::uint8_t {
    not_asked,    // the session ended before this point
    not_offered,  // the reply to EHLO has no STARTTLS
    refused,      // offered, but the host replies to the command with 4yz or 5yz
    failed,       // no handshake, or no SMTP session after it
    works,
};
std::string_view name(TlsState state);  // "not-offered"

struct Certificate {
    std::vector<std::string> names = {};  // DNS names, or else the common name
    std::string issuer = {};              // "CN=R3,O=Let's Encrypt,C=US"
    std::chrono::sys_seconds valid_from = {};
    std::chrono::sys_seconds valid_until = {};
    bool is_self_signed = false;
    bool is_trusted = false;    // its chain leads to a trusted CA of this system
    std::string distrust = {};  // why it is not trusted, as the TLS library reports it
};

struct TlsFinding {
    TlsState state = TlsState::not_asked;
    std::string problem = {};  // for `refused` and `failed`: the reply, or the reason
    std::string version = {};  // "TLSv1.3"
    std::string cipher = {};
    std::optional<Certificate> certificate = {};
    std::chrono::sys_seconds seen_at = {};  // the base for days_left()
};

// Whether a certificate is for that host.
bool is_for(const Certificate& certificate, const mail::Domain& host);
// Whole days until it expires; if it has expired, minus the days since then.
long days_left(const TlsFinding& finding);
bool is_expired(const TlsFinding& finding);
// "2026-12-30", in UTC.
std::string date_text(std::chrono::sys_seconds time);

// The essentials in one line: "TLSv1.3; the certificate is good for 60 days". `host` is empty for
// an address. Empty if TLS was not tried.
std::string tls_line(const TlsFinding& finding, const std::optional<mail::Domain>& host);
// The rest: cipher, names, issuer, dates; one per line.
std::vector<std::string> tls_details(const TlsFinding& finding);
// What to do about an expired certificate or one for another name; may be empty.
std::string tls_hint(const TlsFinding& finding, const std::optional<mail::Domain>& host);

}  // namespace turnaway::check
