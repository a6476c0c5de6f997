#include "gate/protocol/milter_packet.h"

#include <algorithm>
#include <array>

#include "base/printable.h"

namespace turnaway::gate::milter {
namespace {

constexpr std::size_t number_bytes = 4;
// A buffer that one large packet has filled is given back.
constexpr std::size_t idle_buffer_bytes_max = 4096;

struct Row {
    Command command;
    bool is_data_used;
};
constexpr std::array<Row, 15> commands = {{
    {Command::abort, false},
    {Command::body, false},
    {Command::connect, true},
    {Command::macro, true},
    {Command::end, false},
    {Command::helo, false},
    {Command::quit_nc, false},
    {Command::header, false},
    {Command::mail, true},
    {Command::eoh, false},
    {Command::optneg, true},
    {Command::quit, false},
    {Command::rcpt, true},
    {Command::data, false},
    {Command::unknown, false},
}};

std::string unknown_command(char letter) {
    std::string text = "unknown milter command \"";
    base::append_printable(text, std::string_view(&letter, 1), number_bytes);
    return text + "\"";
}

}  // namespace

void PacketReader::add(std::string_view bytes) {
    if (!fault_.empty()) return;
    buffer_.erase(0, taken_);
    taken_ = 0;
    if (buffer_.empty() && buffer_.capacity() > idle_buffer_bytes_max) buffer_ = {};
    buffer_ += bytes;
}

std::optional<Packet> PacketReader::next() {
    if (dropped_) return drop();
    const std::string_view bytes = std::string_view(buffer_).substr(taken_);
    if (!fault_.empty() || bytes.size() < number_bytes) return std::nullopt;
    const std::size_t length = read_number(bytes);
    if (length == 0) {
        fault_ = "a milter packet of length 0";
        return std::nullopt;
    }
    if (length > dropped_bytes_max) {
        fault_ = "a milter packet of " + std::to_string(length) + " bytes";
        return std::nullopt;
    }
    if (bytes.size() == number_bytes) return std::nullopt;
    const auto command = static_cast<Command>(bytes[number_bytes]);
    const auto* const row = std::ranges::find(commands, command, &Row::command);
    if (row == commands.end()) {
        fault_ = unknown_command(bytes[number_bytes]);
        return std::nullopt;
    }
    if (!row->is_data_used) {
        begin_dropped(command, length - 1);
        return drop();
    }
    if (length > packet_bytes_max) {
        fault_ = "a milter packet \"" + std::string(1, bytes[number_bytes]) + "\" of " +
                 std::to_string(length) + " bytes; the limit is " +
                 std::to_string(packet_bytes_max);
        return std::nullopt;
    }
    if (bytes.size() - number_bytes < length) return std::nullopt;
    taken_ += number_bytes + length;
    return Packet{.command = command, .data = bytes.substr(number_bytes + 1, length - 1)};
}

void PacketReader::begin_dropped(Command command, std::size_t data_bytes) {
    dropped_ = command;
    left_to_drop_ = data_bytes;
    taken_ += number_bytes + 1;
}

std::optional<Packet> PacketReader::drop() {
    const std::size_t bytes = std::min(left_to_drop_, buffer_.size() - taken_);
    taken_ += bytes;
    left_to_drop_ -= bytes;
    if (left_to_drop_ > 0) return std::nullopt;
    const Packet packet{.command = *dropped_, .data = {}};
    dropped_.reset();
    return packet;
}

void append_packet(std::string* out, Answer letter, std::string_view data) {
    append_number(out, static_cast<std::uint32_t>(data.size() + 1));
    out->push_back(static_cast<char>(letter));
    *out += data;
}

void append_number(std::string* out, std::uint32_t number) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        out->push_back(static_cast<char>((number >> shift) & 0xff));
    }
}

std::uint32_t read_number(std::string_view bytes) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < number_bytes; ++i) {
        number = number << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return number;
}

std::string_view take_string(std::string_view* data) {
    const std::size_t end = std::min(data->find('\0'), data->size());
    const std::string_view text = data->substr(0, end);
    data->remove_prefix(std::min(end + 1, data->size()));
    return text;
}

}  // namespace turnaway::gate::milter
