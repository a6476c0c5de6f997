// TlsServer and TlsClient: the TLS settings shared by all connections of a side.
//
// TLS 1.2 and later, no compression, no renegotiation (RFC 8996, RFC 9325). The client sends the
// host's name (SNI, RFC 6066 section 3) and by default accepts any certificate: opportunistic TLS
// protects against eavesdropping only (RFC 7435). If verification is requested, the chain must lead
// to the given CAs and the name must match (RFC 9525), else the handshake fails. Known gaps: no
// DANE, no client certificates.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>

#include "base/result.h"

namespace turnaway::io {

class TlsServer {
  public:
    // PEM files: the certificate with its chain, and its key.
    [[nodiscard]] static base::Result<TlsServer> load(const std::string& certificate_file,
                                                      const std::string& key_file);

    boost::asio::ssl::context& context() { return context_; }

  private:
    TlsServer();
    boost::asio::ssl::context context_;
};

class TlsClient {
  public:
    // Accepts any certificate.
    [[nodiscard]] static base::Result<TlsClient> opportunistic();
    // The same, but records whether this system trusts the chain.
    [[nodiscard]] static base::Result<TlsClient> inspecting();
    // The host must prove its name. An empty file means the CAs of the system.
    [[nodiscard]] static base::Result<TlsClient> verifying(
        const std::string& authorities_file = {});

    bool is_verifying() const { return is_verifying_; }
    boost::asio::ssl::context& context() { return context_; }

  private:
    TlsClient();
    boost::asio::ssl::context context_;
    bool is_verifying_ = false;
};

}  // namespace turnaway::io
