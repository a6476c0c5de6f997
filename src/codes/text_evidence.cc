#include "codes/text_evidence.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "codes/concepts.h"
#include "codes/word_fold.h"

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
// The effect of a matched phrase. `opens` starts a phrase with a gap; the others need their
// opening, if any, a few words before. `sure` and `weak` are causes too, of another strength.
enum class EffectKind : std::uint8_t {
    opens,
    cause,
    sure,
    weak,
    against,
    takes_back,
    provider,
    meaning,
    mark
};
struct Effect {
    EffectKind kind;
    std::uint16_t value;
    std::uint16_t opening;
};
// Concepts that mean a cause when a clause has all of `needs` and none of `unless`.
struct ConceptRule {
    ConceptSet needs, unless;
    EffectKind kind;
    std::uint16_t value;
};

#include "codes/phrases.inc"

constexpr std::uint32_t gap_words_max = 12;
// Words without a full stop that still count as one clause.
constexpr std::uint32_t clause_words_max = 40;
constexpr std::uint32_t prefix_salt = 0x5bd1e995;
constexpr std::uint32_t hash_start = 2166136261;
constexpr std::uint32_t hash_factor = 16777619;

// One bit for the low bits of each hash: most words of a reply are in no phrase, and these 8 KiB
// fit into the processor's cache; the slots do not.
constexpr auto known_hashes = [] {
    std::array<std::uint64_t, 1024> bits{};
    for (const WordSlot& slot : word_slots) {
        if (slot.symbol == 0) continue;
        bits[slot.hash / 64 % bits.size()] |= std::uint64_t{1} << slot.hash % 64;
    }
    return bits;
}();

std::uint16_t look_up(std::uint32_t hash, std::string_view word) {
    if ((known_hashes[hash / 64 % known_hashes.size()] >> hash % 64 & 1) == 0) return 0;
    for (std::size_t at = hash & (word_slots.size() - 1);;
         at = (at + 1) & (word_slots.size() - 1)) {
        const WordSlot& slot = word_slots[at];
        if (slot.symbol == 0) return 0;
        if (slot.hash == hash && slot.word == word) return slot.symbol;
    }
}

