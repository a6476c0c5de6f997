// Limits: every size and time the protocol sets, each with its section. No other file spells these
// numbers.
//
// "least" is what an RFC obliges us to accept or wait; "most" is the bound we keep so that nothing
// grows without end.
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

// What we take of a command line: 512, and room for every extension's growth (RFC 1870 26, RFC 6152
// 17, RFC 3461 MAIL 500 and RCPT 1036, RFC 6531 10), then some.
inline constexpr std::size_t command_line_bytes_max = 2048;
// What we keep of one reply, and what we read of it to find its end: a peer that says more is cut
// off (RFC 5321 sets no bound).
inline constexpr std::size_t reply_bytes_read_max = std::size_t{16} * 1024 * 1024;
inline constexpr std::size_t reply_bytes_max = std::size_t{64} * 1024;
inline constexpr std::size_t reply_lines_max = 1000;
// A text line in DATA; far over the 1000 that must be taken, and a bound all the same.
inline constexpr std::size_t text_line_bytes_max = std::size_t{1024} * 1024;

// What a report gives back of the original, so that reports stay small (RFC 3461 section 6.2 leaves
// the length to us).
inline constexpr std::size_t returned_bytes_max = std::size_t{64} * 1024;
// After so much text for a person, a report counts the further attempts instead of listing them.
inline constexpr std::size_t explanation_bytes_max = std::size_t{256} * 1024;

// RFC 5321 section 4.5.3.2: how long a server waits for the next command, at the least.
inline constexpr std::chrono::seconds server_command_wait_min = 5min;

// RFC 5321 section 4.5.3.2.1 to 4.5.3.2.6: how long a client waits, at the least (requirement 36).
inline constexpr std::chrono::seconds client_greeting_wait = 5min;    // 4.5.3.2.1
inline constexpr std::chrono::seconds client_mail_wait = 5min;        // 4.5.3.2.2
inline constexpr std::chrono::seconds client_rcpt_wait = 5min;        // 4.5.3.2.3
inline constexpr std::chrono::seconds client_data_wait = 2min;        // 4.5.3.2.4
inline constexpr std::chrono::seconds client_block_wait = 3min;       // 4.5.3.2.5, for one write
inline constexpr std::chrono::seconds client_final_dot_wait = 10min;  // 4.5.3.2.6
// The RFC sets none for these. EHLO and STARTTLS get what MAIL gets; a host that does not even take
// a connection, or finish a handshake, must not hold one for long; after QUIT nothing is at stake.
inline constexpr std::chrono::seconds client_ehlo_wait = 5min;
inline constexpr std::chrono::seconds client_starttls_wait = 5min;
inline constexpr std::chrono::seconds client_connect_wait = 30s;
inline constexpr std::chrono::seconds client_handshake_wait = 1min;
inline constexpr std::chrono::seconds client_quit_wait = 5s;

// Commands sent without waiting for replies: few enough bytes for any socket's send buffer, so that
// the write ends although the host is itself stuck in writing replies (RFC 2920 section 3.1).
inline constexpr std::size_t client_batch_bytes_max = std::size_t{8} * 1024;

// Replies of a server held back to go out together (RFC 2920 section 3.2): so many bytes, and so
// many answers of the judge, each of which may have taken the deadline of a look-up.
inline constexpr std::size_t server_batch_bytes_max = std::size_t{4} * 1024;
inline constexpr std::size_t server_answers_held_max = 10;
// What a server reads and throws away of a message that it will refuse, beyond the size it takes,
// before it closes instead (RFC 5321 sets no bound).
inline constexpr std::size_t refused_content_bytes_max = std::size_t{16} * 1024 * 1024;
// A client that sends content brings at least so much of it within each wait for a command, or it
// counts as silent: one octet now and then would hold its place for ever.
inline constexpr std::size_t server_progress_bytes_min = std::size_t{16} * 1024;
// Clients over the limit of connections that are still listened to after their 421, so that no
// reset destroys it; further ones are closed at once.
inline constexpr std::size_t lingering_clients_max = 64;
// So seldom does the log say that clients are turned away.
inline constexpr std::chrono::seconds turned_away_told_every = 60s;
// RFC 5321 section 6.3: Received fields from which on a message is taken to go round.
inline constexpr std::size_t received_fields_max = 100;
// Before a close: what a peer may still say, so that no reset destroys our last reply.
inline constexpr std::size_t close_drain_bytes_max = std::size_t{64} * 1024;
inline constexpr std::chrono::seconds close_wait = 2s;
// Content up to this goes out in one write, its final dot included; more in pieces of this size.
inline constexpr std::size_t content_piece_bytes = std::size_t{64} * 1024;
// One request to the page for metrics and health, its header included.
inline constexpr std::size_t http_request_bytes_max = std::size_t{8} * 1024;

