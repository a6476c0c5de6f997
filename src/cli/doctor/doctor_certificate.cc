// The certificate that clients get after STARTTLS.
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>

#include "cli/doctor/doctor_context.h"

namespace turnaway::cli {
namespace {

// ACME clients renew a month before the end; at this point the renewal has failed.
constexpr int days_left_min = 14;

using File = std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })>;
using Certificate = std::unique_ptr<X509, decltype([](X509* each) { X509_free(each); })>;
using Key = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* each) { EVP_PKEY_free(each); })>;

// A server cannot start with a key that has a passphrase; OpenSSL must not ask for it.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

File open_file(const std::string& path, std::string_view what, DoctorFindings& findings) {
    File file(std::fopen(path.c_str(), "re"));
    if (!file) {
        findings.problem(
            fmt::format("The {} {} cannot be read: {}.", what, path, std::strerror(errno)),
            "Correct [tls], or let the relay's user read the file.");
    }
    return file;
}

void check_time(const X509& certificate, const std::string& path, DoctorFindings& findings) {
    const ASN1_TIME* begin = X509_get0_notBefore(&certificate);
    const ASN1_TIME* end = X509_get0_notAfter(&certificate);
    if (X509_cmp_current_time(begin) > 0) {
        findings.problem("The certificate " + path + " is not valid yet.",
                         "Check the clock, or use another certificate.");
        return;
    }
    int days = 0;
    int seconds = 0;
    if (ASN1_TIME_diff(&days, &seconds, nullptr, end) != 1) {
        findings.problem("The certificate " + path + " has no readable expiry date.",
                         "Use another certificate.");
    } else if (days < 0 || seconds < 0) {
        findings.problem(fmt::format("The certificate {} has expired {} days ago.", path, -days),
                         "Renew it, then reload the relay.");
    } else if (days < days_left_min) {
        findings.warning(fmt::format("The certificate {} expires in {} days.", path, days),
                         "Renew it, then reload the relay.");
    } else {
        findings.ok(fmt::format("The certificate {} is valid for {} days.", path, days));
    }
}

void check_key(X509& certificate, const settings::TlsConfig& tls, DoctorFindings& findings) {
    const File file = open_file(tls.key, "key", findings);
    if (!file) return;
    const Key key(PEM_read_PrivateKey(file.get(), nullptr, no_passphrase, nullptr));
    if (!key) {
        findings.problem("There is no key in " + tls.key + ", or it has a passphrase.",
                         "Set [tls] key to a PEM key without a passphrase.");
        return;
    }
    if (X509_check_private_key(&certificate, key.get()) != 1) {
        findings.problem(tls.key + " is not the key of " + tls.cert + '.',
                         "Name a certificate and its own key in [tls].");
    }
    struct stat status = {};
    if (fstat(fileno(file.get()), &status) == 0 && (status.st_mode & S_IRWXO) != 0) {
        findings.warning("Every user of this machine can read the key " + tls.key + '.',
                         "chmod o= " + tls.key);
    }
}

}  // namespace

void check_certificate(const DoctorContext& context, DoctorFindings& findings) {
    const auto& tls = context.config.tls;
    if (tls.cert.empty()) {
        findings.ok("STARTTLS is not offered to clients: [tls] cert is empty.");
        return;
    }
    const File file = open_file(tls.cert, "certificate", findings);
    if (!file) return;
    const Certificate certificate(PEM_read_X509(file.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    if (!certificate) {
        findings.problem("There is no certificate in " + tls.cert + '.',
                         "Set [tls] cert to a PEM certificate with its chain.");
        return;
    }
    check_time(*certificate, tls.cert, findings);
    check_key(*certificate, tls, findings);
    const std::string& hostname = context.config.hostname().text();
    if (X509_check_host(certificate.get(), hostname.data(), hostname.size(), 0, nullptr) != 1) {
        findings.warning("The certificate " + tls.cert + " is not for " + hostname + '.',
                         "Use a certificate for the hostname; senders that verify certificates "
                         "will not deliver.");
    }
    ERR_clear_error();
}

}  // namespace turnaway::cli
