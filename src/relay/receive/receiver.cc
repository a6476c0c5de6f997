#include "relay/receive/receiver.h"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "codes/constants.h"
#include "daemon/admission.h"
#include "daemon/progress_timeout.h"
#include "io/session_step.h"
#include "mail/date_time.h"
#include "mail/header_fields.h"
#include "mail/trace_field.h"
#include "relay/log/client_log.h"
#include "relay/log/delivery_log.h"
#include "relay/receive/content_replies.h"
#include "relay/receive/intake.h"
#include "relay/receive/user_check.h"
#include "relay/shard.h"
#include "smtp/server_replies.h"
#include "smtp/server_session.h"
#include "spool/cluster.h"

namespace turnaway::relay {
namespace {

using daemon::ClientCount;
using daemon::ProgressTimeout;
using smtp::ServerAnswer;
using smtp::ServerSession;

// The size of one read; small, because there may be thousands of clients.
constexpr std::size_t read_bytes = std::size_t{16} * 1024;
// In a longer header the From field is not examined.
constexpr std::size_t kept_header_bytes_max = std::size_t{64} * 1024;

class Reception {
  public:
    Reception(Shard& shard, std::unique_ptr<io::Connection> connection,
              const asio::ip::tcp::endpoint& peer);

    asio::awaitable<void> run();
    void shut_down();

    // Called with the result of a read or a write.
    void sent();
    void received(std::string_view bytes);
    void timed_out() {
        if (!is_reading_ || ends_read()) session_.timed_out();
    }
    void closed() {
        if (!is_reading_ || ends_read()) session_.closed();
    }

  private:
    using Clock = ProgressTimeout::Clock;

    void tell_end();
    asio::awaitable<void> read();
    bool ends_read();
    asio::awaitable<void> start_tls();
    asio::awaitable<void> ask_sender();
    asio::awaitable<void> ask_recipient();
    asio::awaitable<void> commit();
    bool is_author_judged() const;
    void keep_header(std::string_view bytes);
    asio::awaitable<bool> refuse_for_author();
    bool store(std::string_view bytes);
    base::Result<void> begin_content(std::string_view first_bytes);
    bool drop_content(const base::Error& error);
    ServerAnswer not_stored() const;
    void refuse_content(const ServerAnswer& answer);
    LogClient client() const { return {.address = client_, .port = port_}; }

    Shard& shard_;
    std::shared_ptr<const Rules> rules_;  // a reload does not change a session in progress
    smtp::ServerSettings settings_;
    std::unique_ptr<io::Connection> connection_;
    route::IpAddress address_;
    std::uint16_t port_;
    std::string client_;
    ServerSession session_;
    ProgressTimeout timeout_;
    bool is_reading_ = false;
    OwnRefusals own_refusals_;
    std::uint32_t messages_ = 0;
    std::array<char, read_bytes> buffer_{};

