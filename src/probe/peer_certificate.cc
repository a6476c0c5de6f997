#include "probe/peer_certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>

namespace turnaway::probe {
namespace {

using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using std::chrono::system_clock;

using Bio = std::unique_ptr<BIO, decltype([](BIO* each) { BIO_free(each); })>;
using Names =
    std::unique_ptr<GENERAL_NAMES, decltype([](GENERAL_NAMES* each) { GENERAL_NAMES_free(each); })>;

std::string text_of(const ASN1_STRING* string) {
    const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(string));
    return {bytes, static_cast<std::size_t>(std::max(0, ASN1_STRING_length(string)))};
}

std::string text_of(const X509_NAME* name) {
    const Bio out(BIO_new(BIO_s_mem()));
    if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out.get(), &bytes);
    return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

std::vector<std::string> alternative_names(const X509* certificate) {
    std::vector<std::string> found;
    const Names names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    for (int i = 0; i < count && found.size() < certificate_names_max; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS) found.push_back(text_of(name->d.dNSName));
    }
    return found;
}

std::vector<std::string> names_of(const X509* certificate) {
    auto names = alternative_names(certificate);
    if (!names.empty()) return names;
    const X509_NAME* subject = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0) return names;
    names.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
    return names;
}

sys_seconds time_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return sys_seconds(seconds(timegm(&parts)));
}

check::Certificate read(X509* certificate, long verified) {
    check::Certificate read{
        .names = names_of(certificate),
        .issuer = text_of(X509_get_issuer_name(certificate)),
        .valid_from = time_of(X509_get0_notBefore(certificate)),
        .valid_until = time_of(X509_get0_notAfter(certificate)),
        .is_self_signed = X509_check_issued(certificate, certificate) == X509_V_OK,
        .is_trusted = verified == X509_V_OK};
    if (!read.is_trusted) read.distrust = X509_verify_cert_error_string(verified);
    return read;
}

}  // namespace

check::TlsFinding tls_of(SSL* tls) {
    check::TlsFinding finding{.version = SSL_get_version(tls),
                              .cipher = SSL_get_cipher_name(tls),
                              .seen_at = floor<seconds>(system_clock::now())};
    if (X509* certificate = SSL_get0_peer_certificate(tls)) {
        finding.certificate = read(certificate, SSL_get_verify_result(tls));
    }
    ERR_clear_error();
    return finding;
}

}  // namespace turnaway::probe
