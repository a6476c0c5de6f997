// The SMTP client of the relay on one connection: greeting, EHLO or HELO, STARTTLS, transactions,
// QUIT (RFC 5321 section 3, RFC 3207, RFC 2920).
//
// Pure: events in, wishes out; no socket, no clock. The driver does what action() says, reports it,
// and asks again. Every recipient ends with exactly one outcome, and `delivered` only after the
// host said 2yz to the final dot. Bytes may be reported in any pieces and at any time; a reply that
// comes before its command was even written is believed only if it is 421, because who talks out of
// turn cannot be trusted about which message it means (whether that shows depends on the pieces).
// What came in the clear before TLS is dropped (requirement 53). Never a second connection: after a
// failed handshake the driver may start a new session with TlsPolicy::never.
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
            read,          // received() with whatever comes
            start_tls,     // shake hands, then tls_up() or tls_failed()
            send_content,  // through ContentWriter with its final dot, then content_sent()
            ready,         // take the outcomes, then deliver() or quit()
            close,         // the end; nothing else follows
        };
        Kind kind;
        // How long it may take before timed_out(); `block` is for each write. Of no meaning for
        // `ready` and `close`.
        ClientWait wait = ClientWait::block;
        std::string_view bytes = {};  // until the next event
    };

    explicit ClientSession(ClientPlan plan);

    Action action() const;

    void connected();
    // Bytes from the host; decrypted ones after tls_up(). Welcome during `send` and `send_content`
    // too: a host may refuse a message before its end.
    void received(std::string_view bytes);
    void sent();
    void content_sent();
    void tls_up();
    void tls_failed();
    // Closed by the host, reset, or never connected: they mean the same.
    void closed();
    void timed_out();

    // When the action is `ready`.
    void deliver(ClientMessage message);
    void quit();

    // The transaction under way or just done; its outcomes are complete once is_decided(), which is
    // no later than `ready` and `close`.
    const ClientTransaction& transaction() const { return transaction_; }
    // What went wrong with this host or this connection rather than with a message: another host
    // may do better. Nothing if all went well.
    const std::optional<ClientOutcome>& host_outcome() const { return host_outcome_; }
    // The host takes a further message in this session (MAILMAX of RFC 9422).
    bool may_deliver() const {
        return messages_ < extensions_.messages_max.value_or(messages_ + 1);
    }
    // As of the last EHLO.
    const ClientExtensions& extensions() const { return extensions_; }
    bool is_encrypted() const { return is_encrypted_; }
    // What is sent and read now belongs to a message: MAIL, RCPT, DATA.
    bool is_in_transaction() const { return phase_ == Phase::transaction; }
    const std::shared_ptr<const Reply>& greeting() const { return greeting_; }
    // Whole replies so far: while it stays the same, the wait is for the same reply.
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
    std::string input_;                         // came while sending
    std::shared_ptr<const Reply> early_reply_;  // to content, before we knew that all was sent
    std::shared_ptr<const Reply> greeting_;
    std::optional<ClientOutcome> host_outcome_;
};

}  // namespace turnaway::smtp
