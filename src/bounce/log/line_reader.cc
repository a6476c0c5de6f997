#include "bounce/log/line_reader.h"

#include <algorithm>

#include "bounce/lines.h"
#include "bounce/log/json_members.h"

namespace turnaway::bounce {

namespace {

constexpr std::string_view table_head = "type,timeLogged,";

Program program_of(std::string_view name) {
    if (name.starts_with("postfix")) return Program::postfix;
    if (name.starts_with("turnaway-relay")) return Program::turnaway_relay;
    if (name.starts_with("exim")) return Program::exim;
    if (name == "sm-mta" || name == "sendmail" || name.starts_with("sm-msp"))
        return Program::sendmail;
    if (name == "smtpd" || name == "opensmtpd") return Program::opensmtpd;
    return name == "haraka" ? Program::haraka : Program::unknown;
}

// A message without the name of its program.
Program program_by_form(std::string_view message) {
    const std::size_t colon = message.substr(0, 24).find(": ");
    if (colon != std::string_view::npos && colon > 0) {
        const std::string_view rest = message.substr(colon + 2);
        if (rest.starts_with("to=") && rest.contains(", stat=")) return Program::sendmail;
        if (rest.starts_with("from=") && rest.contains(", nrcpts=")) return Program::sendmail;
        if (rest.starts_with("to=<") && rest.contains(", status=")) return Program::postfix;
        if (rest.starts_with("from=<") && rest.contains("size=")) return Program::postfix;
        if (rest.starts_with("message-id=<") || rest == "removed") return Program::postfix;
    }
    if (message.substr(0, 40).contains(" delivery evpid=")) return Program::opensmtpd;
    const bool is_exim = message.size() > 20 && message[6] == '-' &&
                         (message[13] == '-' || message[18] == '-') &&
                         (message[16] == ' ' || message[23] == ' ');
    return is_exim ? Program::exim : Program::unknown;
}

// The cells of a line of CSV (RFC 4180).
void split_cells(std::string_view line, std::vector<std::string>& cells) {
    std::size_t used = 0;
    std::size_t at = 0;
    for (bool has_more = true; has_more; ++used) {
        if (used == cells.size()) cells.emplace_back();
        std::string& cell = cells[used];
        cell.clear();
        bool is_quoted = false;
        has_more = false;
        for (; at < line.size(); ++at) {
            const char c = line[at];
            if (c == '"' && is_quoted && at + 1 < line.size() && line[at + 1] == '"') {
                cell += '"';
                ++at;
            } else if (c == '"') {
                is_quoted = !is_quoted;
            } else if (c == ',' && !is_quoted) {
                has_more = true;
                ++at;
                break;
            } else {
                cell += c;
            }
        }
    }
    cells.resize(used);
}

bool is_record(std::string_view line) {
    if (!line.starts_with('{')) return false;
    const bool is_kumomta = line.contains("\"type\":") && line.contains("\"recipient\":");
    const bool is_journal = line.contains("\"MESSAGE\"");
    return is_kumomta || is_journal || line.contains("\"event\":\"");
}

bool is_log_line(std::string_view line) {
    if (line.starts_with(table_head) || is_record(line)) return true;
    const FramedLine parts = framed(line);
    if (!parts.time.empty() || line.starts_with("MESSAGE=")) return !parts.message.empty();
    return program_of(parts.program) != Program::unknown ||
           program_by_form(parts.message) != Program::unknown;
}

}  // namespace

bool LineReader::read(std::string_view line, DeliveryEvent& event) {
    event = {};
    if (line.empty()) return false;
    if (is_record(line)) return read_json(line, event);
    if (is_table() || line.starts_with(table_head)) return read_table(line, event);
    return read_framed(framed(line), event);
}

bool LineReader::read_framed(const FramedLine& line, DeliveryEvent& event) {
    Program program = program_of(line.program);
    if (program == Program::unknown && line.program.empty())
        program = only_ == Program::unknown ? program_by_form(line.message) : only_;
    if (program == Program::unknown || (only_ != Program::unknown && program != only_))
        return false;
    event.program = program;
    event.time = line.time;
    event.host = line.host;
    switch (program) {
        case Program::postfix:
        case Program::turnaway_relay:
            return read_postfix(line.message, event);
        case Program::exim:
            return read_exim(line.message, event);
        case Program::sendmail:
            return read_sendmail(line.message, text_, event);
        case Program::opensmtpd:
            return read_opensmtpd(line.message, event);
        case Program::haraka:
            return read_haraka_line(line.message, event);
        default:
            return false;
    }
}

bool LineReader::read_haraka_line(std::string_view message, DeliveryEvent& event) {
    if (!message.starts_with('{')) return read_haraka(message, text_, event);
    read_members(message, members_);
    return read_haraka_json(members_, event);
}

bool LineReader::read_json(std::string_view line, DeliveryEvent& event) {
    read_members(line, members_);
    const std::string_view message = member(members_, "MESSAGE");
    if (!message.empty()) {  // of the journal
        journal_ = message;
        FramedLine inner = framed(journal_);
        if (inner.program.empty()) inner.program = member(members_, "SYSLOG_IDENTIFIER");
        if (inner.time.empty()) inner.time = member(members_, "__REALTIME_TIMESTAMP");
        inner.host = member(members_, "_HOSTNAME");
        return read_framed(inner, event);
    }
    const Program program =
        member(members_, "event").empty() ? Program::kumomta : Program::turnaway_relay;
    if (only_ != Program::unknown && only_ != program) return false;
    event.program = program;
    return program == Program::kumomta ? read_kumomta(members_, text_, event)
                                       : read_turnaway_json(members_, event);
}

bool LineReader::read_table(std::string_view line, DeliveryEvent& event) {
    if (line.starts_with(table_head)) {
        split_cells(line, columns_);
        return false;
    }
    split_cells(line, cells_);
    event.program = Program::powermta;
    return read_powermta(columns_, cells_, id_, event);
}

bool is_log(std::string_view beginning) {
    std::size_t lines = 0, logged = 0;
    Lines all(beginning);
    for (std::string_view line; all.next(line);) {
        // The last line may be cut; it counts if it is the only one.
        if (all.rest().empty() && lines > 0) break;
        if (line.empty()) continue;
        ++lines;
        if (is_log_line(line)) ++logged;
        if (line.starts_with(table_head)) return true;
    }
    return logged > 0 && 2 * logged >= lines;
}

}  // namespace turnaway::bounce
