# SPDX-License-Identifier: BSL-1.0
"""The lint finds each mistake planted here, and passes the text it was planted in."""
import pathlib
import tempfile
import textwrap
import unittest

from lint import lint

SPDX = '// SPDX-License-Identifier: BSL-1.0\n'
GOOD = '''
    void publish(node* n) {
      // [L1] release: pairs with [L2] (a reader that sees n sees its key).
      head.store(n, std::memory_order_release);
    }
    node* first() {
      // [L2] acquire: pairs with release [L1] (insert, which publishes the node),
      // so key and value are visible.
      return head.load(std::memory_order_acquire);
    }
    void count() {
      hits.fetch_add(1, std::memory_order_relaxed);  // [L3] relaxed: a statistic
    }
    void move() {
      // [L4] acq_rel: pairs with itself (a later mover sees what an earlier one did).
      if (head.compare_exchange_strong(expected, wanted,
                                       std::memory_order_acq_rel, std::memory_order_relaxed))
        return;
      // [L5] seq_cst: pairs with [L6]. If our store comes first, it sees us; see also [L1].
      std::atomic_thread_fence(std::memory_order_seq_cst);
      // [L6] seq_cst fence, the dear half: pairs with [L5]
      heavy_fence();
    }
    void heavy_fence() noexcept;
    void swap() {
      do {
        // [L7] relaxed: a hint
      } while (!head.compare_exchange_weak(expected, wanted, std::memory_order_relaxed));
    }
    std::atomic<node*> head{nullptr};
    std::atomic<int> hits = 0;
'''


