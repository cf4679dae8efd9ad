# SPDX-License-Identifier: BSL-1.0
"""What a program writes into a page replaces what stands between its two lines, and nothing else."""
import unittest

import marked

BEGIN, END = '<!-- counts: begin -->', '<!-- counts: end -->'


class Marked(unittest.TestCase):
    def test_what_stands_between_the_lines_is_replaced(self):
        page = f'before\n{BEGIN}\nold\n{END}\nafter\n<!-- other: begin -->\nkept\n<!-- other: end -->\n'
        new = marked.replaced(page, 'counts', '| new |\n')
        self.assertEqual(new, page.replace('old', '| new |'))
        self.assertEqual(marked.replaced(new, 'counts', '| new |\n'), new)

    def test_a_page_without_the_lines_is_refused(self):
        for page in 'nothing', BEGIN, f'{END} {BEGIN}', f'{BEGIN} {BEGIN} {END}':
            with self.assertRaises(ValueError):
                marked.replaced(page, 'counts', '')


if __name__ == '__main__':
    unittest.main()
