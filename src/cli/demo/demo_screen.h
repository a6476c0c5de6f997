// DemoScreen: standard output of the demo: lines that stay, and below them a foot that is rewritten
// in place.
//
// Without a terminal, on a dumb one, and on one too small for the foot, there is no foot: only
// lines that stay. A reader that has gone (EPIPE) ends the output and is not an error; every other
// failure is one. The foot may contain colours; its height is computed again when the window has
// changed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turnaway::cli {

class DemoScreen {
  public:
    DemoScreen();
    ~DemoScreen();
    DemoScreen(const DemoScreen&) = delete;
    DemoScreen& operator=(const DemoScreen&) = delete;

    // For wrapping text; 80 if not known.
    static std::size_t columns();
    bool has_foot() const { return has_foot_; }

    // Above the foot, with line ends.
    void print(std::string_view text);
    // Each line without a line end; an empty list removes the foot.
    void set_foot(std::vector<std::string> lines);
    // Writes the foot again after other output.
    void write_foot_anew();

    bool is_open() const { return is_open_; }
    // The reason, if it is an error.
    const std::optional<std::string>& fault() const { return fault_; }

  private:
    std::string without_foot() const;
    std::string foot_text() const;
    void write(std::string_view text);

    const bool has_foot_;
    std::vector<std::string> foot_;
    bool is_open_ = true;
    std::optional<std::string> fault_;
};

}  // namespace turnaway::cli
