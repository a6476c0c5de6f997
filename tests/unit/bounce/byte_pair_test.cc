// Every place of a pair in texts of up to three blocks, against a plain search.
#include "bounce/byte_pair.h"

#include <gtest/gtest.h>

#include <string>

namespace turnaway::bounce {
namespace {

TEST(BytePair, FindsWhatAPlainSearchFinds) {
    for (std::size_t size = 0; size < 200; ++size) {
        for (std::size_t place = 0; place + 1 < size; ++place) {
            std::string text(size, '-');
            for (std::size_t i = 1; i < size; i += 2) text[i] = '.';
            text[place] = text[place + 1] = '-';
            for (const std::size_t from : {std::size_t{0}, place, place + 1}) {
                EXPECT_EQ(find_pair(text, '-', '-', from), text.find("--", from))
                    << size << ' ' << place << ' ' << from;
            }
        }
    }
}

TEST(BytePair, NoneInAShortOrAnEndedText) {
    EXPECT_EQ(find_pair("", 'a', 'b', 0), std::string_view::npos);
    EXPECT_EQ(find_pair("a", 'a', 'b', 0), std::string_view::npos);
    EXPECT_EQ(find_pair("ab", 'a', 'b', 1), std::string_view::npos);
    EXPECT_EQ(find_pair("ab", 'a', 'b', 9), std::string_view::npos);
}

}  // namespace
}  // namespace turnaway::bounce
