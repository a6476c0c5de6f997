// The ESMTP server of the relay on one connection: greeting, EHLO or HELO, STARTTLS, transactions
// by DATA or BDAT, QUIT.
//
// RFC 5321 sections 3 and 4, RFC 2920, 1870, 6152, 6531, 3030, 3461, 2034, 3207, 9422 (requirements
// 23 to 37, 47, 49, 52, 53, 55). Pure: events in, actions out; no socket, no clock. The driver
// performs action(), reports the event, and asks again. Commands that came together are handled one
// by one, a question pauses them, and their replies go out together. A 2yz after content is only
// ever the answer to `commit`. Lines end in CRLF: a lone CR or LF in DATA ends the session after
// one 550, since the end of the message is then ambiguous; in BDAT it ends only the transaction. So
// does every other fault, whose content is read to its end within a limit. A BDAT whose size cannot
// be read closes the session too. Refused: AUTH, EXPN, ETRN, BINARYMIME. Known gap: a recipient
// named twice is in the envelope twice; the code that queues it merges the two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mail/envelope.h"
#include "smtp/command.h"
#include "smtp/framing.h"
#include "smtp/server_content.h"
#include "smtp/server_envelope.h"
#include "smtp/server_replies.h"
#include "smtp/server_settings.h"

namespace turnaway::smtp {

class ServerSession {
  public:
    struct Action {
        enum class Kind : std::uint8_t {
            send,           // `bytes`, then sent()
            read,           // received() with the bytes that come
            start_tls,      // shake hands, then tls_up() or tls_failed()
            ask_sender,     // may envelope().reverse_path send? then answered()
            ask_recipient,  // may it write to asked_recipient()? then answered()
            store,          // append `bytes` to the content of this transaction(), then stored()
            commit,         // make it durable, then answered(); without a store it has no content
            close,          // the end; nothing else follows
        };
        Kind kind;
        std::string_view bytes = {};  // until the next event
    };

    // The settings must outlive the session. The address is for reply texts: `192.0.2.1`.
    ServerSession(const ServerSettings& settings, std::string client_address);

    Action action() const;

    // When the action was `read`.
    void received(std::string_view bytes);
    void sent();
    void tls_up();
    void tls_failed();
    void answered(const ServerAnswer& answer);
    // False: there is no room. The rest of this message is not offered again.
    void stored(bool ok);
    // At any time: the client is gone.
    void closed();
    // At any time: 421, if it can reach the client, and the end.
    void timed_out();
    // The same at the next boundary between commands.
    void shut_down();

    const mail::Envelope& envelope() const { return envelope_; }
    const mail::Recipient& asked_recipient() const;
    // The recipient is the postmaster of this host, to whom anyone may write (RFC 5321 section
    // 4.5.1).
    bool is_postmaster_asked() const;
    // A new number with each MAIL, and when a transaction has ended for whatever reason: content
    // stored under an old number and not committed must be dropped.
    std::uint64_t transaction() const { return transaction_; }
    // Of the content that was to be stored.
    std::uint64_t content_bytes() const { return content_.bytes(); }
    bool is_eight_bit() const { return content_.is_eight_bit(); }
    bool has_ascii_header() const { return content_.has_ascii_header(); }
    std::string_view helo_name() const { return helo_name_; }
    bool is_esmtp() const { return is_esmtp_; }
    bool is_encrypted() const { return is_encrypted_; }
    // The next input is content, not a command.
    bool is_in_content() const { return phase_ == Phase::data || phase_ == Phase::chunk; }

    // Counted by the session itself, not by its judge, so far.
    std::size_t commands() const { return commands_; }
    std::size_t errors() const { return errors_; }        // replies to incorrect SMTP
    std::size_t shortages() const { return shortages_; }  // replies for want of room
    // A message that was refused after its content had come, and its sender.
    struct ContentRefusal {
        ServerSays says;
        mail::ReversePath sender;
    };
    // The last one; each is returned once.
    std::optional<ContentRefusal> take_content_refusal();
    // The reply before the end; nothing as long as the session continues, or when the client left
    // or the judge closed it.
    std::optional<ServerSays> last_words() const { return last_words_; }

  private:
    enum class Phase : std::uint8_t {
        command,
        sender_asked,
        recipient_asked,
        data,
        chunk,
        committing,
        handshake,
        closing,  // once everything is sent
        over,
    };

    void proceed();
    bool take_command();
    void take_line(std::string_view line);
    void obey(const Command& command);
    void obey_hello(const Command& command);
    void obey_start_tls();
    void obey_mail(const Command& command);
    void obey_rcpt(const Command& command);
    void obey_data();
    void obey_bdat(const Command& command, std::optional<ServerSays> refusal);
    bool take_data();
    bool take_chunk();
    void end_chunk();
    void end_content();
    void lose_content();

    void say(ServerSays says);
    void say_error(ServerSays says);
    void say_bad_recipient(ServerSays says);
    void say_extensions();
    void say_answer(const ServerAnswer& answer);
    void close_with(ServerSays says);
    void begin_closing();
    void end_transaction();
    void forget_client();
    std::string_view unread() const { return std::string_view(input_).substr(input_at_); }
    bool is_over() const { return phase_ == Phase::over; }

    const ServerSettings& settings_;
    std::string client_address_;
    Phase phase_ = Phase::command;
    Action::Kind wished_ = Action::Kind::send;

    std::string input_;
    std::size_t input_at_ = 0;  // everything before it is finished
    LineFramer framer_;
    std::string out_;
    std::size_t answers_held_ = 0;  // in out_
    bool is_flush_due_ = true;

    bool is_greeted_ = false;  // EHLO or HELO came
    bool is_esmtp_ = false;
    bool is_encrypted_ = false;
    bool is_shutting_down_ = false;
    std::string helo_name_;
    std::size_t commands_ = 0;
    std::size_t errors_ = 0;
    std::size_t bad_recipients_ = 0;  // of errors_, those that are forgiven
    std::size_t shortages_ = 0;
    std::optional<ServerSays> last_words_;
    std::optional<ContentRefusal> content_refusal_;
    std::size_t messages_ = 0;

    std::uint64_t transaction_ = 0;
    bool is_mail_taken_ = false;
    bool has_chunks_ = false;
    mail::Envelope envelope_;
    std::optional<AskedRecipient> asked_recipient_;
    ServerContent content_;
    std::string_view to_store_;  // into input_
    bool is_content_ended_ = false;
    std::uint64_t chunk_left_ = 0;
    bool is_last_chunk_ = false;
    std::optional<ServerSays> chunk_refusal_;  // the chunk belongs to no transaction
};

}  // namespace turnaway::smtp
