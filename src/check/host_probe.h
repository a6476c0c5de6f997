// HostProbe: one short session that learns whether a host takes mail, without sending any:
// greeting, EHLO (HELO where EHLO gets a 5yz other than 521, as the relay does), QUIT. Where the
// caller wants it, the null sender and the recipient <postmaster> are named too, for a host that is
// known to refuse at RCPT (RFC 5321 section 4.5.1: every host that takes mail takes it for that
// one). Never DATA. Where the caller wants it, a host that accepts and offers STARTTLS is taken at
// its word: STARTTLS, handshake, EHLO (RFC 3207), QUIT. Nothing of that changes the answer.
//
// Pure: events in, wishes out; the driver dials, keeps the deadline and closes. Time is a value
// that comes with each event. Decided with the reply to EHLO or HELO, or with a greeting that
// refuses; the QUIT after it is manners (RFC 5321 section 4.1.1.10) and nobody need wait for it.
// Any 2yz greeting goes on (requirement 25). Whether a refusal speaks of the host is noted, and
// weighed by check/judge.h. Known gap: a host that accepts here may still refuse every recipient.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/tls_finding.h"
#include "codes/code.h"
#include "codes/host_refusal.h"
#include "smtp/reply.h"

namespace turnaway::check {

using Milliseconds = std::chrono::milliseconds;

enum class ProbeEnd : std::uint8_t {
    accepts,      // 2yz to all that was said
    refuses_521,  // before the end, whatever its words
    refuses,      // another 5yz
    temporary,    // 4yz
    garbage,      // no SMTP reply, or lines of different codes of which the last is positive
    closed,       // the host closed the connection without a word that decides
    timed_out,    // connected, then nothing in time
    not_reached,  // no connection: refused, or nobody answered
    no_way,       // this machine has no way to such an address at all
};
std::string_view name(ProbeEnd end);  // "refuses-521"

// A reply of the host; its words as they came, to be escaped by whoever prints them.
struct ProbeStep {
    codes::Stage stage;
    codes::ReplyCode code;
    std::string words;      // with the code, lines joined
    Milliseconds after{0};  // since the session began
};

struct ProbeResult {
    ProbeEnd end = ProbeEnd::not_reached;
    codes::Stage stage = codes::Stage::connect;  // where it ended
    // Of whom a refusal speaks; of another end it means nothing.
    codes::RefusalScope scope = codes::RefusalScope::unclear;
    std::vector<ProbeStep> steps = {};
    std::string problem = {};  // why there was no connection, in words of the system
    TlsFinding tls = {};
    Milliseconds connected_after{0};
    Milliseconds ended_after{0};

    // The reply that decided; nothing when there was none.
    const ProbeStep* last_word() const;
    // The host spoke SMTP, so the port leaves this machine.
    bool has_heard_smtp() const { return !steps.empty(); }
};

class HostProbe {
  public:
    enum class Action : std::uint8_t {
        read,       // received() with what comes, or closed(), or timed_out()
        send,       // bytes_to_send(), then sent()
        start_tls,  // a handshake, then tls_up() or tls_failed()
        close,      // the end
    };

    // `hello_name` is what we call ourselves: a domain or an address literal (RFC 5321 section
    // 4.1.1.1).
    enum class Further : std::uint8_t { nothing, tls, recipient };
    explicit HostProbe(std::string hello_name, Further further = Further::nothing)
        : hello_name_(std::move(hello_name)), further_(further) {}

    Action action() const { return action_; }
    const std::string& bytes_to_send() const { return out_; }

    void received(std::string_view bytes, Milliseconds now);
    void sent();
    // By the host, or by reset.
    void closed(Milliseconds now);
    void timed_out(Milliseconds now);
    // `seen`: version, cipher, certificate and when.
    void tls_up(TlsFinding seen);
    void tls_failed(std::string problem, Milliseconds now);

    // What is going on now is about TLS only: the answer is known.
    bool is_about_tls() const {
        return stage_ == codes::Stage::starttls || stage_ == codes::Stage::ehlo_in_tls;
    }
    bool is_decided() const { return is_decided_; }
    // When decided.
    const ProbeResult& result() const;

  private:
    void take_reply(const smtp::Reply& reply, Milliseconds now);
    void take_tls_reply(const smtp::Reply& reply, Milliseconds now);
    void go_on(const smtp::Reply& reply, Milliseconds now);
    void ask_for_tls(const smtp::Reply& reply, Milliseconds now);
    void say(std::string line);
    void decide(ProbeEnd end, Milliseconds now);
    void break_off(ProbeEnd end, Milliseconds now);

    std::string hello_name_;
    Further further_;
    smtp::ReplyReader reader_;
    Action action_ = Action::read;
    codes::Stage stage_ = codes::Stage::greeting;
    std::string out_;
    bool is_decided_ = false;
    ProbeResult result_;
};

}  // namespace turnaway::check
