// counted_reading: how many bytes the phrase engine has read, the work of a diagnosis in steps.
//
// A count depends on the input alone, a time on the machine as well. The linker puts the counter in
// front of codes::read_evidence (--wrap, cmake/tests.cmake); the program itself has none. What the
// engine does for a byte is bounded by its tables (tests/checks/reply_rules.py).
#pragma once

#include <cstdint>

namespace turnaway::fuzz {

// By this thread since the program began. A text counts up to evidence_bytes_max, and at least 1.
std::uint64_t steps_of_reading();

}  // namespace turnaway::fuzz
