// Each verb, each way a line can be wrong, the limits of the parameters, and the two liberties
// taken.
#include "smtp/command.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace turnaway::smtp {
namespace {

using Kind = CommandError::Kind;
using mail::AddressError;

std::expected<Command, CommandError> parse(std::string_view line) {
    return parse_command(line);
}

Kind error_of(std::string_view line) {
    const auto command = parse(line);
    if (!command) return command.error().kind;
    ADD_FAILURE() << "taken: " << line;
    return Kind::unrecognised;
}

TEST(Command, KnowsEveryVerbInAnyCase) {
    struct Row {
        const char* line;
        Verb verb;
        const char* argument;
    };
    for (const Row& row :
         {Row{"EHLO client.example", Verb::ehlo, "client.example"},
          Row{"hElO [192.0.2.1]", Verb::helo, "[192.0.2.1]"},
          Row{"mail from:<>", Verb::mail, "from:<>"}, Row{"rcpt to:<a@b>", Verb::rcpt, "to:<a@b>"},
          Row{"data", Verb::data, ""}, Row{"bdat 0", Verb::bdat, "0"}, Row{"Rset", Verb::rset, ""},
          Row{"NOOP anything at all", Verb::noop, "anything at all"}, Row{"quit", Verb::quit, ""},
          Row{"VRFY fred", Verb::vrfy, "fred"}, Row{"EXPN list", Verb::expn, "list"},
          Row{"HELP", Verb::help, ""}, Row{"HELP me", Verb::help, "me"},
          Row{"STARTTLS", Verb::starttls, ""}, Row{"AUTH PLAIN AGE=", Verb::auth, "PLAIN AGE="},
          Row{"ETRN example.org", Verb::etrn, "example.org"}}) {
        const auto command = parse(row.line);
        ASSERT_TRUE(command) << row.line;
        EXPECT_EQ(command->verb, row.verb) << row.line;
        EXPECT_EQ(command->argument, row.argument) << row.line;
        EXPECT_EQ(scan_verb(row.line), row.verb);
        EXPECT_EQ(scan_verb(name(row.verb)), row.verb);
    }
}

TEST(Command, RefusesWordsThatAreNone) {
    for (const char* line :
         {"", " ", " NOOP", "NOOPX", "NOO", "NO OP", "DATA:", "MAILFROM:<>", "\xff",
          "EHLO\x0b"
          "a",
          "GET / HTTP/1.1"}) {
        EXPECT_EQ(error_of(line), Kind::unrecognised) << line;
        EXPECT_EQ(scan_verb(line), std::nullopt) << line;
        EXPECT_EQ(parse(line).error().verb, std::nullopt) << line;
    }
    EXPECT_EQ(error_of(std::string_view("NOOP\0", 5)), Kind::unrecognised);
}

// Requirement 28: DATA, RSET and QUIT take no argument.
TEST(Command, RefusesArgumentsThatAreMissingOrForbidden) {
    for (const char* verb : {"DATA", "RSET", "QUIT", "STARTTLS"}) {
        const auto command = parse(std::string(verb) + " x");
        ASSERT_FALSE(command);
        EXPECT_EQ(command.error().kind, Kind::argument_forbidden);
        EXPECT_EQ(command.error().verb, scan_verb(verb));
    }
    for (const char* verb :
         {"EHLO", "HELO", "MAIL", "RCPT", "VRFY", "EXPN", "AUTH", "ETRN", "BDAT"}) {
        for (const char* blanks : {"", " ", " \t "}) {
            const auto command = parse(std::string(verb) + blanks);
            ASSERT_FALSE(command) << verb;
            EXPECT_EQ(command.error().kind, Kind::argument_missing) << verb;
            EXPECT_EQ(command.error().verb, scan_verb(verb));
        }
    }
}

TEST(Command, RefusesControlsAndLoneNewlines) {
    EXPECT_EQ(error_of("EHLO a\nb"), Kind::bare_newline);
    EXPECT_EQ(error_of("NOOP\r"), Kind::bare_newline);
    EXPECT_EQ(error_of("\n"), Kind::bare_newline);
    EXPECT_EQ(parse("EHLO a\rb").error().verb, Verb::ehlo);
    EXPECT_EQ(error_of("NOOP a\x01"), Kind::not_text);
    EXPECT_EQ(error_of("MAIL FROM:<a\x7f@b>"), Kind::not_text);
    EXPECT_EQ(error_of(std::string_view("HELP a\0b", 8)), Kind::not_text);
    EXPECT_TRUE(parse("NOOP a\tb"));
}

TEST(Command, ReadsThePath) {
    const auto mail = parse("MAIL FROM:<a.b@c.example>");
    ASSERT_TRUE(mail);
    EXPECT_EQ(mail->path.address.local, "a.b");
    EXPECT_EQ(mail->path.address.domain, "c.example");
    EXPECT_FALSE(mail->path.is_null);
    EXPECT_TRUE(mail->parameters().empty());
    EXPECT_TRUE(parse("MAIL FROM:<>")->path.is_null);
    EXPECT_TRUE(parse("RCPT TO:<Postmaster>"));
    const auto utf8 = parse("RCPT TO:<gr\xc3\xbcn@example.org>");
    ASSERT_TRUE(utf8);
    EXPECT_TRUE(utf8->path.address.needs_smtputf8);
}

TEST(Command, ToleratesBlanksWhereRealSendersPutThem) {
    for (const char* line : {"MAIL FROM: <a@b>", "MAIL FROM:<a@b> ", "MAIL  FROM:<a@b>",
                             "MAIL\tFROM:\t<a@b>\t", "MAIL from:<a@b>  SIZE=1  "}) {
        EXPECT_TRUE(parse(line)) << line;
    }
    EXPECT_TRUE(parse("QUIT \t "));
    EXPECT_EQ(parse("EHLO \t a b\t ")->argument, "a b");
}

TEST(Command, SaysWhatIsWrongWithAPath) {
    struct Row {
        const char* line;
        Kind kind;
        AddressError address;
    };
    for (const Row& row :
         {Row{"MAIL <a@b>", Kind::argument_syntax, {}},
          Row{"MAIL TO:<a@b>", Kind::argument_syntax, {}},
          Row{"MAIL FROM <a@b>", Kind::argument_syntax, {}},
          Row{"MAIL FROM :<a@b>", Kind::argument_syntax, {}},
          Row{"RCPT FROM:<a@b>", Kind::argument_syntax, {}},
          Row{"MAIL FROM:", Kind::path_syntax, AddressError::empty},
          Row{"MAIL FROM:a", Kind::path_syntax, AddressError::no_at_sign},
          Row{"MAIL FROM:postmaster", Kind::path_syntax, AddressError::no_at_sign},
          Row{"RCPT TO:a@b>", Kind::path_syntax, AddressError::domain_character},
          Row{"MAIL FROM:<a@b", Kind::path_syntax, AddressError::no_angle_brackets},
          Row{"MAIL FROM:<ab>", Kind::path_syntax, AddressError::no_at_sign},
          Row{"MAIL FROM:<postmaster>", Kind::path_syntax, AddressError::no_at_sign},
          Row{"MAIL FROM:<a@b>SIZE=1", Kind::path_syntax, AddressError::text_after_path},
          Row{"MAIL FROM:<@b>", Kind::path_syntax, AddressError::source_route},
          Row{"RCPT TO:<a@>", Kind::path_syntax, AddressError::domain_empty},
          Row{"RCPT TO:<a..b@c>", Kind::path_syntax, AddressError::local_part_character},
          Row{"RCPT TO:<a@-b>", Kind::path_syntax, AddressError::domain_label},
          Row{"RCPT TO:<\xff@b>", Kind::path_syntax, AddressError::not_utf8}}) {
        const auto command = parse(row.line);
        ASSERT_FALSE(command) << row.line;
        EXPECT_EQ(command.error().kind, row.kind) << row.line;
        if (row.kind == Kind::path_syntax) {
            EXPECT_EQ(command.error().address, row.address)
                << row.line << ": " << mail::describe(command.error().address);
        }
    }
    EXPECT_EQ(error_of("RCPT TO:<>"), Kind::path_syntax);
}

TEST(Command, SplitsParameters) {
    const auto command = parse("MAIL FROM:<> SIZE=10 smtputf8 X-A=b;c+20  ENVID=\xc3\xa4");
    ASSERT_TRUE(command);
    const auto all = command->parameters();
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0].keyword, "SIZE");
    EXPECT_EQ(all[0].value, "10");
    EXPECT_TRUE(all[0].has_value);
    EXPECT_EQ(all[1].keyword, "smtputf8");
    EXPECT_FALSE(all[1].has_value);
    EXPECT_EQ(all[2].value, "b;c+20");
    EXPECT_EQ(all[3].value, "\xc3\xa4");
}

