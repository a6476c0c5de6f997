// DoctorFinding: one result of `turnaway doctor`: the state in a sentence, and the fix.
//
// "unknown" is for what could not be checked, such as port 25 without a network: never a guess.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace turnaway::cli {

enum class Health : std::uint8_t { ok, unknown, warning, problem };
std::string_view name(Health health);

struct DoctorFinding {
    std::string_view check;  // a name of checks_of_doctor()
    Health health = Health::ok;
    std::string words;
    std::string fix = {};  // empty if there is nothing to do
};

class DoctorFindings {
  public:
    explicit DoctorFindings(std::string_view check) : check_(check) {}
    void ok(std::string words) { add(Health::ok, std::move(words), {}); }
    void unknown(std::string words, std::string fix) {
        add(Health::unknown, std::move(words), std::move(fix));
    }
    void warning(std::string words, std::string fix) {
        add(Health::warning, std::move(words), std::move(fix));
    }
    void problem(std::string words, std::string fix) {
        add(Health::problem, std::move(words), std::move(fix));
    }
    const std::vector<DoctorFinding>& all() const { return all_; }

  private:
    // Words of others may end with a question, and the check adds its full stop.
    void add(Health health, std::string words, std::string fix) {
        if (words.ends_with("?.")) words.pop_back();
        all_.push_back(
            {.check = check_, .health = health, .words = std::move(words), .fix = std::move(fix)});
    }
    std::string_view check_;
    std::vector<DoctorFinding> all_;
};

}  // namespace turnaway::cli
