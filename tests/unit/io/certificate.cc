#include "certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/check.h"

namespace turnaway::io {

namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

void add_host_name(X509* certificate) {
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("host.example"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    for (const auto& [kind, value] : {std::pair{NID_subject_alt_name, "DNS:host.example"},
                                      std::pair{NID_basic_constraints, "critical,CA:TRUE"}}) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
        TURNAWAY_CHECK(extension != nullptr);
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
}

}  // namespace

Certificate::Certificate() {
    std::string pattern = std::filesystem::temp_directory_path() / "turnaway-io-XXXXXX";
    TURNAWAY_CHECK(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    TURNAWAY_CHECK(key != nullptr && certificate != nullptr);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    add_host_name(certificate);
    TURNAWAY_CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
    const File certificate_out(std::fopen(certificate_file().c_str(), "w"), std::fclose);
    PEM_write_X509(certificate_out.get(), certificate);
    const File key_out(std::fopen(key_file().c_str(), "w"), std::fclose);
    PEM_write_PrivateKey(key_out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

Certificate::~Certificate() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

}  // namespace turnaway::io
