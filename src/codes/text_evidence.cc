#include "codes/text_evidence.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace turnaway::codes {

namespace {

// A word of the dictionary: its hash, its symbol for the automaton, its letters. Symbol 0: empty.
struct WordSlot {
    std::uint32_t hash;
    std::uint16_t symbol;
    std::string_view word;
};
struct WordEdge {
    std::uint16_t symbol;
    std::uint16_t target;
};
// What a matched phrase does. `opens` starts a gap phrase; the others need their opening, if any,
// to stand a few words before.
enum class EffectKind : std::uint8_t { opens, cause, against, takes_back, provider };
struct Effect {
    EffectKind kind;
    std::uint16_t value;
    std::uint16_t opening;
};

#include "codes/phrases.inc"

constexpr std::uint32_t gap_words_most = 12;
constexpr std::uint32_t prefix_salt = 0x5bd1e995;
constexpr std::uint32_t hash_start = 2166136261;
constexpr std::uint32_t hash_factor = 16777619;

std::uint16_t look_up(std::uint32_t hash, std::string_view word) {
    for (std::size_t at = hash & (word_slots.size() - 1);;
         at = (at + 1) & (word_slots.size() - 1)) {
        const WordSlot& slot = word_slots[at];
        if (slot.symbol == 0) return 0;
        if (slot.hash == hash && slot.word == word) return slot.symbol;
    }
}

// The letters and digits since the last separator, lower case; longer words are nobody's word but
// may still begin like one.
class Word {
  public:
    void add(char c) {
        hash_ = (hash_ ^ static_cast<unsigned char>(c)) * hash_factor;
        if (size_ < letters_.size()) letters_[size_] = c;
        ++size_;
        if (size_ <= prefix_bytes_most && (prefix_length_mask >> size_ & 1) != 0) {
            prefix_hashes_[prefixes_++] = {hash_, static_cast<std::uint8_t>(size_)};
        }
    }
    bool empty() const { return size_ == 0; }
    // The whole word if the dictionary has it, else its longest known beginning, else 0.
    std::uint16_t symbol() const {
        if (size_ <= word_bytes_most) {
            if (const auto found = look_up(hash_, std::string_view(letters_.data(), size_))) {
                return found;
            }
        }
        for (std::size_t i = prefixes_; i-- > 0;) {
            const auto& [hash, size] = prefix_hashes_[i];
            const auto found = look_up(hash ^ prefix_salt, std::string_view(letters_.data(), size));
            if (found != 0) return found;
        }
        return 0;
    }
    void clear() {
        hash_ = hash_start;
        size_ = 0;
        prefixes_ = 0;
    }

  private:
    struct PrefixHash {
        std::uint32_t hash;
        std::uint8_t size;
    };
    std::array<char, std::max(word_bytes_most, prefix_bytes_most)> letters_;
    std::array<PrefixHash, prefix_bytes_most + 1> prefix_hashes_;
    std::uint32_t hash_ = hash_start;
    std::size_t size_ = 0;
    std::size_t prefixes_ = 0;
};

class PhraseReader {
  public:
    void take(std::uint16_t symbol) {
        ++words_;
        state_ = step(symbol);
        const auto begin = output_begins[state_];
        const auto end = output_begins[state_ + 1U];
        for (auto at = begin; at < end; ++at) apply(effects[outputs[at]]);
    }
    TextEvidence result() const { return {found_.without(against_), providers_}; }

  private:
    std::uint16_t step(std::uint16_t symbol) const {
        if (symbol == 0) return 0;
        for (std::uint16_t state = state_; state != 0; state = fallbacks[state]) {
            for (auto at = edge_begins[state]; at < edge_begins[state + 1U]; ++at) {
                if (word_edges[at].symbol == symbol) return word_edges[at].target;
            }
        }
        return root_targets[symbol];
    }
    void apply(const Effect& effect) {
        if (effect.opening != 0 && effect.kind != EffectKind::opens) {
            const std::uint32_t seen = opened_[effect.opening];
            if (seen == 0 || seen == words_ || words_ - seen > gap_words_most) return;
        }
        switch (effect.kind) {
            case EffectKind::opens:
                opened_[effect.value] = words_;
                break;
            case EffectKind::cause:
                found_.add(static_cast<Cause>(effect.value));
                break;
            case EffectKind::against:
                speak_against(static_cast<Cause>(effect.value));
                break;
            case EffectKind::takes_back:
                if (against_at_ + 1 == words_) against_ = against_before_;
                break;
            case EffectKind::provider:
                providers_ |= ProviderSet{1} << effect.value;
                break;
        }
    }

    void speak_against(Cause cause) {
        if (against_at_ != words_) against_before_ = against_;
        against_at_ = words_;
        against_.add(cause);
    }

    std::array<std::uint32_t, opening_count> opened_{};
    std::uint32_t words_ = 0;
    std::uint16_t state_ = 0;
    CauseSet found_, against_;
    CauseSet against_before_;       // what spoke against before the word that did last
    std::uint32_t against_at_ = 0;  // the number of that word
    ProviderSet providers_ = 0;
};

constexpr bool ends_run(char c) {
    return c == ' ' || c == '\t' || c == '<' || c == '>' || c == '(' || c == ')' || c == '"' ||
           c == ',' || c == ';' || c == '\n' || c == '\r' || c == '[' || c == ']';
}

// For each byte: 0 separates words, 1 is passed over (apostrophes and bytes beyond ASCII), else the
// byte in lower case.
constexpr auto letter_of = [] {
    std::array<char, 256> map{};
    for (std::size_t i = 0; i < map.size(); ++i) {
        const char c = static_cast<char>(i);
        if (base::is_alnum(c)) map[i] = base::to_lower(c);
        if (c == '\'' || !base::is_ascii(c)) map[i] = 1;
    }
    return map;
}();

void read_words(std::string_view run, Word& word, PhraseReader& reader) {
    for (const char raw : run) {
        const char c = letter_of[static_cast<unsigned char>(raw)];
        if (c > 1) {
            word.add(c);
        } else if (c == 0 && !word.empty()) {
            reader.take(word.symbol());
            word.clear();
        }
    }
    if (!word.empty()) reader.take(word.symbol());
    word.clear();
}

}  // namespace

TextEvidence read_evidence(std::string_view text) {
    text = text.substr(0, evidence_bytes_most);
    Word word;
    PhraseReader reader;
    const bool has_address = text.find('@') != std::string_view::npos;
    if (!has_address) {
        read_words(text, word, reader);
        return reader.result();
    }
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t end = begin;
        while (end < text.size() && !ends_run(text[end])) ++end;
        const std::string_view run = text.substr(begin, end - begin);
        if (run.find('@') == std::string_view::npos) {
            read_words(run, word, reader);
        } else {
            reader.take(0);
        }
        begin = end + 1;
    }
    return reader.result();
}

}  // namespace turnaway::codes
