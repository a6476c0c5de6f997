// QuestionLine: decides which DNS questions are sent now, and which wait until another one has
// ended.
//
// The underlying resolver has a limited number of sockets, and a question about a dead domain holds
// one of them for up to half a minute. So the number of slots is limited, in total and for the
// names of one zone, which gets at most a quarter: thousands of questions about one dead zone do
// not delay those about another. Waiting zones take turns. The zone of a name is guessed from its
// last labels, without a public suffix list. Known gaps: as many dead zones as there are slots
// delay all others; a zone below a public suffix that the guess does not know shares its slots with
// its siblings. Pure; one thread.
#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "mail/domain.h"

namespace turnaway::io {

// `example.com` of `mx1.mail.example.com`, `example.co.uk` of `mx1.example.co.uk`.
std::string_view zone_guess(const mail::Domain& name);

class QuestionLine {
  public:
    using Question = void*;  // the caller's

    // At least 1.
    explicit QuestionLine(std::size_t places);

    // True: it has a slot, which is returned by leave(). False: it waits.
    bool enter(std::string_view zone, Question question);
    // Returns a slot. The result is the question that has it now; null if none waits for it.
    Question leave(std::string_view zone);
    // Removes a waiting question.
    void withdraw(std::string_view zone, Question question);

    std::size_t taken() const { return taken_; }
    std::size_t zones() const { return zones_.size(); }  // with questions

  private:
    struct Zone {
        std::size_t taken = 0;
        std::list<Question> waiting = {};
        bool has_turn = false;
    };
    bool may_go(const Zone& zone) const {
        return !zone.waiting.empty() && zone.taken < places_of_zone_;
    }
    void take_turn(const std::string& name, Zone& zone);
    void forget_if_empty(const std::string& name);

    std::size_t places_;
    std::size_t places_of_zone_;
    std::size_t taken_ = 0;
    std::unordered_map<std::string, Zone> zones_;
    std::deque<std::string> turns_;  // the zones that may use the next free slot
};

}  // namespace turnaway::io