// The letters and digits since the last separator, in lower case; longer words are not in the
// dictionary but may begin like one that is.
class Word {
  public:
    void add(char c) {
        hash_ = (hash_ ^ static_cast<unsigned char>(c)) * hash_factor;
        if (size_ < letters_.size()) letters_[size_] = c;
        ++size_;
        if (size_ <= prefix_bytes_max && (prefix_length_mask >> size_ & 1) != 0) {
            prefix_hashes_[prefixes_++] = {hash_, static_cast<std::uint8_t>(size_)};
        }
    }
    bool empty() const { return size_ == 0; }
    // The whole word if the dictionary has it, else its longest known beginning, else 0.
    std::uint16_t symbol() const {
        if (size_ <= word_bytes_max) {
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
    std::array<char, std::max(word_bytes_max, prefix_bytes_max)> letters_;
    std::array<PrefixHash, prefix_bytes_max + 1> prefix_hashes_;
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
        if (words_ - clause_begin_ >= clause_words_max) end_clause();
    }
    void end_clause() {
        clause_begin_ = words_;
        if (concepts_.empty()) return;
        concepts_.each([&](std::uint16_t number) {
            for (auto at = rule_begins[number]; at < rule_begins[number + 1U]; ++at) {
                const ConceptRule& rule = concept_rules[at];
                if (concepts_.has_all(rule.needs) && !concepts_.has_any(rule.unless)) {
                    note(rule.kind, rule.value);
                }
            }
        });
        concepts_ = {};
    }
    // The words of a URL are not part of a sentence.
    void enter_url() { is_in_url_ = true; }
    void leave_url() { is_in_url_ = false; }
    TextEvidence result() {
        end_clause();
        if (!sure_.empty()) return {sure_, false, providers_, marks_};
        const CauseSet found = found_.without(against_);
        if (!found.empty()) return {found, false, providers_, marks_};
        return {weak_.without(against_), true, providers_, marks_};
    }

  private:
    std::uint16_t step(std::uint16_t symbol) const {
        if (symbol == 0) return 0;
        for (std::uint16_t state = state_; state != 0; state = fallbacks[state]) {
            const auto* const begin = word_edges.data() + edge_begins[state];
            const auto* const end = word_edges.data() + edge_begins[state + 1U];
            const auto* const edge =
                std::ranges::lower_bound(begin, end, symbol, {}, &WordEdge::symbol);
            if (edge != end && edge->symbol == symbol) return edge->target;
        }
        return root_targets[symbol];
    }
    void apply(const Effect& effect) {
        if (effect.opening != 0 && effect.kind != EffectKind::opens) {
            const std::uint32_t seen = opened_[effect.opening];
            if (seen == 0 || seen == words_ || words_ - seen > gap_words_max) return;
        }
        note(effect.kind, effect.value);
    }
    void note(EffectKind kind, std::uint16_t value) {
        switch (kind) {
            case EffectKind::opens:
                opened_[value] = words_;
                break;
            case EffectKind::cause:
                found_.add(static_cast<Cause>(value));
                break;
            case EffectKind::sure:
                sure_.add(static_cast<Cause>(value));
                break;
            case EffectKind::weak:
                weak_.add(static_cast<Cause>(value));
                break;
            case EffectKind::against:
                speak_against(static_cast<Cause>(value));
                break;
            case EffectKind::takes_back:
                if (against_at_ + 1 == words_) against_ = against_before_;
                break;
            case EffectKind::provider:
                providers_ |= ProviderSet{1} << value;
                break;
            case EffectKind::meaning:
                if (!is_in_url_) concepts_.add(value);
                break;
            case EffectKind::mark:
                marks_ |= 1U << value;
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
    std::uint32_t clause_begin_ = 0;
    std::uint16_t state_ = 0;
    bool is_in_url_ = false;
    ConceptSet concepts_;
    CauseSet sure_, found_, weak_, against_;
    CauseSet against_before_;       // `against_` before the last word that added to it
    std::uint32_t against_at_ = 0;  // the number of that word
    ProviderSet providers_ = 0;
    std::uint32_t marks_ = 0;
};

constexpr auto run_ends = [] {
    std::array<bool, 256> ends{};
    for (const char c : std::string_view(" \t<>()\",;\n\r[]"))
        ends[static_cast<unsigned char>(c)] = true;
    return ends;
}();

bool ends_run(char c) {
    return run_ends[static_cast<unsigned char>(c)];
}

// For each byte: 0 separates words, 1 is an apostrophe and is skipped, 2 may end a clause, 3 is
// beyond ASCII, else the byte in lower case.
constexpr char apart = 0, apostrophe = 1, stop = 2, beyond_ascii = 3;
constexpr auto letter_of = [] {
    std::array<char, 256> map{};
    for (std::size_t i = 0; i < map.size(); ++i) {
        const char c = static_cast<char>(i);
        if (base::is_alnum(c)) map[i] = base::to_lower(c);
        if (c == '\'') map[i] = apostrophe;
        if (c == '.' || c == '!' || c == '?' || c == ';' || c == '\n') map[i] = stop;
        if (!base::is_ascii(c)) map[i] = beyond_ascii;
    }
    return map;
}();

// Words of one text, or of one run of it without an address.
class WordReader {
  public:
    void read(std::string_view run) {
        for (std::size_t at = 0; at < run.size(); ++at) {
            const char c = letter_of[static_cast<unsigned char>(run[at])];
            if (c > beyond_ascii) {
                word_.add(c);
            } else if (c == apart) {
                end_word();
                if (ends_run(run[at])) phrases_.leave_url();
                if (run[at] == '/' && run.substr(0, at).ends_with(":/")) phrases_.enter_url();
            } else if (c == stop) {
                end_word();
                // "mail.example.org" is not two clauses, "Sorry. No user" is.
                const bool is_inside = at + 1 < run.size() && run[at] != '\n' &&
                                       letter_of[static_cast<unsigned char>(run[at + 1])] > stop;
                if (!is_inside) end_clause();
            } else if (c == beyond_ascii) {
                at += take_folded(run.substr(at)) - 1U;
            }
        }
        end_word();
    }
    void pass_over_address() { phrases_.take(0); }
    void end_clause() {
        phrases_.leave_url();
        phrases_.end_clause();
    }
    TextEvidence result() { return phrases_.result(); }

  private:
    void end_word() {
        if (word_.empty()) return;
        phrases_.take(word_.symbol());
        word_.clear();
    }
    std::uint8_t take_folded(std::string_view rest) {
        const Folded folded = fold(rest);
        if (folded.kind == FoldKind::ignored) return folded.bytes_taken;
        if (folded.kind != FoldKind::letters) end_word();
        for (std::uint8_t i = 0; i < folded.size; ++i) word_.add(folded.bytes[i]);
        if (folded.kind == FoldKind::word) end_word();
        if (folded.kind == FoldKind::end_of_clause) phrases_.end_clause();
        return folded.bytes_taken;
    }

    Word word_;
    PhraseReader phrases_;
};

}  // namespace

TextEvidence read_evidence(std::string_view text) {
    text = text.substr(0, evidence_bytes_max);
    WordReader words;
    if (text.find('@') == std::string_view::npos) {
        words.read(text);
        return words.result();
    }
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t end = begin;
        bool is_address = false;
        for (; end < text.size() && !ends_run(text[end]); ++end) is_address |= text[end] == '@';
        const std::string_view run = text.substr(begin, end - begin);
        if (!is_address) {
            words.read(run);
        } else {
            words.pass_over_address();
        }
        if (end < text.size() && (text[end] == ';' || text[end] == '\n')) words.end_clause();
        begin = end + 1;
    }
    return words.result();
}

}  // namespace turnaway::codes
