// FilterSession: the gate as a filter of OpenSMTPD, over standard input and output
// (smtpd-filters(7), protocol 0.5 to 0.7; `config|protocol` exists since 7.6 only, so the version
// is read from each line).
//
// smtpd multiplexes its SMTP sessions on this one connection. Answers may come in any order. A
// session is forgotten when its client disconnects. smtpd stops when a filter does, so after the
// handshake a line that is not understood is skipped; a fault then is a line without an end or a
// version from before 0.5, which expects answers in another order. Registered: `mail-from` and
// `rcpt-to`, and `data-line` if a verdict may add header fields, since only then the content has to
// pass through this process. A header field that a recipient causes is added even if smtpd itself
// refuses that recipient later. Not used: `junk`, `rewrite`, `disconnect`, smtp-out.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gate/protocol/session.h"

namespace turnaway::gate {

class FilterSession final : public Session {
  public:
    // SMTP sessions that are remembered; requests of others are answered without client and user.
    static constexpr std::size_t clients_max = 10'000;
    static constexpr std::size_t questions_max = 1000;     // open at the same time
    static constexpr std::size_t line_bytes_max = 70'000;  // smtpd's own limit is 65,536
    static constexpr std::size_t address_bytes_max = 1024;
    static constexpr std::size_t headers_max = 16;  // in one message

    explicit FilterSession(bool adds_headers) : adds_headers_(adds_headers) {}

    void received(std::string_view bytes) override;
    const Question* next_question() override;
    void answer(std::uint64_t question_id, const Decision& decision) override;
    std::string take_output() override;
    bool wants_input() const override;
    bool is_ending() const override { return !fault_.empty(); }
    std::string_view fault() const override { return fault_; }

    std::size_t clients() const { return clients_.size(); }

  private:
    // An SMTP session of smtpd.
    struct Client {
        std::optional<route::IpAddress> address;
        std::string user;
        std::string sender;
        std::string message_id;
        std::vector<Header> headers;
        bool is_in_content = false;
        std::optional<std::uint64_t> question_id;
    };
    struct Request {
        std::uint64_t client_id;
        std::uint64_t token;
    };

    void read_lines();
    void read_line(std::string_view line);
    void read_config(std::string_view rest);
    void read_event(std::string_view rest);
    void read_login(Client& client, int version, std::string_view rest);
    void read_request(std::string_view rest);
    void read_content(const Request& request, std::string_view line);
    void ask(const Request& request, About about, std::string_view address);
    void proceed(const Request& request);
    void reply(std::string_view kind, const Request& request, std::string_view text);
    int read_version(std::string_view field);
    Client* find(std::uint64_t client_id);

    bool adds_headers_;
    bool is_ready_ = false;       // the handshake is over
    bool takes_clients_ = false;  // attached to a listener
    std::string input_;           // lines that are not read yet
    std::string output_;
    std::string fault_;
    std::uint64_t questions_ = 0;
    std::deque<Question> waiting_;                     // not yet taken by the driver
    Question taken_;                                   // the latest
    std::unordered_map<std::uint64_t, Request> open_;  // by question id
    std::unordered_map<std::uint64_t, Client> clients_;
};

}  // namespace turnaway::gate
