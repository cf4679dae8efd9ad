// SPDX-License-Identifier: BSL-1.0
// What a word of the tag study must offer: a reference to the top node of a stack and a tag that counts the changes,
// read and changed as one.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <string_view>

namespace bench::tags {

/// A `value` is what one read of the word yields; a `reference` names a node, and the default-made one names none. The
/// word owns its nodes, n of them, a cache line each, and never gives them back: a reference stays good for ever.
template <class W>
concept tagged_word = std::constructible_from<W, std::size_t> && std::equality_comparable<typename W::value> &&
                      std::equality_comparable<typename W::reference> &&
                      requires(W& word, typename W::value value, typename W::reference r, std::size_t i) {
                        requires W::tag_bits > 0 && W::tag_bits <= 64;
                        {
                          W::unavailable()
                        } -> std::same_as<std::string_view>;  // why this machine cannot run it; empty if it can
                        { W::top(value) } -> std::same_as<typename W::reference>;
                        { W::pointing_to(value, r) } -> std::same_as<typename W::value>;  // r on top, and the next tag
                        { word.read() } -> std::same_as<typename W::value>;
                        {
                          word.change(value, value)
                        } -> std::same_as<bool>;  // refused: the first argument becomes what is there
                        { word.nth(i) } -> std::same_as<typename W::reference>;  // i = 0 .. n-1
                        { word.next(r) } -> std::same_as<std::atomic<typename W::reference>&>;
                      };

/// The node of the words that hold pointers.
struct alignas(64) pointed_node {
  std::atomic<pointed_node*> next{nullptr};
};

}  // namespace bench::tags
