#include "codes/text_evidence.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/byte_set.h"
#include "base/text.h"
#include "codes/concepts.h"
#include "codes/word_fold.h"

namespace turnaway::codes {

namespace {

// A word of the dictionary, or a beginning: its first eight letters, the first one in the lowest
// bits, and all of them in word_letters.
struct WordRow {
    std::uint64_t head;
    std::uint32_t begin;
    std::uint16_t size;
};
// A state of the automaton; its edges and outputs end where those of the next one begin. An edge
// with a symbol is there only if `after` has its bit.
struct WordState {
    std::uint32_t after, outputs;
    std::uint16_t edges, fallback;
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
constexpr std::uint64_t hash_factor = 0x9e3779b97f4a7c15;

// Most words of a long text are in no phrase: `known_hashes` has one bit for the low bits of each
// hash.
bool is_known(std::uint32_t hash) {
    return (known_hashes[hash / 64 % known_hashes.size()] >> hash % 64 & 1) != 0;
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

// The letters and digits since the last separator, in lower case; longer words are not in the
// dictionary but may begin like one that is.
class Word {
  public:
    void add(char c) {
        if (size_ < 8) head_ |= std::uint64_t{static_cast<unsigned char>(c)} << 8 * size_;
        if (size_ < letters_max) letters_[size_] = c;
        ++size_;
    }
    // The letters of `text` from `at` on; returns the place after them.
    std::size_t add_letters(std::string_view text, std::size_t at) {
        const std::size_t begin = at;
        while (at < text.size() && letter_of[static_cast<unsigned char>(text[at])] > beyond_ascii)
            ++at;
        if (at == begin) return at;
        if (!empty()) {
            for (const char c : text.substr(begin, at - begin)) add(base::to_lower(c));
            return at;
        }
        // Nearly every word: eight letters at a time.
        size_ = at - begin;
        head_ = lower_letters(text, begin, at);
        for (std::size_t i = 8; i < std::min(size_, letters_max); i += 8) {
            const std::uint64_t letters = in_order(lower_letters(text, begin + i, at));
            std::memcpy(letters_.data() + i, &letters, sizeof letters);
        }
        return at;
    }
    bool empty() const { return size_ == 0; }
    // The whole word if the dictionary has it, else its longest known beginning, else 0.
    std::uint16_t symbol() const {
        if (size_ <= word_bytes_max) {
            if (const auto found = look_up<0>(size_)) return found;
        }
        if (size_ < start_bytes) return 0;
        const std::uint64_t start = first_of(head_, start_bytes) * hash_factor;
        std::uint32_t lengths = prefix_lengths[start >> (64 - start_bits)];
        if (size_ < 31) lengths &= (std::uint32_t{2} << size_) - 1;
        while (lengths != 0) {
            const auto size = static_cast<std::size_t>(std::bit_width(lengths)) - 1;
            if (const auto found = look_up<prefix_salt>(size)) return found;
            lengths ^= std::uint32_t{1} << size;
        }
        return 0;
    }
    void clear() {
        size_ = 0;
        head_ = 0;
    }

  private:
    static constexpr std::size_t start_bytes = 3;
    static constexpr std::size_t letters_max = std::max<std::size_t>(word_bytes_max, 31);

    // Eight bytes as in memory, as a number with the first one in its lowest bits; and back.
    static std::uint64_t in_order(std::uint64_t bytes) {
        return std::endian::native == std::endian::big ? std::byteswap(bytes) : bytes;
    }
    // ASCII letters and digits of `text` from `at` to `end`, at most eight, the first one in the
    // lowest bits.
    static std::uint64_t lower_letters(std::string_view text, std::size_t at, std::size_t end) {
        constexpr std::uint64_t lower_case = 0x2020202020202020;  // digits have this bit too
        std::uint64_t letters = 0;
        if (text.size() - at >= 8) {
            std::memcpy(&letters, text.data() + at, sizeof letters);
            letters = in_order(letters);
        } else {
            for (std::size_t i = end; i > at; --i)
                letters = letters << 8 | static_cast<unsigned char>(text[i - 1]);
        }
        return first_of(letters | lower_case, end - at);
    }
    static std::uint64_t first_of(std::uint64_t letters, std::size_t count) {
        return count >= 8 ? letters : letters & ((std::uint64_t{1} << 8 * count) - 1);
    }
    // Letters after the head, at most eight of `size`. To read those of the head here, one by one
    // just written, would make the processor wait.
    std::uint64_t letters_at(std::size_t at, std::size_t size) const {
        std::uint64_t letters = 0;
        std::memcpy(&letters, letters_.data() + at, sizeof letters);
        return first_of(in_order(letters), size - at);
    }
    // As tools/generate_text_rules.py has it.
    static std::uint64_t mixed(std::uint64_t value, std::uint64_t letters) {
        value = (value ^ letters) * hash_factor;
        return value ^ value >> 32;
    }
    std::uint32_t hash(std::size_t size) const {
        std::uint64_t value = mixed(size, first_of(head_, size));
        for (std::size_t at = 8; at < size; at += 8) value = mixed(value, letters_at(at, size));
        return static_cast<std::uint32_t>(value);
    }
    // The symbol of the first `size` letters, as a word or with prefix_salt as a beginning.
    template <std::uint32_t salt>
    std::uint16_t look_up(std::size_t size) const {
        const std::uint32_t key = hash(size) ^ salt;
        if (!is_known(key)) return 0;
        const std::uint64_t head = first_of(head_, size);
        for (std::size_t at = key & (word_slots.size() - 1);;
             at = (at + 1) & (word_slots.size() - 1)) {
            const std::uint16_t symbol = word_slots[at];
            if (symbol == 0) return 0;
            const WordRow& row = words[symbol];
            const bool is_of_kind = (symbol > exact_symbols) == (salt != 0);
            if (row.head == head && row.size == size && is_of_kind && has_rest(row)) return symbol;
        }
    }
    // Whether a word as long as this, with the same eight letters, is the same to its end.
    bool has_rest(const WordRow& row) const {
        return row.size <= 8 || word_letters.substr(row.begin + 8, row.size - 8U) ==
                                    std::string_view(letters_.data() + 8, row.size - 8U);
    }

    std::array<char, letters_max + 8> letters_{};
    std::uint64_t head_ = 0;  // the first eight of them, as in WordRow
    std::size_t size_ = 0;
};

class PhraseReader {
  public:
    void take(std::uint16_t symbol) {
        ++words_;
        if (symbol == 0) state_ = 0;
        if (symbol != 0) follow(symbol);
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
    void follow(std::uint16_t symbol) {
        state_ = step(symbol);
        const WordState& state = states[state_];
        const auto end = states[state_ + 1U].outputs;
        for (auto at = state.outputs; at < end; ++at) apply(effects[outputs[at]]);
    }
    std::uint16_t step(std::uint16_t symbol) const {
        const std::uint32_t bit = std::uint32_t{1} << symbol % 32;
        for (std::uint16_t number = state_; number != 0; number = states[number].fallback) {
            const WordState& state = states[number];
            if ((state.after & bit) == 0) continue;
            const auto* const begin = word_edges.data() + state.edges;
            const auto* const end = word_edges.data() + states[number + 1U].edges;
            const auto* const edge =
                std::ranges::lower_bound(begin, end, symbol, {}, &WordEdge::symbol);
            if (edge != end && edge->symbol == symbol) return edge->target;
        }
        return root_targets[symbol];
    }
    void apply(const Effect& effect) {
        if (effect.opening != 0 && effect.kind != EffectKind::opens) {
            if ((has_opened_[effect.opening / 64U] >> effect.opening % 64U & 1) == 0) return;
            const std::uint32_t seen = opened_[effect.opening];
            if (seen == words_ || words_ - seen > gap_words_max) return;
        }
        note(effect.kind, effect.value);
    }
    void note(EffectKind kind, std::uint16_t value) {
        switch (kind) {
            case EffectKind::opens:
                opened_[value] = words_;
                has_opened_[value / 64U] |= std::uint64_t{1} << value % 64U;
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

    // The word of each opening; set where its bit is, as to clear all costs more than a short text.
    std::array<std::uint32_t, opening_count> opened_;
    std::array<std::uint64_t, opening_count / 64 + 1> has_opened_{};
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

// Around an address or a URL.
constexpr base::ByteSet run_ends(" \t<>()\",;\n\r[]");

// The words of one text. In a text with an address, as in a line of a log, a semicolon always ends
// a clause, and a URL ends with its clause.
class WordReader {
  public:
    explicit WordReader(bool has_address) : has_address_(has_address) {}

    void read(std::string_view piece) {
        for (std::size_t at = 0; (at = word_.add_letters(piece, at)) < piece.size(); ++at) {
            const char c = letter_of[static_cast<unsigned char>(piece[at])];
            if (c == apart) {
                end_word();
                if (!has_address_ && run_ends.has(piece[at])) phrases_.leave_url();
                if (piece[at] == '/' && piece.substr(0, at).ends_with(":/")) phrases_.enter_url();
            } else if (c == stop) {
                end_word();
                if (!is_inside_name(piece, at)) end_clause();
            } else if (c == beyond_ascii) {
                at += take_folded(piece.substr(at)) - 1U;
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
    // "mail.example.org" is not two clauses, "Sorry. No user" is.
    bool is_inside_name(std::string_view piece, std::size_t at) const {
        if (at + 1 == piece.size() || piece[at] == '\n') return false;
        if (piece[at] == ';' && has_address_) return false;
        return letter_of[static_cast<unsigned char>(piece[at + 1])] > stop;
    }
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

    bool has_address_;
    Word word_;
    PhraseReader phrases_;
};

}  // namespace

TextEvidence read_evidence(std::string_view text) {
    text = text.substr(0, evidence_bytes_max);
    std::size_t at_sign = text.find('@');
    WordReader reader(at_sign != std::string_view::npos);
    while (at_sign != std::string_view::npos) {
        std::size_t begin = at_sign;
        while (begin > 0 && !run_ends.has(text[begin - 1])) --begin;
        const std::size_t end = run_ends.find(text, at_sign + 1);
        reader.read(text.substr(0, begin));
        reader.pass_over_address();
        text.remove_prefix(end);
        at_sign = text.find('@');
    }
    reader.read(text);
    return reader.result();
}

}  // namespace turnaway::codes
