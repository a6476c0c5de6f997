#include "smtp/client_wait.h"

#include <array>

#include "base/limits.h"

namespace turnaway::smtp {

namespace {

namespace limits = base::limits;

struct WaitRow {
    ClientWait wait;
    std::string_view name;
    std::chrono::seconds standard;
};

constexpr std::array rows{
    WaitRow{ClientWait::connect, "connect", limits::client_connect_wait},
    WaitRow{ClientWait::greeting, "greeting", limits::client_greeting_wait},
    WaitRow{ClientWait::ehlo, "ehlo", limits::client_ehlo_wait},
    WaitRow{ClientWait::starttls, "starttls", limits::client_starttls_wait},
    WaitRow{ClientWait::handshake, "handshake", limits::client_handshake_wait},
    WaitRow{ClientWait::mail, "mail", limits::client_mail_wait},
    WaitRow{ClientWait::rcpt, "rcpt", limits::client_rcpt_wait},
    WaitRow{ClientWait::data, "data", limits::client_data_wait},
    WaitRow{ClientWait::block, "block", limits::client_block_wait},
    WaitRow{ClientWait::final_dot, "final_dot", limits::client_final_dot_wait},
    WaitRow{ClientWait::quit, "quit", limits::client_quit_wait},
};

static_assert([] {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<std::size_t>(rows[i].wait) != i) return false;
    }
    return rows.size() == client_wait_count;
}());

}  // namespace

std::string_view name(ClientWait wait) {
    return rows[static_cast<std::size_t>(wait)].name;
}

std::chrono::seconds standard_seconds(ClientWait wait) {
    return rows[static_cast<std::size_t>(wait)].standard;
}

}  // namespace turnaway::smtp
