// Requirement 55: what is held of input is bounded.
#include "refuse/held_input.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace turnaway::refuse {
namespace {

std::string held(const HeldInput& input, std::uint8_t place) {
    std::array<char, HeldInput::bytes_max> bytes{};
    return {bytes.data(), input.copy(place, bytes)};
}

TEST(HeldInput, KeepsWhatIsLeftAndGivesThePlaceBack) {
    HeldInput input;
    std::uint8_t place = HeldInput::none;
    EXPECT_EQ(held(input, place), "");
    input.keep("", &place);
    EXPECT_EQ(place, HeldInput::none) << "nothing needs no place";
    input.keep("EHLO a.exam", &place);
    EXPECT_NE(place, HeldInput::none);
    EXPECT_EQ(held(input, place), "EHLO a.exam");
    const std::uint8_t same = place;
    input.keep("MA", &place);
    EXPECT_EQ(place, same);
    EXPECT_EQ(held(input, place), "MA");
    input.keep("", &place);
    EXPECT_EQ(place, HeldInput::none);
    input.release(&place);
    EXPECT_EQ(place, HeldInput::none);
}

TEST(HeldInput, HasSoManyPlacesAndNoMore) {
    HeldInput input;
    std::vector<std::uint8_t> taken(HeldInput::places, HeldInput::none);
    for (int round = 0; round < 3; ++round) {
        for (std::size_t i = 0; i < taken.size(); ++i) {
            EXPECT_TRUE(input.has_room());
            input.keep(std::string(i + 1, 'x'), &taken[i]);
        }
        EXPECT_FALSE(input.has_room());
        for (std::size_t i = 0; i < taken.size(); ++i) {
            EXPECT_EQ(held(input, taken[i]), std::string(i + 1, 'x')) << "each its own";
        }
        input.keep(std::string(HeldInput::bytes_max, 'y'), &taken[5]);
        EXPECT_EQ(held(input, taken[5]).size(), HeldInput::bytes_max);
        for (auto& place : taken) input.release(&place);
    }
    EXPECT_TRUE(input.has_room());
}

}  // namespace
}  // namespace turnaway::refuse
