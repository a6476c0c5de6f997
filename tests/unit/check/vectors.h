// The vectors of data/check-vectors.json (docs/check-vectors.md), read for tests and run through
// the pure check with DNS from zone text and hosts that say what the vector gives them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "check/domain_check.h"
#include "fake/zone_resolver.h"
#include "verdict/answer.h"

namespace turnaway::check {

using Vector = nlohmann::json;

std::vector<Vector> read_vectors();
// The vector's zone, failures and validated names.
std::string zone_of(const Vector& vector);
Subject subject_of(const Vector& vector);
CheckSettings settings_of(const Vector& vector);
Assessment run_vector(const Vector& vector);
// The relay's answer to RCPT for the same DNS, with what hosts said of themselves in its memory.
verdict::Answer answer_at_rcpt(const Vector& vector, const Assessment& assessment);
// Kinds of notes, sorted, each once; with mx-says-521.
std::vector<std::string> notes_of(const Assessment& assessment);

}  // namespace turnaway::check
