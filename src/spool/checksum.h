// crc32c: the checksum of the spool (CRC-32C, Castagnoli, as in iSCSI, RFC 3720 section 12.1).
//
// Detects changes by a disk, a cable or a stray write; it does not protect against an attacker. On
// x86-64 with SSE 4.2 and on ARM with the CRC extension the processor computes it, eight octets per
// instruction; otherwise a table is used. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace turnaway::spool {

// `earlier` is the checksum of the preceding bytes.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t earlier = 0);

// The same without processor instructions, for testing both.
std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t earlier = 0);

}  // namespace turnaway::spool
