#include "io/tls.h"

#include <openssl/ssl.h>

#include <utility>

namespace turnaway::io {

namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

void set_modern_defaults(ssl::context& context) {
    SSL_CTX* raw = context.native_handle();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    // Frees the 34 KiB of buffers of an idle connection.
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
}

}  // namespace

TlsServer::TlsServer() : context_(ssl::context::tls_server) {
    set_modern_defaults(context_);
    // Resumption uses tickets; a session cache would only grow.
    SSL_CTX_set_session_cache_mode(context_.native_handle(), SSL_SESS_CACHE_OFF);
}

base::Result<TlsServer> TlsServer::load(const std::string& certificate_file,
                                        const std::string& key_file) {
    TlsServer server;
    error_code error;
    server.context_.use_certificate_chain_file(certificate_file, error);
    if (error) {
        return base::fail(base::Fault::config, "cannot use the TLS certificate in " +
                                                   certificate_file + ": " + error.message());
    }
    server.context_.use_private_key_file(key_file, ssl::context::pem, error);
    if (error) {
        return base::fail(base::Fault::config, "cannot use the TLS key in " + key_file +
                                                   " with the certificate in " + certificate_file +
                                                   ": " + error.message());
    }
    return server;
}

TlsClient::TlsClient() : context_(ssl::context::tls_client) {
    set_modern_defaults(context_);
}

base::Result<TlsClient> TlsClient::opportunistic() {
    TlsClient client;
    client.context_.set_verify_mode(ssl::verify_none);
    return client;
}

base::Result<TlsClient> TlsClient::inspecting() {
    auto client = opportunistic();
    if (!client) return client;
    error_code error;
    client->context_.set_default_verify_paths(error);
    if (error) {
        return base::fail(base::Fault::config,
                          "cannot load the system's certificate authorities: " + error.message());
    }
    return client;
}

base::Result<TlsClient> TlsClient::verifying(const std::string& authorities_file) {
    TlsClient client;
    client.is_verifying_ = true;
    client.context_.set_verify_mode(ssl::verify_peer);
    error_code error;
    if (authorities_file.empty()) {
        client.context_.set_default_verify_paths(error);
    } else {
        client.context_.load_verify_file(authorities_file, error);
    }
    if (error) {
        const std::string where =
            authorities_file.empty() ? "the system's folder" : authorities_file;
        return base::fail(base::Fault::config, "cannot load the certificate authorities from " +
                                                   where + ": " + error.message());
    }
    return client;
}

}  // namespace turnaway::io
