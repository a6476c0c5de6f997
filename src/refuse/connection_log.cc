#include "refuse/connection_log.h"

#include <ctime>

namespace turnaway::refuse {

namespace {

constexpr std::array<std::string_view, 4> reached_names{"connect", "helo", "mail", "rcpt"};

}  // namespace

std::int64_t wall_clock() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

std::string_view connection_log_line(const Connection& connection, base::LogFormat format,
                                     std::uint32_t now_milliseconds,
                                     std::span<char, connection_log_bytes_max> buffer) {
    const ConnectionNotes& notes = connection.notes;
    std::array<char, ClientAddress::text_bytes_max> address;
    base::LogLine line(buffer, format, "connection");
    line.add_time(wall_clock());
    line.add("client", connection.client.address_text(address));
    line.add("client_port", std::uint64_t{connection.client.port()});
    line.add("stage", smtp::name(connection.session.stage()));
    if (connection.pressure != Pressure::none) line.add("pressure", name(connection.pressure));
    line.add("refused", connection.session.has_refused());
    line.add("reached", reached_names[static_cast<std::size_t>(connection.session.reached())]);
    line.add("ended", name(connection.ending));
    line.add("milliseconds", std::uint64_t{now_milliseconds - connection.started_milliseconds});
    line.add("commands", std::uint64_t{connection.session.commands()});
    if (!notes.hello().empty()) line.add("helo", notes.hello());
    if (notes.has_sender()) line.add("mail_from", notes.reverse_path());
    if (notes.recipients() > 0) {
        line.begin_list("rcpt_to");
        std::size_t at = 0;
        for (auto text = notes.next_recipient(&at); !text.empty();
             text = notes.next_recipient(&at)) {
            line.add_item(text);
        }
        line.end_list();
        line.add("recipients", std::uint64_t{notes.recipients()});
    }
    if (notes.is_cut()) line.add("shortened", true);
    return line.finish();
}

}  // namespace turnaway::refuse