class Lint(unittest.TestCase):
    def complaints(self, text, path='include/wane/list.hpp', spdx=SPDX):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory, path)
            file.parent.mkdir(parents=True)
            file.write_text(spdx + textwrap.dedent(text))
            return [str(c) for c in lint(pathlib.Path(directory))]

    def expect(self, reason, old, new, text=GOOD):
        self.assertIn(old, text)
        found = self.complaints(text.replace(old, new, 1))
        self.assertEqual(len(found), 1, found)
        self.assertIn(reason, found[0])
        self.assertRegex(found[0], r'^include/wane/list\.hpp:\d+: ')

    def test_a_file_without_mistakes_passes(self):
        self.assertEqual(self.complaints(GOOD), [])

    def test_the_place_of_a_mistake_is_exact(self):
        found = self.complaints('\nint f() {\n  return head.load();  // [A1] relaxed: a hint\n}\n')
        self.assertEqual(found, ['include/wane/list.hpp:4: load with an implied order: name it'])

    def test_an_implied_order_of_a_load(self):
        self.expect('load with an implied order', 'load(std::memory_order_acquire)', 'load()')

    def test_an_implied_order_of_a_store(self):
        self.expect('store with an implied order', 'store(n, std::memory_order_release)', 'store(n)')

    def test_an_implied_order_of_a_compare_exchange_over_two_lines(self):
        self.expect('compare_exchange_strong with an implied order',
                    'wanted,\n                                       std::memory_order_acq_rel, std::memory_order_relaxed',
                    'f(\n                                       wanted)')

    def test_an_implied_order_of_an_exchange_of_two_words(self):
        found = self.complaints('\nbool f() {\n  return Env::double_width_cas(head, tail, a, b);  // [A1] relaxed: a hint\n}\n')
        self.assertEqual(found, ['include/wane/list.hpp:4: double_width_cas with an implied order: name it'])

    def test_an_implied_order_of_an_operator(self):
        self.expect('operator on the atomic hits', 'hits.fetch_add(1, std::memory_order_relaxed)', 'hits++')
        self.expect('operator on the atomic hits', 'hits.fetch_add(1, std::memory_order_relaxed)', '++hits')
        self.expect('operator on the atomic hits', 'hits.fetch_add(1, std::memory_order_relaxed)', 'hits += 1')
        self.expect('operator on the atomic hits', 'hits.fetch_add(1, std::memory_order_relaxed)', 'hits = 1')
        self.expect('operator on an atomic of owners', 'hits.fetch_add(1, std::memory_order_relaxed)',
                    'std::vector<std::atomic<int>> owners(4); owners[2] = 1')

    def test_an_implied_order_of_a_free_function(self):
        self.expect('free atomic function', 'hits.fetch_add(1, std::memory_order_relaxed)', 'std::atomic_fetch_add(&hits, 1)')

    def test_orders_are_named_in_every_folder_and_may_be_a_variable(self):
        self.assertEqual(self.complaints('int f() { return a.load(); }\n', 'bench/map.hpp'),
                         ['bench/map.hpp:2: load with an implied order: name it'])
        self.assertEqual(self.complaints('int f() { return a.load(order); }\n', 'bench/map.hpp'),
                         ['bench/map.hpp:2: load with an implied order: name it'])
        self.assertEqual(self.complaints('int f(std::memory_order order) { return a.load(order); }\n', 'bench/map.hpp'), [])
        self.assertEqual(self.complaints('constexpr auto mo = std::memory_order_relaxed;\nint b = a.load(mo);\n',
                                         'proptest/unit/map.cpp'), [])

    def test_an_initialiser_is_no_operator(self):
        self.assertEqual(self.complaints(GOOD + 'auto c = counts{.hits = 1};\n'), [])

    def test_an_order_in_a_comment_or_a_string_does_not_count(self):
        self.expect('load with an implied order', 'load(std::memory_order_acquire)', 'load(/*memory_order_acquire*/)')
        self.expect('load with an implied order', 'load(std::memory_order_acquire)', 'load("memory_order_acquire")')

    def test_a_call_in_a_comment_is_not_a_call(self):
        self.assertEqual(self.complaints(GOOD + '// what head.load() and heavy_fence() do\n'), [])

    def test_an_operation_without_a_tag(self):
        self.expect('fetch_add without a tagged comment', '  // [L3] relaxed: a statistic', '  // a statistic')

    def test_a_fence_without_a_tag(self):
        self.expect('heavy_fence without a tagged comment', 'void heavy_fence() noexcept;', 'void f() { heavy_fence(); }')

    def test_a_tag_in_a_block_that_has_ended(self):
        self.expect('load without a tagged comment', '// so key and value are visible.\n',
                    '// so key and value are visible.\n {} } {\n')

    def test_a_tag_too_far_above(self):
        far = '\n\n\n\n\n      return head.load'
        self.expect('load without a tagged comment', '\n      return head.load', far)

    def test_a_comment_that_names_another_order_than_the_code(self):
        self.expect('load is relaxed, which the comment beside it does not say', 'load(std::memory_order_acquire)',
                    'load(std::memory_order_relaxed)')

    def test_a_tag_defined_twice(self):
        self.expect('[L3] is defined already', 'void heavy_fence() noexcept;', '// [L3] relaxed: a hint\n')

    def test_a_reference_to_a_tag_that_nobody_defines(self):
        self.expect('[L9] is not defined', 'see also [L1]', 'see also [L9]')

    def test_a_pairing_that_is_not_mutual(self):
        self.expect('[L1] pairs with [L2], which', 'pairs with release [L1] (insert, ', 'pairs with itself (insert, ')

    def test_what_follows_the_sentence_is_no_pairing(self):
        self.assertEqual(self.complaints(GOOD.replace('pairs with [L6]. If', 'pairs with [L6]. Like [L1]: if')), [])
        self.expect('[L5] pairs with [L1], which', 'pairs with [L6]. If', 'pairs with [L6] (so. and), [L1]. If')

    def test_an_order_that_pairs_with_nothing(self):
        self.expect('[L4] neither is relaxed nor', 'pairs with itself (', 'well known (')

    def test_a_missing_licence(self):
        for path in 'include/wane/a.hpp', 'src/a.cpp', 'bench/a.py', 'proptest/meson.build':
            self.assertEqual(self.complaints('\n', path, spdx=''), [f'{path}:1: does not begin with the SPDX line'])

    def test_a_licence_under_the_shebang(self):
        self.assertEqual(self.complaints('', 'proptest/run', '#!/bin/sh\n# SPDX-License-Identifier: BSL-1.0\n'), [])
        self.assertEqual(self.complaints('', 'proptest/run', '#!/bin/sh\n'),
                         ['proptest/run:2: does not begin with the SPDX line'])

    def test_a_note_to_self(self):
        for note in 'TO' 'DO', 'FIX' 'ME', 'XX' 'X':
            self.assertEqual(self.complaints(f'int a;  // {note} later\n'),
                             [f'include/wane/list.hpp:2: {note}: do it or drop it'])

    def test_a_file_that_is_too_long(self):
        self.assertEqual(self.complaints('\n' * 799), [])
        self.assertEqual(self.complaints('\n' * 800),
                         ['include/wane/list.hpp:801: 801 lines: more than one concept, split it'])


if __name__ == '__main__':
    unittest.main()
