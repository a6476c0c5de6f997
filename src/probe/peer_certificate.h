// PeerCertificate: what the other side of a TLS connection has shown, read into values.
//
// Whether its chain is trusted is what OpenSSL found in the handshake, so the context must know the
// authorities; it does not have to insist on them. At most names_max names are read. Dates that
// OpenSSL cannot read are 1970.
#pragma once

#include <openssl/types.h>

#include <cstddef>

#include "check/tls_finding.h"

namespace turnaway::probe {

inline constexpr std::size_t certificate_names_max = 1000;

// After a handshake: version, cipher, certificate, and now as the time when it was seen; its state
// is left to the caller.
check::TlsFinding tls_of(SSL* tls);

}  // namespace turnaway::probe
