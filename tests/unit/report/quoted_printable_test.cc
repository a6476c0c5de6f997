#include "report/quoted_printable.h"

#include <gtest/gtest.h>

namespace turnaway::report {
namespace {

using namespace std::string_view_literals;

TEST(QuotedPrintable, EncodesWhatIsNotPlain) {
    const struct {
        std::string_view octets;
        std::string_view encoded;
    } cases[] = {
        {"", ""},
        {"plain text\r\n", "plain text\r\n"},
        {"1 = 1\r\n\r\nend", "1 =3D 1\r\n\r\nend"},
        {"blank \r\ntab\t\r\n", "blank=20\r\ntab=09\r\n"},
        {"a\tb", "a\tb"},
        {"a\rb\nc\r\r\n", "a=0Db=0Ac=0D\r\n"},
        {"\0\x1b\x7f\xff"sv, "=00=1B=7F=FF"},
    };
    for (const auto& c : cases) EXPECT_EQ(quoted_printable(c.octets), c.encoded);
}

TEST(QuotedPrintable, BreaksLongLines) {
    const std::string x75(75, 'x');
    EXPECT_EQ(quoted_printable(x75 + "x\r\n"), x75 + "x\r\n");
    EXPECT_EQ(quoted_printable(x75 + "xx\r\n"), x75 + "=\r\nxx\r\n");
    EXPECT_EQ(quoted_printable(x75.substr(2) + "\xff"), x75.substr(2) + "=FF");
    EXPECT_EQ(quoted_printable(x75.substr(1) + "\xff"), x75.substr(1) + "=\r\n=FF");
}

TEST(QuotedPrintable, MakesEncodedWords) {
    EXPECT_EQ(encoded_words("Gr\u00fc\u00dfe an 2"), "=?utf-8?Q?Gr=C3=BC=C3=9Fe_an_2?=");
    std::string smileys;
    for (int i = 0; i < 6; ++i) smileys += "\U0001f600";
    // 10 + 5 * 12 + 2 columns are as many as fit.
    std::string first = "=?utf-8?Q?";
    for (int i = 0; i < 5; ++i) first += "=F0=9F=98=80";
    EXPECT_EQ(encoded_words(smileys), first + "?= =?utf-8?Q?=F0=9F=98=80?=");
}

}  // namespace
}  // namespace turnaway::report
