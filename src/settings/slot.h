// Slot: the storage of one key's value, independent of the configuration it belongs to.
//
// A pointer to one of the types that a setting may have; every enum is a ChoiceSlot, and every
// section whose keys the user chooses a MadeUpSlot. So reader, defaults and reload are ordinary
// code that does not depend on any daemon. A slot owns nothing: it is valid as long as its
// configuration exists.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "mail/address.h"
#include "mail/domain.h"
#include "route/ip_address.h"
#include "settings/endpoint.h"
#include "settings/host_names.h"
#include "settings/key.h"
#include "verdict/network.h"

namespace turnaway::settings {

// An enum whose order is that of Key::choices.
class ChoiceSlot {
  public:
    template <class Choice>
        requires std::is_enum_v<Choice>
    explicit ChoiceSlot(Choice& choice)
        : choice_(&choice),
          index_([](const void* at) {
              return static_cast<std::size_t>(*static_cast<const Choice*>(at));
          }),
          set_([](void* at, std::size_t index) {
              *static_cast<Choice*>(at) = static_cast<Choice>(index);
          }) {}
    std::size_t index() const { return index_(choice_); }
    void set(std::size_t index) const { set_(choice_, index); }

  private:
    void* choice_;
    std::size_t (*index_)(const void*);
    void (*set_)(void*, std::size_t);
};

// A section with keys that the user chooses, each with a string.
template <class Section>
concept MadeUpKeys = requires(Section& section, const Key& key, std::string_view text) {
    { section.store(key, text, text) } -> std::same_as<Stored>;
};

class MadeUpSlot {
  public:
    template <MadeUpKeys Section>
    explicit MadeUpSlot(Section& section)
        : section_(&section),
          store_([](void* at, const Key& key, std::string_view made_up, std::string_view text) {
              return static_cast<Section*>(at)->store(key, made_up, text);
          }),
          is_same_([](const void* a, const void* b) {
              return *static_cast<const Section*>(a) == *static_cast<const Section*>(b);
          }),
          copy_([](const void* from, void* to) {
              *static_cast<Section*>(to) = *static_cast<const Section*>(from);
          }) {}
    // `made_up` is the key in the file.
    Stored store(const Key& key, std::string_view made_up, std::string_view text) const {
        return store_(section_, key, made_up, text);
    }
    // Both are the same section, in two configurations.
    bool holds_same(const MadeUpSlot& other) const { return is_same_(section_, other.section_); }
    void copy_to(const MadeUpSlot& other) const { copy_(section_, other.section_); }

  private:
    void* section_;
    Stored (*store_)(void*, const Key&, std::string_view, std::string_view);
    bool (*is_same_)(const void*, const void*);
    void (*copy_)(const void*, void*);
};

using Slot = std::variant<std::string*, bool*, std::uint16_t*, std::uint32_t*, std::uint64_t*,
                          std::chrono::seconds*, mail::Domain*, std::vector<mail::Domain>*,
                          HostNames*, std::vector<std::string>*, std::vector<verdict::Network>*,
                          std::vector<Endpoint>*, std::vector<ListenPlace>*,
                          std::optional<Endpoint>*, std::vector<route::IpAddress>*,
                          std::optional<mail::Address>*, ChoiceSlot, MadeUpSlot>;

template <class Value>
Slot slot_of(Value& value) {
    if constexpr (std::is_enum_v<Value>) {
        return ChoiceSlot(value);
    } else if constexpr (MadeUpKeys<Value>) {
        return MadeUpSlot(value);
    } else {
        return &value;
    }
}

// Both are slots of the same key, in two configurations.
bool holds_same(const Slot& a, const Slot& b);
void copy_value(const Slot& from, const Slot& to);

}  // namespace turnaway::settings