TEST(Command, RefusesParametersOfNoForm) {
    for (const char* parameter : {"SIZE=", "=1", "A=b=c", "-A", "A_B", "A=\xff", "\xc3\xa4=1", "=",
                                  "A==", "\"A\"", "A:b"}) {
        EXPECT_EQ(error_of(std::string("RCPT TO:<a@b> ") + parameter), Kind::parameter_syntax)
            << parameter;
    }
}

TEST(Command, TakesAsManyParametersAsThereIsRoom) {
    std::string line = "MAIL FROM:<>";
    for (std::size_t i = 0; i < Command::parameters_max; ++i) line += " A=1";
    ASSERT_TRUE(parse(line));
    EXPECT_EQ(parse(line)->parameters().size(), Command::parameters_max);
    EXPECT_EQ(error_of(line + " A=1"), Kind::too_many_parameters);
}

TEST(Command, ReadsChunks) {
    EXPECT_EQ(parse("BDAT 1000")->chunk_bytes, 1000U);
    EXPECT_FALSE(parse("BDAT 1000")->is_last_chunk);
    EXPECT_TRUE(parse("BDAT 0 last")->is_last_chunk);
    EXPECT_EQ(parse("BDAT 18446744073709551615 LAST")->chunk_bytes, 18446744073709551615U);
    for (const char* line : {"BDAT x", "BDAT -1", "BDAT 1 2", "BDAT 1 LAST x", "BDAT LAST",
                             "BDAT 1LAST", "BDAT 18446744073709551616"}) {
        EXPECT_EQ(error_of(line), Kind::argument_syntax) << line;
    }
}

// Requirement 34 and the growth every extension asks for.
TEST(Command, TakesTheLongestLineThereIs) {
    const std::string local(64, 'l');
    std::string domain;
    while (domain.size() < 180) domain += std::string(59, 'd') + ".";
    domain += "org";
    std::string line =
        "RCPT TO:<" + local + "@" + domain + "> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;";
    line += std::string(base::limits::command_line_bytes_max - 2 - line.size(), 'o');
    ASSERT_TRUE(parse(line));
    EXPECT_EQ(parse(line)->parameters().size(), 2U);
}

}  // namespace
}  // namespace turnaway::smtp