    // Of the message being received.
    std::optional<std::uint64_t> transaction_;
    queue::QueueId id_;
    std::unique_ptr<spool::ContentSink> content_;
    std::optional<base::Fault> content_fault_;  // why there is none
    std::uint64_t stored_bytes_ = 0;
    std::string header_;  // as long as it is needed, with a little of the body after it
};

smtp::ServerSettings settings_of(const Config& config) {
    return {.hostname = config.hostname().text(),
            .message_bytes_max = config.message.size_max,
            .recipients_max = config.message.recipients_max,
            .messages_max = 1000,
            .errors_max = 20,
            .commands_max = 100'000,
            .is_tls_offered = !config.tls.cert.empty(),  // then Rules::tls_server is there
            .is_tls_required = false,
            .is_path_strict = config.listen.strict_paths,
            .is_nul_refused = config.message.nul == NulContent::refuse,
            .postmaster = config.relay.postmaster};
}

Reception::Reception(Shard& shard, std::unique_ptr<io::Connection> connection,
                     const asio::ip::tcp::endpoint& peer)
    : shard_(shard),
      rules_(shard.rules()),
      settings_(settings_of(rules_->config)),
      connection_(std::move(connection)),
      address_(io::ip_address(peer.address())),
      port_(peer.port()),
      client_(address_.text()),
      session_(settings_, client_),
      timeout_(rules_->config.listen.command_wait, Clock::now()) {}

void Reception::tell_end() {
    own_refusals_.tell(shard_.relay(), client(), session_);
    log_disconnected(shard_.relay(), client(), session_, messages_);
}

// A client that is silent between two commands gets the 421 now, not at its next command.
void Reception::shut_down() {
    session_.shut_down();
    if (is_reading_ && session_.action().kind != ServerSession::Action::Kind::read) {
        connection_->cancel();
    }
}

asio::awaitable<void> Reception::run() {
    using Kind = ServerSession::Action::Kind;
    log_connected(shard_.relay(), client());
    for (;;) {
        const auto action = session_.action();
        switch (action.kind) {
            case Kind::send:
                own_refusals_.tell(shard_.relay(), client(), session_);
                co_await io::send_for(*this, *connection_, action.bytes,
                                      rules_->config.listen.command_wait);
                break;
            case Kind::read:
                co_await read();
                break;
            case Kind::start_tls:
                co_await start_tls();
                break;
            case Kind::ask_sender:
                co_await ask_sender();
                break;
            case Kind::ask_recipient:
                co_await ask_recipient();
                break;
            case Kind::store:
                session_.stored(store(action.bytes));
                break;
            case Kind::commit:
                co_await commit();
                break;
            case Kind::close:
                tell_end();
                co_await connection_->close();
                co_return;
        }
    }
}

void Reception::sent() {
    timeout_.renew(Clock::now());
    session_.sent();
}

asio::awaitable<void> Reception::read() {
    is_reading_ = true;
    co_await io::read_for(*this, *connection_, buffer_, timeout_.left(Clock::now()));
}

void Reception::received(std::string_view bytes) {
    if (!ends_read()) return;
    const auto now = Clock::now();
    if (session_.is_in_content()) timeout_.took(bytes.size(), now);
    session_.received(bytes);
    const bool is_waiting = session_.action().kind == ServerSession::Action::Kind::read;
    if (is_waiting && timeout_.is_over(now)) session_.timed_out();
}

// Whether the session still needs the result of the read. After a shut_down() during the read, the
// 421 is the reply to what the client sent in that moment.
bool Reception::ends_read() {
    is_reading_ = false;
    return session_.action().kind == ServerSession::Action::Kind::read;
}

asio::awaitable<void> Reception::start_tls() {
    TURNAWAY_CHECK(rules_->tls_server != nullptr);
    if (co_await connection_->start_tls(*rules_->tls_server, rules_->config.listen.command_wait)) {
        timeout_.renew(Clock::now());
        session_.tls_up();
    } else {
        session_.tls_failed();
    }
}

ServerAnswer answer_from(const verdict::Answer& answer) {
    return {.code = answer.code, .enhanced = answer.enhanced, .text = answer.text};
}

asio::awaitable<void> Reception::ask_sender() {
    const auto* const cluster = shard_.relay().spool().cluster();
    if (cluster != nullptr && cluster->is_draining()) co_return refuse_content(being_emptied());
    const auto answer = co_await shard_.judge().judge_sender(judging(rules_), address_,
                                                             session_.envelope().reverse_path);
    if (!answer.is_accepted()) log_refused(shard_.relay(), "MAIL", answer, client(), session_);
    session_.answered(answer_from(answer));
}

asio::awaitable<void> Reception::ask_recipient() {
    const auto& recipient = session_.asked_recipient().address;
    const auto answer = co_await shard_.judge().judge_recipient(
        judging(rules_), address_,
        {.address = recipient, .is_postmaster = session_.is_postmaster_asked()},
        user_check(shard_, rules_, recipient));
    if (!answer.is_accepted()) log_refused(shard_.relay(), "RCPT", answer, client(), session_);
    session_.answered(answer_from(answer));
}

// A first line that begins with white space would continue our own field: an empty line is put
// before it, and so it is body, as its sender meant.
base::Result<void> Reception::begin_content(std::string_view first_bytes) {
    id_ = shard_.new_id();
    content_ = shard_.relay().spool().new_content(client_);
    content_fault_.reset();
    stored_bytes_ = 0;
    header_.clear();
    const std::string id_text = id_.text();
    auto field = mail::received_field({.helo_name = session_.helo_name(),
                                       .client_address = client_,
                                       .hostname = rules_->config.hostname().text(),
                                       .is_esmtp = session_.is_esmtp(),
                                       .is_encrypted = session_.is_encrypted(),
                                       .needs_smtputf8 = session_.envelope().needs_smtputf8,
                                       .queue_id = id_text,
                                       .time = shard_.now_seconds()});
    if (first_bytes.starts_with(' ') || first_bytes.starts_with('\t')) {
        field += "\r\n";
        header_ = "\r\n";
    }
    stored_bytes_ += field.size();
    return content_->write(field);
}

bool Reception::is_author_judged() const {
    return rules_->config.verdict.null_mx_header_from &&
           !session_.envelope().reverse_path.is_null() &&
           verdict::is_null_mx_sender_refused(rules_->judging.policy, address_);
}

void Reception::keep_header(std::string_view bytes) {
    if (!is_author_judged() || header_.size() > kept_header_bytes_max) return;
    if (!mail::split_message(header_).has_body) header_ += bytes;
}

asio::awaitable<bool> Reception::refuse_for_author() {
    const auto parts = mail::split_message(header_);
    const bool is_whole = parts.has_body || header_.size() <= kept_header_bytes_max;
    if (!is_author_judged() || !is_whole) co_return false;
    const auto answer = co_await shard_.judge().judge_author(parts.header);
    if (!answer) co_return false;
    content_.reset();
    log_refused(shard_.relay(), "END-OF-MESSAGE", *answer, client(), session_);
    session_.answered(answer_from(*answer));
    co_return true;
}

bool Reception::store(std::string_view bytes) {
    if (transaction_ != session_.transaction()) {
        transaction_ = session_.transaction();
        if (auto begun = begin_content(bytes); !begun) return drop_content(begun.error());
    }
    if (content_ == nullptr) return content_fault_ != base::Fault::unavailable;
    keep_header(bytes);
    if (auto written = content_->write(bytes); !written) return drop_content(written.error());
    stored_bytes_ += bytes.size();
    return true;
}

// The rest of the message is not stored. False: there is no room, which the session itself reports;
// any other error is reported after the final dot.
bool Reception::drop_content(const base::Error& error) {
    log_trouble(shard_.relay(), {error.fault, error.message + " (from " + client_ + ')'});
    content_fault_ = error.fault;
    content_.reset();
    return error.fault != base::Fault::unavailable;
}

ServerAnswer Reception::not_stored() const {
    const bool is_full = content_fault_ == base::Fault::unavailable;
    return is_full ? no_room() : content_failed();
}

void Reception::refuse_content(const ServerAnswer& answer) {
    log_not_kept(shard_.relay(), answer, client(), session_);
    session_.answered(answer);
}

asio::awaitable<void> Reception::commit() {
    // A message without any content has a Received field too.
    if (transaction_ != session_.transaction() && !store({})) content_.reset();
    if (content_ == nullptr) co_return refuse_content(not_stored());
    if (co_await refuse_for_author()) co_return;
    auto content = content_->finish();
    if (!content) {
        drop_content(content.error());
        co_return refuse_content(not_stored());
    }
    content_.reset();
    auto message = message_from(session_, {.id = id_,
                                           .arrival = shard_.now_seconds(),
                                           .content_bytes = stored_bytes_,
                                           .client = client_});
    spool::StoredMessage stored{.message = std::move(message), .content = *std::move(content)};
    const auto done = co_await shard_.relay().apply({.add = {stored}, .update = {}, .remove = {}});
    if (!done) {
        const auto& spool = shard_.relay().spool();
        if (spool.is_away()) co_return refuse_content(spool_away());
        if (spool.has_failed()) co_return refuse_content(spool_failed());
        drop_content(done.error());
        co_return refuse_content(not_stored());
    }
    ++messages_;
    log_received(shard_.relay(), stored.message, client(), session_);
    const std::string id = stored.message.id.text();
    shard_.relay().take_in(std::move(stored));
    session_.answered({.code = codes::ok,
                       .enhanced = codes::EnhancedCode::success(codes::other_status),
                       .text = "Ok: queued as " + id});
}

asio::awaitable<void> serve(Shard& shard, std::unique_ptr<io::Connection> connection,
                            asio::ip::tcp::endpoint peer) {
    const auto reception = std::make_shared<Reception>(shard, std::move(connection), peer);
    const auto guard = shard.thread().enter([reception] { reception->shut_down(); });
    co_await reception->run();
}

// The 421 to a client that is not admitted.
std::string turn_away(RelayState& relay, const LogClient& client, ClientCount::Entry why) {
    log_turned_away(relay, client, why);
    std::string reply;
    smtp::append_server_reply(why == ClientCount::Entry::full
                                  ? smtp::ServerSays::too_many_clients
                                  : smtp::ServerSays::too_many_from_one_address,
                              {relay.rules()->config.hostname().text(), client.address}, &reply);
    return reply;
}

}  // namespace

asio::awaitable<void> receive(Shard& shard, std::unique_ptr<io::Connection> connection) {
    const auto peer = connection->peer();
    if (!peer) co_return;  // disconnected before its address could be read
    auto& relay = shard.relay();
    const auto rules = relay.rules();
    const auto address = io::ip_address(peer->address());
    const auto admitted = co_await daemon::admit(
        {.clients = relay.clients(),
         .limits = {.all = rules->config.listen.connections_max,
                    .per_address = rules->config.listen.connections_per_address_max},
         .turn_away =
             [&](ClientCount::Entry why) {
                 const std::string client = address.text();
                 return turn_away(relay, {.address = client, .port = peer->port()}, why);
             }},
        *connection, address);
    if (admitted != nullptr) co_await serve(shard, std::move(connection), *peer);
}

}  // namespace turnaway::relay
