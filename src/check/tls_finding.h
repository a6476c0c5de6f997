// TlsFinding: what STARTTLS of one host came to, its certificate included, in values and in words.
//
// It is for people and changes no verdict: mail is sent with opportunistic TLS (RFC 7435), so an
// expired certificate, or one for another name, keeps no message away except from the few senders
// that insist (MTA-STS, RFC 8461). Names of certificates are compared as RFC 9525 section 6.3 says;
// a wildcard stands for one whole label. What a certificate says is as it came, to be escaped by
// whoever prints it.
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
    not_asked,    // the session did not come so far
    not_offered,  // the reply to EHLO has no STARTTLS
    refused,      // it is offered, but the host answers the command with 4yz or 5yz
    failed,       // no handshake, or no session behind it
    works,
};
std::string_view name(TlsState state);  // "not-offered"

struct Certificate {
    std::vector<std::string> names = {};  // DNS names, else the common name
    std::string issuer = {};              // "CN=R3,O=Let's Encrypt,C=US"
    std::chrono::sys_seconds valid_from = {};
    std::chrono::sys_seconds valid_until = {};
    bool is_self_signed = false;
    bool is_trusted = false;    // its chain leads to an authority of this system
    std::string distrust = {};  // why not, in words of the TLS library
};

struct TlsFinding {
    TlsState state = TlsState::not_asked;
    std::string problem = {};  // of `refused` and `failed`: the reply, or why
    std::string version = {};  // "TLSv1.3"
    std::string cipher = {};
    std::optional<Certificate> certificate = {};
    std::chrono::sys_seconds seen_at = {};  // what the days are counted from
};

// Whether a certificate is for that host.
bool is_for(const Certificate& certificate, const mail::Domain& host);
// Whole days until it ends; negative when it has ended, by the days since then.
long days_left(const TlsFinding& finding);
bool is_expired(const TlsFinding& finding);
// "2026-12-30", in UTC.
std::string date_text(std::chrono::sys_seconds time);

// In one line: what matters. "TLSv1.3; the certificate is good for 60 days". `host` is empty for an
// address. Empty when nothing was asked.
std::string tls_line(const TlsFinding& finding, const std::optional<mail::Domain>& host);
// The rest: cipher, names, issuer, dates; a line each.
std::vector<std::string> tls_details(const TlsFinding& finding);
// What to do about an expired certificate or one for another name; empty when there is nothing.
std::string tls_hint(const TlsFinding& finding, const std::optional<mail::Domain>& host);

}  // namespace turnaway::check
