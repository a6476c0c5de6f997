// CaseReader: from files, or the bytes of one, to cases: messages, replies, recipients of a log.
//
// All logs of a run are one log in the order of the files, so that a message may begin in one file
// and end in the next. The source of a case names the file, and in an mbox its number, in replies
// and logs its line.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "bounce/log/log_stream.h"
#include "cli/diagnose/input_file.h"
#include "cli/diagnose/message_stream.h"

namespace turnaway::cli {

struct DiagnoseCase {
    std::string source;  // "inbox/1.eml", "archive.mbox:12", "mail.log:1734"
    InputForm form = InputForm::message;
    std::string_view text;  // the message or the reply; until the reader goes on, or kept
    std::optional<bounce::LoggedRecipient> logged;
    std::unique_ptr<char[]> kept = {};

    // For a case that outlives the reader's buffer.
    void keep() {
        kept = std::make_unique_for_overwrite<char[]>(text.size());
        std::ranges::copy(text, kept.get());
        text = {kept.get(), text.size()};
    }
};

class CaseReader {
  public:
    using Found = std::function<void(DiagnoseCase&&)>;
    struct Settings {
        InputForm form = InputForm::recognise;
        bounce::Program program = bounce::Program::unknown;
        bool tells_each_attempt = false;
    };

    CaseReader(const Settings& settings, Found found);

    // `read` gets the bytes of each read, and says whether to go on.
    [[nodiscard]] base::Result<void> read_file(const InputFile& file,
                                               const std::function<bool(std::size_t)>& read);
    // The next bytes of a log that is called `name`.
    void begin_log(const std::string& name);
    void take_log(std::string_view bytes) { log_.take(bytes); }
    void end_log() { log_.end_file(); }
    // No file follows.
    void finish() { log_.finish(); }

  private:
    void take_logged(bounce::LoggedRecipient&& logged);

    Settings settings_;
    Found found_;
    bounce::LogStream log_;
    std::vector<std::pair<std::size_t, std::string>> logs_;  // the number of lines before each
};

}  // namespace turnaway::cli
