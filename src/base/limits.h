// Limits: every size and time that the protocol sets, each with its section. No other file contains
// these numbers.
//
// `_min` is what an RFC obliges us to accept or to wait; `_max` is the bound we keep so that
// nothing grows without limit.
#pragma once

#include <chrono>
#include <cstddef>

namespace turnaway::base::limits {

using namespace std::chrono_literals;

// RFC 5321 section 4.5.3.1: sizes in octets, line ends included where the RFC includes them.
inline constexpr std::size_t domain_bytes_max = 255;
inline constexpr std::size_t domain_label_bytes_max = 63;  // RFC 1035 section 2.3.4
inline constexpr std::size_t dns_name_bytes_max = 253;  // as text: 255 on the wire, section 2.3.4
inline constexpr std::size_t path_bytes_max = 256;      // with the angle brackets
inline constexpr std::size_t envid_bytes_max = 100;     // as xtext, RFC 3461 section 4.4
inline constexpr std::size_t orcpt_bytes_max = 500;     // as xtext, RFC 3461 section 4.2
inline constexpr std::size_t command_line_bytes_min = 512;
inline constexpr std::size_t reply_line_bytes_max = 512;
inline constexpr std::size_t text_line_bytes_min = 1000;
inline constexpr std::size_t recipients_min = 100;

// The longest command line that is accepted: 512 and the additions of every extension (RFC 1870 26,
// RFC 6152 17, RFC 3461 MAIL 500 and RCPT 1036, RFC 6531 10), with room to spare.
inline constexpr std::size_t command_line_bytes_max = 2048;
// How much of one reply is read to find its end, and how much is kept. If a peer sends more, its
// session is ended (RFC 5321 sets no bound).
inline constexpr std::size_t reply_bytes_read_max = std::size_t{16} * 1024 * 1024;
inline constexpr std::size_t reply_bytes_max = std::size_t{64} * 1024;
inline constexpr std::size_t reply_lines_max = 1000;
// A text line in DATA: far more than the 1000 that must be accepted, but still bounded.
inline constexpr std::size_t text_line_bytes_max = std::size_t{1024} * 1024;

// How much of the original message a report returns, so that reports stay small (RFC 3461 section
// 6.2 leaves the length to us).
inline constexpr std::size_t returned_bytes_max = std::size_t{64} * 1024;
// From this much human-readable text on, a report counts further attempts instead of listing them.
inline constexpr std::size_t explanation_bytes_max = std::size_t{256} * 1024;

// RFC 5321 section 4.5.3.2: the minimum time that a server waits for the next command.
inline constexpr std::chrono::seconds server_command_wait_min = 5min;

// RFC 5321 section 4.5.3.2.1 to 4.5.3.2.6: the minimum times that a client waits (requirement 36).
inline constexpr std::chrono::seconds client_greeting_wait = 5min;    // 4.5.3.2.1
inline constexpr std::chrono::seconds client_mail_wait = 5min;        // 4.5.3.2.2
inline constexpr std::chrono::seconds client_rcpt_wait = 5min;        // 4.5.3.2.3
inline constexpr std::chrono::seconds client_data_wait = 2min;        // 4.5.3.2.4
inline constexpr std::chrono::seconds client_block_wait = 3min;       // 4.5.3.2.5, for one write
inline constexpr std::chrono::seconds client_final_dot_wait = 10min;  // 4.5.3.2.6
// The RFC sets none for these. EHLO and STARTTLS get the time of MAIL. A host that does not accept
// the connection or finish the handshake must not hold a connection for long. After QUIT nothing is
// at stake.
inline constexpr std::chrono::seconds client_ehlo_wait = 5min;
inline constexpr std::chrono::seconds client_starttls_wait = 5min;
inline constexpr std::chrono::seconds client_connect_wait = 30s;
inline constexpr std::chrono::seconds client_handshake_wait = 1min;
inline constexpr std::chrono::seconds client_quit_wait = 5s;

// Commands sent without waiting for replies: small enough for any socket's send buffer, so that the
// write ends even if the host is itself blocked writing replies (RFC 2920 section 3.1).
inline constexpr std::size_t client_batch_bytes_max = std::size_t{8} * 1024;

// The replies that a server holds back to send together (RFC 2920 section 3.2): the maximum in
// bytes, and in answers of the judge, each of which may have taken the full deadline of a lookup.
inline constexpr std::size_t server_batch_bytes_max = std::size_t{4} * 1024;
inline constexpr std::size_t server_answers_held_max = 10;
// How much of a message that will be refused a server reads and discards, beyond the size it
// accepts, before it closes the connection instead (RFC 5321 sets no bound).
inline constexpr std::size_t refused_content_bytes_max = std::size_t{16} * 1024 * 1024;
// The minimum of content that a client must send within each timeout for a command, or it counts as
// silent: otherwise one octet now and then would keep a connection open for ever.
inline constexpr std::size_t server_progress_bytes_min = std::size_t{16} * 1024;
// Clients over the connection limit whose input is still read after their 421, so that a reset does
// not destroy it; the connections of further ones are closed at once.
inline constexpr std::size_t lingering_clients_max = 64;
// The minimum interval between log lines about refused clients.
inline constexpr std::chrono::seconds turned_away_told_every = 60s;
// RFC 5321 section 6.3: a message with this many Received fields is considered to be in a mail
// loop.
inline constexpr std::size_t received_fields_max = 100;
// Before a close: how much more of the peer's input is read, and for how long, so that a reset does
// not destroy our last reply.
inline constexpr std::size_t close_drain_bytes_max = std::size_t{64} * 1024;
inline constexpr std::chrono::seconds close_wait = 2s;
// Content up to this size goes out in one write, its final dot included; larger content in pieces
// of this size.
inline constexpr std::size_t content_piece_bytes = std::size_t{64} * 1024;
// One HTTP request for metrics or health, its header included.
inline constexpr std::size_t http_request_bytes_max = std::size_t{8} * 1024;

// RFC 1846 section 4.2: the time suggested for a client that does not QUIT after a 521.
inline constexpr std::chrono::seconds refused_client_wait = 5min;

// How much of the 521 reply of a refusing host is kept: enough for a person to understand it.
inline constexpr std::size_t refusing_words_bytes_max = 256;

static_assert(command_line_bytes_max >= command_line_bytes_min + 26 + 17 + 10 + 1036);

// The spool (spool/sqlite/sqlite_spool.h). Content up to this size is kept in the message's row and
// in memory, larger content in a separate file.
inline constexpr std::size_t content_in_row_bytes_max = std::size_t{256} * 1024;
// A batch that has read back this much is committed before the next message is read.
inline constexpr std::size_t spool_batch_loaded_bytes_max = std::size_t{16} * 1024 * 1024;
// Pages of 4 KiB in the write-ahead log before they are moved into the database.
inline constexpr int spool_log_pages_max = 4000;
// Pages of the database kept in memory, in KiB.
inline constexpr int spool_cache_kib = 16 * 1024;

// The bounds of one route (RFC 5321 section 5.1 sets none): MX records after the best ones, and
// addresses of one host after the first ones, are left out. Each MX costs two DNS queries, which a
// client causes with one RCPT.
inline constexpr std::size_t route_mx_max = 10;
inline constexpr std::size_t host_addresses_max = 20;
// The longest time that a route is valid, whatever the TTL: for positive answers, for negative ones
// (RFC 2308 section 5 advises one to three hours), and for DNS failures (its section 7).
inline constexpr std::chrono::seconds route_age_max = 24h;
inline constexpr std::chrono::seconds absence_age_max = 1h;
inline constexpr std::chrono::seconds dns_failure_age_max = 30s;

// The queue's default times (RFC 5321 section 4.5.4.1, requirements 38 and 39): the lifetime for
// each cause, the time until the sender gets a report of the delay, and the first and the usual
// wait between attempts, each a fifth more or less.
inline constexpr std::chrono::seconds queue_temporary_lifetime = 120h;
inline constexpr std::chrono::seconds queue_implicit_lifetime = 4h;
inline constexpr std::chrono::seconds queue_dns_lifetime = 120h;
inline constexpr std::chrono::seconds queue_bounce_lifetime = 48h;
inline constexpr std::chrono::seconds queue_delay_notice = 4h;
inline constexpr std::chrono::seconds queue_retry_first = 30min;
inline constexpr std::chrono::seconds queue_retry_max = 150min;
// One round over a route: the default number of hosts to dial, and the number of addresses to dial
// for each; RFC 5321 section 5.1 asks for at least two.
inline constexpr std::size_t round_hosts_max = 5;
inline constexpr std::size_t round_addresses_of_host_max = 4;
inline constexpr std::size_t round_addresses_min = 2;
// The attempts of a recipient that the queue keeps, in addition to those that closed a host, and
// how much of each host's reply it keeps.
inline constexpr std::size_t attempts_kept_first = 3;
inline constexpr std::size_t attempts_kept_last = 20;
inline constexpr std::size_t kept_reply_bytes_max = std::size_t{4} * 1024;
inline constexpr std::size_t kept_reply_lines_max = 100;
// Addresses that did not respond: how many are remembered, and how long each is skipped at first
// and at most.
inline constexpr std::size_t unreachable_addresses_max = 10'000;
inline constexpr std::chrono::seconds unreachable_rest_first = 10min;
inline constexpr std::chrono::seconds unreachable_rest_max = 2h;

// Default limits of concurrent deliveries: to one destination at first and at most, and in total.
inline constexpr std::size_t destination_places_start = 2;
inline constexpr std::size_t destination_places_max = 20;
inline constexpr std::size_t delivery_places_max = 500;

// Content of newly received messages that the relay keeps in memory, so that it need not be read
// back.
inline constexpr std::size_t fresh_content_bytes_max = std::size_t{16} * 1024 * 1024;
// The number of refusing hosts that are remembered.
inline constexpr std::size_t refusing_hosts_max = 10'000;

// Results of greeting probes, kept so that not every RCPT causes one: how long "accepts mail" and
// "unclear" are valid, and the number of addresses kept.
inline constexpr std::chrono::seconds probed_age_max = 1h;
inline constexpr std::chrono::seconds unclear_probe_age_max = 2min;
inline constexpr std::size_t probed_hosts_max = 10'000;

static_assert(absence_age_max < route_age_max && dns_failure_age_max <= 5min);
static_assert(path_bytes_max < command_line_bytes_min);

}  // namespace turnaway::base::limits
