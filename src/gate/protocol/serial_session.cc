#include "gate/protocol/serial_session.h"

#include <utility>

namespace turnaway::gate {

void SerialSession::received(std::string_view bytes) {
    if (kept_.empty()) {
        kept_ = read_lines(bytes);  // a whole request is read where it is
        return;
    }
    kept_ += bytes;
    read_kept();
}

void SerialSession::end_last_line() {
    if (!kept_.empty() && !kept_.ends_with('\n')) kept_ += '\n';
    read_kept();
}

void SerialSession::read_kept() {
    const auto rest = read_lines(kept_);
    kept_.erase(0, kept_.size() - rest.size());
}

void SerialSession::break_off_long_line() {
    break_off("a line is longer than " + std::to_string(line_bytes_max_) + " octets");
}

const Question* SerialSession::next_question() {
    if (state_ != State::asking) return nullptr;
    state_ = State::waiting;
    question_.id = ++question_id_;
    return &question_;
}

void SerialSession::answer(std::uint64_t question_id, const Decision& decision) {
    if (state_ != State::waiting || question_id != question_id_) return;
    write_answer(decision, output_);
    question_.clear();
    state_ = State::reading;
    if (!kept_.empty()) read_kept();
}

std::string SerialSession::take_output() {
    return std::exchange(output_, {});
}

void SerialSession::break_off(std::string fault) {
    state_ = State::broken;
    write_fault(fault, output_);
    fault_ = std::move(fault);
}

}  // namespace turnaway::gate
