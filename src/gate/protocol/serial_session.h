// SerialSession: a session of lines that asks one question at a time.
//
// What follows a question is kept until that has its answer. A line that is longer than the
// protocol allows breaks it. A subclass reads the lines and writes the answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gate/protocol/session.h"

namespace turnaway::gate {

class SerialSession : public Session {
  public:
    void received(std::string_view bytes) final;
    const Question* next_question() final;
    void answer(std::uint64_t question_id, const Decision& decision) final;
    std::string take_output() final;
    bool wants_input() const final { return state_ == State::reading; }
    bool is_ending() const final { return state_ == State::broken; }
    std::string_view fault() const final { return fault_; }

  protected:
    explicit SerialSession(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

    // each_line() with what takes a line.
    virtual std::string_view read_lines(std::string_view bytes) = 0;
    virtual void write_answer(const Decision& decision, std::string& output) = 0;
    // For a protocol that has words for it.
    virtual void write_fault(std::string_view /*fault*/, std::string& /*output*/) {}

    // Calls `take` for each line, without its end, while the session reads. Returns the rest. Here,
    // so that it is compiled together with `take`: a policy request has some 25 lines.
    template <class Take>
    std::string_view each_line(std::string_view bytes, Take take) {
        while (state_ == State::reading) {
            const auto end = bytes.find('\n');
            auto line = bytes.substr(0, end);                 // perhaps not all of it
            if (line.ends_with('\r')) line.remove_suffix(1);  // typed by hand
            if (line.size() > line_bytes_max_) {
                break_off_long_line();
                break;
            }
            if (end == std::string_view::npos) break;
            take(line);
            bytes.remove_prefix(end + 1);
        }
        return bytes;
    }
    // The question that is being read. No line is taken until it is answered.
    void ask() { state_ = State::asking; }
    void write(std::string_view bytes) { output_ += bytes; }
    void break_off(std::string fault);
    // The input has ended; its last line may have no end.
    void end_last_line();

    Question question_;  // being read, or asked

  private:
    enum class State : std::uint8_t {
        reading,
        asking,   // a question waits to be taken
        waiting,  // for its decision
        broken,
    };

    void read_kept();
    void break_off_long_line();

    const std::size_t line_bytes_max_;
    State state_ = State::reading;
    std::string kept_;  // the rest of what came earlier; mostly empty
    std::string output_;
    std::string fault_;
    std::uint64_t question_id_ = 0;  // of the last question
};

}  // namespace turnaway::gate
