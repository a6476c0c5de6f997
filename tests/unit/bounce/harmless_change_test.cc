// A change that means nothing to a mail system never changes the answer: line ends, folding, the
// order and case of header fields, blanks at the ends of lines, a missing last boundary.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/text.h"
#include "bounce/compatible_names.h"
#include "bounce/diagnosis.h"
#include "bounce/header.h"
#include "source_folder.h"

namespace turnaway::bounce {
namespace {

// The reports that our own relay writes, and notices of other programs in their style.
std::vector<std::string> messages() {
    std::vector<std::string> found;
    const std::filesystem::path folder =
        std::filesystem::path(source_folder()) / "tests/fuzz/seeds/bounce_message";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::string text(std::istreambuf_iterator<char>(file), {});
        std::erase(text, '\r');
        found.push_back(std::move(text));
    }
    return found;
}

std::string answer(std::string_view message) {
    const Diagnosis diagnosis = diagnose(message, {});
    std::string out(name_of(diagnosis.kind));
    for (const RecipientDiagnosis& recipient : diagnosis.recipients) {
        const Judgement& judgement = recipient.judgement;
        out += '\n' + recipient.recipient + ' ';
        out += row_of(judgement.reason).name;
        out += ' ';
        out += name_of(recipient.permanence);
        out += judgement.reply ? ' ' + judgement.reply->text() : " -";
        out += judgement.enhanced ? ' ' + judgement.enhanced->text() : " -";
        out += ' ';
        out += sisimai_reason(recipient);
    }
    return out;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (text.substr(at).starts_with(from)) {
            out += to;
            at += from.size();
        } else {
            out += text[at++];
        }
    }
    return out;
}

// The fields of the header, each with its folds.
std::vector<std::string> fields_of(std::string_view header) {
    std::vector<std::string> fields;
    for (std::size_t at = 0; at < header.size();) {
        const std::size_t end = std::min(header.find('\n', at), header.size() - 1) + 1;
        const std::string_view line = header.substr(at, end - at);
        const bool continues = line.front() == ' ' || line.front() == '\t';
        if (continues && !fields.empty()) {
            fields.back() += line;
        } else {
            fields.emplace_back(line);
        }
        at = end;
    }
    return fields;
}

template <class Change>
std::string with_header(const std::string& message, Change change) {
    const Entity entity = split_entity(message);
    std::vector<std::string> fields = fields_of(entity.header);
    change(fields);
    std::string out;
    for (const std::string& field : fields) out += field;
    return out + '\n' + std::string(entity.body);
}

TEST(HarmlessChange, LineEnds) {
    for (const std::string& message : messages()) {
        const std::string expected = answer(message);
        EXPECT_EQ(answer(replaced(message, "\n", "\r\n")), expected) << message;
        EXPECT_EQ(answer(replaced(message, "\n", "\r")), expected) << message;
    }
}

TEST(HarmlessChange, OrderAndCaseOfFields) {
    for (const std::string& message : messages()) {
        const std::string expected = answer(message);
        const auto reversed = [](std::vector<std::string>& fields) {
            std::ranges::reverse(fields);
        };
        EXPECT_EQ(answer(with_header(message, reversed)), expected) << message;
        const auto in_capitals = [](std::vector<std::string>& fields) {
            for (std::string& field : fields) {
                const auto colon = field.begin() + static_cast<std::ptrdiff_t>(field.find(':'));
                std::transform(field.begin(), colon, field.begin(), base::to_upper);
            }
        };
        EXPECT_EQ(answer(with_header(message, in_capitals)), expected) << message;
    }
}

TEST(HarmlessChange, Folding) {
    for (const std::string& message : messages()) {
        const std::string expected = answer(message);
        const auto folded = [](std::vector<std::string>& fields) {
            for (std::string& field : fields) field = replaced(field, "; ", ";\n\t");
        };
        EXPECT_EQ(answer(with_header(message, folded)), expected) << message;
        const auto joined = [](std::vector<std::string>& fields) {
            for (std::string& field : fields) {
                const std::string value = unfolded(field.substr(field.find(':') + 1));
                field.resize(field.find(':') + 1);
                field += ' ';
                field += value;
                field += '\n';
            }
        };
        EXPECT_EQ(answer(with_header(message, joined)), expected) << message;
    }
}

TEST(HarmlessChange, BlankLinesBeforeAndALongTail) {
    for (const std::string& message : messages()) {
        const std::string expected = answer(message);
        EXPECT_EQ(answer("\n\n" + message), expected) << message;
        EXPECT_EQ(answer("From x Mon Nov 30 10:00:00 2026\n" + message), expected) << message;
        EXPECT_EQ(answer(message + std::string(1000, '\n')), expected) << message;
    }
}

}  // namespace
}  // namespace turnaway::bounce
