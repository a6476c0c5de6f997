// Names of certificates against hosts, days, and what is said of a certificate.
#include "check/tls_finding.h"

#include <gtest/gtest.h>

#include <string>

namespace turnaway::check {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr std::chrono::sys_seconds now{1'800'000'000s};

mail::Domain host(std::string_view name) {
    return *mail::Domain::parse(name);
}

TlsFinding good() {
    return {.state = TlsState::works,
            .version = "TLSv1.3",
            .cipher = "TLS_AES_256_GCM_SHA384",
            .certificate = Certificate{.names = {"mx.example.org"},
                                       .issuer = "CN=Somebody",
                                       .valid_from = now - days(10),
                                       .valid_until = now + days(60) + 1h,
                                       .is_trusted = true},
            .seen_at = now};
}

TEST(TlsFinding, ACertificateIsForItsNamesAlone) {
    const Certificate certificate{.names = {"mx.example.org", "*.example.net"}};
    EXPECT_TRUE(is_for(certificate, host("mx.example.org")));
    EXPECT_TRUE(is_for(certificate, host("MX.Example.ORG")));
    EXPECT_TRUE(is_for(certificate, host("a.example.net")));
    EXPECT_FALSE(is_for(certificate, host("a.b.example.net"))) << "a wildcard is one label";
    EXPECT_FALSE(is_for(certificate, host("example.net")));
    EXPECT_FALSE(is_for(certificate, host("example.org")));
    EXPECT_FALSE(is_for(Certificate{}, host("example.org")));
    EXPECT_FALSE(
        is_for(Certificate{.names = {"*", "*.", "", "m*.example.org"}}, host("mx.example.org")));
    EXPECT_FALSE(is_for(Certificate{.names = {std::string("mx.example.org\0.evil", 20)}},
                        host("mx.example.org")));
}

TEST(TlsFinding, DaysAreWholeOnes) {
    auto finding = good();
    EXPECT_EQ(days_left(finding), 60);
    EXPECT_FALSE(is_expired(finding));
    finding.certificate->valid_until = now - 25h;
    EXPECT_EQ(days_left(finding), -1);
    EXPECT_TRUE(is_expired(finding));
    finding.certificate->valid_until = now;
    EXPECT_FALSE(is_expired(finding));
    EXPECT_EQ(days_left({}), 0);
}

TEST(TlsFinding, OneLineSaysWhatMatters) {
    const auto mx = host("mx.example.org");
    EXPECT_EQ(tls_line({}, mx), "");
    EXPECT_EQ(tls_line({.state = TlsState::not_offered}, mx), "not offered");
    EXPECT_EQ(tls_line(good(), mx), "TLSv1.3; the certificate is trusted and good for 60 days");
    EXPECT_EQ(tls_line(good(), std::nullopt), tls_line(good(), mx)) << "an address has no name";
    auto finding = good();
    finding.certificate->valid_until = now - 25h;
    finding.certificate->is_trusted = false;
    EXPECT_EQ(tls_line(finding, mx), "TLSv1.3; the certificate expired 1 day ago");
    finding = good();
    finding.certificate->is_self_signed = true;
    finding.certificate->is_trusted = false;
    EXPECT_EQ(tls_line(finding, host("a.test")),
              "TLSv1.3; the certificate is for mx.example.org, not for a.test; it is self-signed");
    EXPECT_EQ(tls_line({.state = TlsState::refused, .problem = "454 \x1b[31mno"}, mx),
              "offered, but refused: 454 \\x1b[31mno");
}

TEST(TlsFinding, AHintIsForDatesAndNamesOnly) {
    const auto mx = host("mx.example.org");
    EXPECT_EQ(tls_hint(good(), mx), "");
    EXPECT_EQ(tls_hint({}, mx), "");
    auto finding = good();
    finding.certificate->is_self_signed = true;
    EXPECT_EQ(tls_hint(finding, mx), "");
    finding.certificate->valid_until = now - 1h;
    EXPECT_NE(tls_hint(finding, mx), "");
    EXPECT_EQ(tls_hint(finding, std::nullopt), "");
    EXPECT_NE(tls_hint(good(), host("other.example.org")).find("another name"), std::string::npos);
}

}  // namespace
}  // namespace turnaway::check
