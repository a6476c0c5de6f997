// One message to one host: MAIL, a RCPT for each recipient, DATA, the content (RFC 5321 section
// 3.3), and one outcome for each recipient.
//
// Knows the order of the commands, which of them may go together (RFC 2920 section 3.1), and the
// recipients that each reply applies to; ClientSession handles the connection. If MAIL is refused,
// that is the outcome of all recipients, whatever the replies to commands that were already sent.
// DATA is never sent when no recipient was accepted; where it was pipelined and the host asks for
// content all the same, it gets a lone dot, and its reply to that is ignored. Recipients over the
// host's LIMITS (RFC 9422) are left for a separate transaction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smtp/client_extensions.h"
#include "smtp/client_outcome.h"
#include "smtp/client_plan.h"
#include "smtp/client_wait.h"

namespace turnaway::smtp {

class ClientTransaction {
  public:
    // The next step.
    enum class Next : std::uint8_t { read, write, content, done };

    // At least one recipient.
    explicit ClientTransaction(ClientMessage message);

    // The host is ready for MAIL, or for RSET if it still has a transaction open.
    void start(const ClientExtensions& extensions, bool is_reset_needed);
    Next next() const;
    // Appends the commands that may go together, at most base::limits::client_batch_bytes_max. When
    // next() is `write`.
    void write(std::string* out);
    // When next() is `content`: all of it was sent, including the final dot.
    void content_sent();
    // The reply to the oldest command without one. False: it cannot be the reply to that command,
    // so nothing that follows can be trusted.
    bool take(std::shared_ptr<const Reply> reply);
    // Every recipient without an outcome gets this one, and nothing more is sent.
    void fail(const ClientOutcome& outcome);

    // The stage of the oldest command without a reply.
    codes::Stage stage() const;
    ClientWait wait() const;

    const ClientMessage& message() const { return message_; }
    bool is_decided() const { return undecided_ == 0; }
    // In the order of the envelope's recipients, nothing for those still open.
    const std::vector<std::optional<ClientOutcome>>& outcomes() const { return outcomes_; }
    // The host accepted MAIL and the transaction has not ended: RSET comes before another MAIL.
    bool is_left_open() const { return is_mail_taken_ && answered_ <= dot(); }

  private:
    // The commands in their order: RSET, MAIL, the recipients, DATA, and the content with its dot.
    static constexpr std::size_t reset = 0, mail = 1, first_rcpt = 2;
    std::size_t data() const { return first_rcpt + offered_; }
    std::size_t dot() const { return data() + 1; }

    void append_command(std::size_t command, std::string* out) const;
    void keep_limits();
    void take_rcpt(std::size_t index, std::shared_ptr<const Reply> reply);
    void decide_all(const ClientOutcome& outcome);

    ClientMessage message_;
    ClientExtensions extensions_;
    std::vector<std::optional<ClientOutcome>> outcomes_;
    std::size_t undecided_;
    std::size_t offered_;  // the number of recipients offered: the host accepts no more at once
    std::size_t accepted_ = 0;  // recipients
    // Both count commands, the skipped RSET included.
    std::size_t sent_ = 0;
    std::size_t answered_ = 0;
    bool is_mail_taken_ = false;
    bool is_data_taken_ = false;
    bool has_failed_ = false;  // MAIL was refused, or fail() was called
};

}  // namespace turnaway::smtp
