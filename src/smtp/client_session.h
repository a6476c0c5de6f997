// The SMTP client of the relay on one connection: greeting, EHLO or HELO, STARTTLS, transactions,
// QUIT (RFC 5321 section 3, RFC 3207, RFC 2920).
//
// Pure: events in, actions out; no socket, no clock. The driver performs action(), reports the
// event, and asks again. Every recipient ends with exactly one outcome, and `delivered` only after
// a 2yz to the final dot. Bytes may be reported in any pieces and at any time; a reply that comes
// before its command was even written is trusted only if it is 421, because it is not certain which
// message it refers to (whether that shows depends on the pieces). Input that came in clear text
// before TLS is dropped (requirement 53). Never a second connection: after a failed handshake the
// driver may start a new session with TlsPolicy::never.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "smtp/client_extensions.h"
#include "smtp/client_outcome.h"
#include "smtp/client_plan.h"
#include "smtp/client_transaction.h"
#include "smtp/client_wait.h"
#include "smtp/reply.h"

namespace turnaway::smtp {

class ClientSession {
  public:
    struct Action {
        enum class Kind : std::uint8_t {
            connect,       // then connected()
            send,          // `bytes`, then sent()
            read,          // received() with the bytes that come
            start_tls,     // shake hands, then tls_up() or tls_failed()
            send_content,  // through ContentWriter with its final dot, then content_sent()
            ready,         // take the outcomes, then deliver() or quit()
            close,         // the end; nothing else follows
        };
        Kind kind;
        // The timeout until timed_out(); `block` is for each write. Without meaning for `ready` and
        // `close`.
        ClientWait wait = ClientWait::block;
        std::string_view bytes = {};  // until the next event
    };

    explicit ClientSession(ClientPlan plan);

    Action action() const;

    void connected();
    // Bytes from the host; decrypted ones after tls_up(). Also accepted during `send` and
    // `send_content`: a host may refuse a message before its end.
    void received(std::string_view bytes);
    void sent();
    void content_sent();
    void tls_up();
    void tls_failed();
    // Closed by the host, reset, or never connected: they have the same meaning.
    void closed();
    void timed_out();

    // When the action is `ready`.
    void deliver(ClientMessage message);
    void quit();

    // The current transaction or the one just finished; its outcomes are complete once
    // is_decided(), which is no later than `ready` and `close`.
    const ClientTransaction& transaction() const { return transaction_; }
    // A failure of this host or this connection rather than of a message: another host may do
    // better. Nothing if there was none.
    const std::optional<ClientOutcome>& host_outcome() const { return host_outcome_; }
    // The host accepts a further message in this session (MAILMAX of RFC 9422).
    bool may_deliver() const {
        return messages_ < extensions_.messages_max.value_or(messages_ + 1);
    }
    // As of the last EHLO.
    const ClientExtensions& extensions() const { return extensions_; }
    bool is_encrypted() const { return is_encrypted_; }
    // The current input and output belong to a message: MAIL, RCPT, DATA.
    bool is_in_transaction() const { return phase_ == Phase::transaction; }
    const std::shared_ptr<const Reply>& greeting() const { return greeting_; }
    // The number of complete replies: while it stays the same, the wait is for the same reply.
    std::uint64_t replies() const { return replies_; }

  private:
    enum class Phase : std::uint8_t {
        connecting,
        greeting,
        ehlo,
        helo,
        starttls,
        handshake,
        transaction,
        content,
        ready,
        quitting,
        over,
    };

    struct PhaseRow;

    const PhaseRow& row() const;
    codes::Stage stage() const;
    bool is_our_turn() const;
    void say(std::string_view line, Phase next);
    void read_replies();
    void read_during_content();
    void take(std::shared_ptr<const Reply> reply);
    void take_early(std::string_view bytes);
    void take_hello(std::shared_ptr<const Reply> reply);
    void take_starttls(std::shared_ptr<const Reply> reply);
    void greet_back();
    void begin_message();
    void proceed();
    void lose(ClientCause cause);
    void break_off(ClientCause cause);
    void end(ClientOutcome outcome);
    void end_politely(ClientOutcome outcome);

    std::string own_name_;
    TlsPolicy tls_;
    ClientTransaction transaction_;
    Phase phase_ = Phase::connecting;
    bool is_encrypted_ = false;
    bool is_reset_needed_ = false;
    ClientExtensions extensions_;
    ReplyReader reader_;
    std::uint64_t replies_ = 0;
    std::size_t messages_ = 0;                  // MAIL commands
    std::string out_;                           // being sent
    std::string input_;                         // received while sending
    std::shared_ptr<const Reply> early_reply_;  // to the content, before its end
    std::shared_ptr<const Reply> greeting_;
    std::optional<ClientOutcome> host_outcome_;
};

}  // namespace turnaway::smtp
