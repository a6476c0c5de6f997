#include "codes/evidence_cache.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace turnaway::codes {
namespace {

constexpr std::array<std::string_view, 8> sentences{
    "User unknown",
    "Mailbox full",
    "The mail system",
    "Your message could not be delivered to one or more recipients",
    "This is a permanent error; I've given up",
    "Original message headers:",
    "Postfach voll",
    "Blocked - see https://www.spamhaus.org/"};

// Everything that follows from a text.
void expect_same(EvidenceCache& cache, std::string_view text) {
    const TextEvidence expected = read_evidence(text), found = cache.read(text);
    EXPECT_TRUE(expected.causes.without(found.causes).empty()) << text;
    EXPECT_TRUE(found.causes.without(expected.causes).empty()) << text;
    EXPECT_EQ(expected.is_weak, found.is_weak) << text;
    EXPECT_EQ(expected.providers, found.providers) << text;
    EXPECT_EQ(expected.marks, found.marks) << text;
}

TEST(EvidenceCache, GivesWhatReadEvidenceGives) {
    EvidenceCache cache;
    for (int round = 0; round < 2; ++round) {
        for (const std::string_view sentence : sentences) expect_same(cache, sentence);
    }
}

// Many more texts than slots: most slots are used by several.
TEST(EvidenceCache, TextsWithTheSameSlotDoNotMix) {
    EvidenceCache cache;
    for (int round = 0; round < 2; ++round) {
        for (std::size_t i = 0; i < 8 * EvidenceCache::slots; ++i)
            expect_same(cache, std::string(sentences.at(i % sentences.size())) + " (" +
                                   std::to_string(i) + ")");
    }
}

TEST(EvidenceCache, ReadsTextsThatItDoesNotKeep) {
    EvidenceCache cache;
    const std::string at_limit =
        std::string(EvidenceCache::text_bytes_max - 13, '-') + " user unknown";
    for (const std::string& text : {std::string(), at_limit, "-" + at_limit + "-",
                                    std::string("<bob@example.com>: user unknown")}) {
        expect_same(cache, text);
        expect_same(cache, text);
    }
    EXPECT_TRUE(cache.read(at_limit).causes.has(Cause::recipient_unknown));
}

}  // namespace
}  // namespace turnaway::codes
