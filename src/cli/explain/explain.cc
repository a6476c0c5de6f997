// `turnaway explain`: what a mail reply or its code means, who must act, whether to retry.
//
// Arguments give pages, standard input ("-") gives one record per reply, as it may have millions of
// lines; --json gives one object per reply for both. Exit status 0 if every input was understood,
// 65 if one was not (every input is answered all the same), 64 for a wrong command line, 74 if
// reading or writing fails. What is no reply, such as a file or a message, `turnaway diagnose`
// reads (handed_over), and its exit status counts.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/printable.h"
#include "base/result.h"
#include "cli/common/colours.h"
#include "cli/common/command.h"
#include "cli/common/output.h"
#include "cli/diagnose/diagnose.h"
#include "cli/explain/explain_record.h"
#include "cli/explain/handed_over.h"
#include "cli/explain/reply_stream.h"
#include "cli/explain/wording.h"
#include "codes/interpretation.h"

namespace turnaway::cli {

namespace {

constexpr std::size_t read_bytes = std::size_t{256} * 1024;

struct Options {
    std::vector<std::string> inputs;
    std::string provider;
    std::string colour = "auto";
    bool json = false;
};

class Explain {
  public:
    Explain(const Options& options, codes::ProviderSet named)
        : options_(options),
          named_(named),
          colours_(colours_for(options.colour)),
          records_(options.json ? RecordForm::json : RecordForm::line) {}

    int run() {
        for (const auto& input : options_.inputs) {
            bool went_well = true;
            if (input == "-") {
                went_well = explain_standard_input();
            } else if (const auto handed_over = handed_over_argument(input)) {
                went_well = hand_over(*handed_over);
            } else {
                went_well = explain(input);
            }
            if (!went_well) return base::exit_code(base::Fault::io);
        }
        if (!output_.flush()) return base::exit_code(base::Fault::io);
        if (diagnose_status_ != 0) return diagnose_status_;
        return has_fault_ ? base::exit_code(base::Fault::data) : 0;
    }

  private:
    bool hand_over(const HandedOver& handed_over) {
        if (!output_.flush()) return false;
        std::string name;
        base::append_printable(name, handed_over.input.name(), 200);
        const bool is_argument = handed_over.input.is_whole;
        std::fprintf(stderr, "turnaway explain: %s is %s: read by turnaway diagnose\n",
                     is_argument ? "the argument" : name.c_str(),
                     std::string(handed_over.noun).c_str());
        DiagnoseOptions diagnosing;
        diagnosing.json = options_.json;
        diagnosing.colour = options_.colour;
        diagnosing.as = handed_over.as;
        // The order of the files is that of the arguments, and a file may be missing.
        if (handed_over.input.path == "-") {
            diagnosing.inputs.push_back(handed_over.input);
        } else {
            diagnosing.paths.push_back(handed_over.input.path);
        }
        const int status = diagnose(diagnosing);
        if (status != 0) diagnose_status_ = status;
        return true;
    }

    bool explain(std::string_view argument) {
        ReplyStream replies(LooseLines::part_of_reply);
        const auto found = [&](std::string_view reply) { answer(reply); };
        const auto text = argument.substr(0, argument.find_last_not_of("\r\n") + 1);
        for (std::size_t begin = 0; begin <= text.size();) {
            const auto end = std::min(text.find('\n', begin), text.size());
            replies.take_line(text.substr(begin, end - begin), found);
            begin = end + 1;
        }
        replies.finish(found);
        return output_.flush_if_full();
    }

    bool explain_standard_input() {
        ReplyStream replies(LooseLines::own_reply);
        const auto found = [&](std::string_view reply) { record(reply); };
        std::string buffer(read_bytes, '\0');
        std::string partial;  // the beginning of a line whose end has not been read
        for (bool is_first = true;;) {
            const ssize_t size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
            if (size < 0 && errno == EINTR) continue;
            if (size < 0) {
                std::fprintf(stderr, "turnaway explain: cannot read standard input: %s\n",
                             std::strerror(errno));
                return false;
            }
            if (size == 0) break;
            std::string_view rest(buffer.data(), static_cast<std::size_t>(size));
            // On a terminal each line is answered when it has been typed.
            if (is_first && ::isatty(STDIN_FILENO) == 0) {
                if (const auto handed_over = handed_over_input(rest))
                    return hand_over(*handed_over);
            }
            is_first = false;
            for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
                take_line(replies, rest.substr(0, end), partial, found);
                rest.remove_prefix(end + 1);
                if (!output_.flush_if_full()) return false;
            }
            keep(partial, rest);
            if (!output_.flush()) return false;
        }
        if (!partial.empty()) take_line(replies, {}, partial, found);
        replies.finish(found);
        return output_.flush_if_full();
    }

