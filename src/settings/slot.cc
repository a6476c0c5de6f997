#include "settings/slot.h"

namespace turnaway::settings {

namespace {

template <class Value>
bool is_same(Value* a, Value* b) {
    return *a == *b;
}

bool is_same(const ChoiceSlot& a, const ChoiceSlot& b) {
    return a.index() == b.index();
}

bool is_same(const MadeUpSlot& a, const MadeUpSlot& b) {
    return a.holds_same(b);
}

template <class Value>
void copy(Value* from, Value* to) {
    *to = *from;
}

void copy(const ChoiceSlot& from, const ChoiceSlot& to) {
    to.set(from.index());
}

void copy(const MadeUpSlot& from, const MadeUpSlot& to) {
    from.copy_to(to);
}

}  // namespace

bool holds_same(const Slot& a, const Slot& b) {
    return std::visit(
        [&b](const auto& of_a) { return is_same(of_a, std::get<std::decay_t<decltype(of_a)>>(b)); },
        a);
}

void copy_value(const Slot& from, const Slot& to) {
    std::visit(
        [&to](const auto& source) { copy(source, std::get<std::decay_t<decltype(source)>>(to)); },
        from);
}

}  // namespace turnaway::settings