// RFC 1846 section 4.2: the time suggested for a client that does not QUIT after a 521.
inline constexpr std::chrono::seconds refused_client_wait = 5min;

// What is kept of a host's words when it said 521: enough for a person to know the host's meaning.
inline constexpr std::size_t refusing_words_bytes_max = 256;

static_assert(command_line_bytes_max >= command_line_bytes_min + 26 + 17 + 10 + 1036);

// The spool (spool/sqlite/sqlite_spool.h). Content up to this size is kept in the message's row and
// in memory, the rest in files of their own.
inline constexpr std::size_t content_in_row_bytes_max = std::size_t{256} * 1024;
// A batch that has read back so much is committed before the next message is read.
inline constexpr std::size_t spool_batch_loaded_bytes_max = std::size_t{16} * 1024 * 1024;
// Pages of 4 KiB in the write-ahead log before they are moved into the database.
inline constexpr int spool_log_pages_max = 4000;
// Pages of the database kept in memory, in KiB.
inline constexpr int spool_cache_kib = 16 * 1024;

// What one route may hold (RFC 5321 section 5.1 sets no bound): MX records beyond the best, and
// addresses of one host beyond the first, are left out. Each MX costs two DNS questions, which a
// client causes with one RCPT.
inline constexpr std::size_t route_mx_max = 10;
inline constexpr std::size_t host_addresses_max = 20;
// How long a route may be believed, whatever DNS says: answers; that something is not there (RFC
// 2308 section 5 advises one to three hours); and that DNS could not answer (its section 7).
inline constexpr std::chrono::seconds route_age_max = 24h;
inline constexpr std::chrono::seconds absence_age_max = 1h;
inline constexpr std::chrono::seconds dns_failure_age_max = 30s;

// The queue's standard times (RFC 5321 section 4.5.4.1, requirements 38 and 39): the lifetimes by
// cause, when the sender is told of a delay, and the first and the usual wait between tries, each a
// fifth more or less.
inline constexpr std::chrono::seconds queue_temporary_lifetime = 120h;
inline constexpr std::chrono::seconds queue_implicit_lifetime = 4h;
inline constexpr std::chrono::seconds queue_dns_lifetime = 120h;
inline constexpr std::chrono::seconds queue_bounce_lifetime = 48h;
inline constexpr std::chrono::seconds queue_delay_notice = 4h;
inline constexpr std::chrono::seconds queue_retry_first = 30min;
inline constexpr std::chrono::seconds queue_retry_max = 150min;
// One round over a route: hosts dialled, unless set otherwise, and addresses of each; the RFC wants
// two addresses at the least (section 5.1).
inline constexpr std::size_t round_hosts_max = 5;
inline constexpr std::size_t round_addresses_of_host_max = 4;
inline constexpr std::size_t round_addresses_min = 2;
// What the queue keeps of a recipient's attempts besides those that closed a host, and of what a
// host said at one.
inline constexpr std::size_t attempts_kept_first = 3;
inline constexpr std::size_t attempts_kept_last = 20;
inline constexpr std::size_t kept_reply_bytes_max = std::size_t{4} * 1024;
inline constexpr std::size_t kept_reply_lines_max = 100;
// Addresses that did not answer: how many are remembered, and how long each is left alone at first
// and at most.
inline constexpr std::size_t unreachable_addresses_max = 10'000;
inline constexpr std::chrono::seconds unreachable_rest_first = 10min;
inline constexpr std::chrono::seconds unreachable_rest_max = 2h;

// Places for deliveries at one time, unless set otherwise: of one destination at first and at most,
// and of all together.
inline constexpr std::size_t destination_places_start = 2;
inline constexpr std::size_t destination_places_max = 20;
inline constexpr std::size_t delivery_places_max = 500;

// What the relay keeps in memory of messages that just came in, so that they need not be read back.
inline constexpr std::size_t fresh_content_bytes_max = std::size_t{16} * 1024 * 1024;
// Hosts that said 521, kept at once.
inline constexpr std::size_t refusing_hosts_max = 10'000;

// What a look at a greeting found, kept so that not every RCPT looks again: that the host takes
// mail, and that it gave no clear answer. So many addresses at once.
inline constexpr std::chrono::seconds probed_age_max = 1h;
inline constexpr std::chrono::seconds unclear_probe_age_max = 2min;
inline constexpr std::size_t probed_hosts_max = 10'000;

static_assert(absence_age_max < route_age_max && dns_failure_age_max <= 5min);
static_assert(path_bytes_max < command_line_bytes_min);

}  // namespace turnaway::base::limits