    // A line that is too long is not kept in full: its rest is dropped.
    static void keep(std::string& partial, std::string_view more) {
        const std::size_t room = ReplyStream::line_bytes_max - partial.size();
        partial += more.substr(0, room);
    }

    template <class Found>
    static void take_line(ReplyStream& replies, std::string_view line, std::string& partial,
                          const Found& found) {
        if (!partial.empty()) {
            keep(partial, line);
            line = partial;
        }
        if (line.ends_with('\r')) line.remove_suffix(1);
        replies.take_line(line, found);
        partial.clear();
    }

    // Answers an argument: a page, or a JSON record.
    void answer(std::string_view reply) {
        if (options_.json) return record(reply);
        const auto interpretation = judge(reply);
        if (!interpretation) {
            has_fault_ = true;
            // Pages and errors must appear in the order of the arguments, on a terminal too.
            (void)output_.flush();
            std::fprintf(stderr, "turnaway explain: %s\n",
                         sentence_of(interpretation.error(), reply).c_str());
            return;
        }
        if (has_page_) output_.text() += '\n';
        has_page_ = true;
        append_page(output_.text(), *interpretation, colours_);
    }

    void record(std::string_view reply) {
        if (const auto interpretation = judge(reply)) {
            records_.append(output_.text(), reply, *interpretation);
        } else {
            has_fault_ = true;
            records_.append_fault(output_.text(), reply, interpretation.error());
        }
    }

    // A text without a code is understood if it is the sample text of a code, or if its wording
    // names the cause.
    std::expected<codes::ReplyInterpretation, codes::ReadFault> judge(std::string_view reply) {
        const auto reading = reader_.read(reply);
        if (reading) return codes::judge(*reading, named_);
        if (reading.error() != codes::ReadFault::no_code) return std::unexpected(reading.error());
        codes::ReplyInterpretation interpretation = codes::judge(reader_.read_words(reply), named_);
        if (interpretation.is_words_only && !interpretation.cause) {
            return std::unexpected(codes::ReadFault::no_code);
        }
        return interpretation;
    }

    const Options& options_;
    codes::ProviderSet named_;
    Colours colours_;
    RecordWriter records_;
    codes::ReplyReader reader_;
    Output output_{"turnaway explain"};
    bool has_fault_ = false;
    bool has_page_ = false;
    int diagnose_status_ = 0;
};

std::string known_providers() {
    std::string names;
    for (const auto name : codes::provider_names) {
        if (!names.empty()) names += ", ";
        names += name;
    }
    return names;
}

int explain(const Options& options) {
    codes::ProviderSet named = 0;
    if (!options.provider.empty()) {
        const auto provider = codes::find_provider(options.provider);
        if (!provider) {
            std::string shown;
            base::append_printable(shown, options.provider, 60);
            std::fprintf(stderr, "turnaway explain: no provider \"%s\"; known are: %s\n",
                         shown.c_str(), known_providers().c_str());
            return base::exit_code(base::Fault::usage);
        }
        named = *provider;
    }
    return Explain(options, named).run();
}

}  // namespace

Action add_explain(CLI::App& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command =
        program.add_subcommand("explain", "Explain a mail server's reply or its code");
    command->get_help_ptr()->description("Print this help and exit");
    command
        ->add_option("INPUT", options->inputs,
                     "A reply code (550), an enhanced code (5.1.10), a reply or a log line; - "
                     "for standard input, one reply per line. A file, a message or a log is read "
                     "as by turnaway diagnose")
        ->required();
    command->add_flag("--json", options->json, "Write one JSON object for each reply");
    command->add_option("--provider", options->provider,
                        "The provider the replies come from, such as Gmail");
    command
        ->add_option("--color", options->colour, "Colours: auto (on a terminal), always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
    command->footer(
        "Example: turnaway explain 521 '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\n"
        "         grep ' said: ' /var/log/mail.log | turnaway explain --json -\n"
        "Exit:    0 all understood, 65 some input has no code, 64 wrong command line\n"
        "Manual:  man turnaway-explain");
    return [options] { return explain(*options); };
}

}  // namespace turnaway::cli
