// HostProbe: one short session that finds out whether a host accepts mail, without sending any:
// greeting, EHLO (HELO if EHLO gets a 5yz other than 521, as in the relay), QUIT. On request, also
// MAIL with the null reverse-path and RCPT for <postmaster>, for a host known to refuse at RCPT
// (RFC 5321 section 4.5.1: every host that accepts mail accepts that recipient). Never DATA. On
// request, STARTTLS, handshake and EHLO (RFC 3207) on a host that accepts and offers it, which does
// not change the result.
//
// Pure: events in, actions out; the driver dials, keeps the deadline and closes. Each event carries
// its time. Decided by the reply to EHLO or HELO, or by a greeting that refuses; QUIT is sent as
// RFC 5321 section 4.1.1.10 asks, but its reply need not be awaited. After any 2yz greeting the
// session continues (requirement 25). Whether a refusal is about the host is recorded here and
// weighed in check/judge.h. Known gap: a host that accepts here may still refuse every recipient.
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
    accepts,      // 2yz to every command
    refuses_521,  // at any stage, whatever the reply text
    refuses,      // another 5yz
    temporary,    // 4yz
    garbage,      // not an SMTP reply, or lines with different codes of which the last is positive
    closed,       // the host closed the connection without a decisive reply
    timed_out,    // connected, then no reply in time
    not_reached,  // no connection: refused, or no response
    no_way,       // this machine has no route to such an address
};
std::string_view name(ProbeEnd end);  // "refuses-521"

// A reply of the host; its text is unchanged, so output code must escape it.
struct ProbeStep {
    codes::Stage stage;
    codes::ReplyCode code;
    std::string words;      // with the code, lines joined
    Milliseconds after{0};  // since the session began
};

struct ProbeResult {
    ProbeEnd end = ProbeEnd::not_reached;
    codes::Stage stage = codes::Stage::connect;  // where the session ended
    // What a refusal is about; meaningless for any other end.
    codes::RefusalScope scope = codes::RefusalScope::unclear;
    std::vector<ProbeStep> steps = {};
    std::string problem = {};  // why there was no connection, as the system reports it
    TlsFinding tls = {};
    Milliseconds connected_after{0};
    Milliseconds ended_after{0};

    // The reply that decided; null if there was none.
    const ProbeStep* last_word() const;
    // The host spoke SMTP, so the port is open from this machine.
    bool has_heard_smtp() const { return !steps.empty(); }
};

class HostProbe {
  public:
    enum class Action : std::uint8_t {
        read,       // then call received(), closed() or timed_out()
        send,       // send bytes_to_send(), then call sent()
        start_tls,  // handshake, then call tls_up() or tls_failed()
        close,      // the session is over
    };

    // `hello_name`: the EHLO argument, a domain or an address literal (RFC 5321 section 4.1.1.1).
    enum class Further : std::uint8_t { nothing, tls, recipient };
    explicit HostProbe(std::string hello_name, Further further = Further::nothing)
        : hello_name_(std::move(hello_name)), further_(further) {}

    Action action() const { return action_; }
    const std::string& bytes_to_send() const { return out_; }

    void received(std::string_view bytes, Milliseconds now);
    void sent();
    // Closed or reset by the host.
    void closed(Milliseconds now);
    void timed_out(Milliseconds now);
    // `seen`: version, cipher, certificate and time.
    void tls_up(TlsFinding seen);
    void tls_failed(std::string problem, Milliseconds now);

    // The result is known; the rest of the session is only about TLS.
    bool is_about_tls() const {
        return stage_ == codes::Stage::starttls || stage_ == codes::Stage::ehlo_in_tls;
    }
    bool is_decided() const { return is_decided_; }
    // Only once decided.
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
