// PeerCertificate: the data that the other side of a TLS connection presented, as values.
//
// OpenSSL checks the chain in the handshake, so the context must know the CAs; it does not have to
// require a trusted chain. At most names_max names are read. Dates that OpenSSL cannot read become
// 1970.
#pragma once

#include <openssl/types.h>

#include <cstddef>

#include "check/tls_finding.h"

namespace turnaway::probe {

inline constexpr std::size_t certificate_names_max = 1000;

// After a handshake: version, cipher, certificate, and the current time as the time of observation;
// the caller sets its state.
check::TlsFinding tls_of(SSL* tls);

}  // namespace turnaway::probe
