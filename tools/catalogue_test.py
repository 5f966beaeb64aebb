# SPDX-License-Identifier: EUPL-1.2
"""Plants each mistake tools/catalogue.py must refuse."""
import os
import tempfile
import unittest

import catalogue

GOOD = 'msgid "a.b"\nmsgstr "uno {n}"\n\nmsgid "a.many"\nmsgid_plural "a.many"\nmsgstr[0] "una"\nmsgstr[1] "{count}"\n'


class CatalogueTest(unittest.TestCase):
    def load(self, first, second):
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("it.po", "en.po")]
            for path, text in zip(paths, (first, second)):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
            return catalogue.load(paths)

    def refuses(self, words, first, second):
        with self.assertRaisesRegex(catalogue.CatalogueError, words):
            self.load(first, second)

    def test_good_one_is_read(self):
        entries = self.load(GOOD, GOOD.replace("uno", "one"))[1]
        self.assertEqual(entries["a.b"].texts, {0: "one {n}"})
        self.assertTrue(entries["a.many"].plural)

    def test_refusals(self):
        self.refuses("is missing", GOOD, GOOD.replace("a.b", "a.c"))
        self.refuses("other placeholders", GOOD, GOOD.replace("{n}", "{m}"))
        self.refuses("there twice", GOOD + GOOD, GOOD)
        self.refuses("has no text", GOOD.replace("uno {n}", " "), GOOD)
        self.refuses("not a key", GOOD.replace("a.b", "Some words"), GOOD)
        self.refuses("needs the forms", GOOD.replace("msgstr[1] \"{count}\"\n", ""), GOOD)
        self.refuses("plural in one language", GOOD, 'msgid "a.b"\nmsgstr "{n}"\nmsgid "a.many"\nmsgstr "{count}"\n')
        self.refuses("brace that is no placeholder", GOOD.replace("{n}", "{N}"), GOOD)
        self.refuses("same name", GOOD + 'msgid "a.b_c"\nmsgstr "x"\nmsgid "a.b.c"\nmsgstr "y"\n',
                     GOOD + 'msgid "a.b_c"\nmsgstr "x"\nmsgid "a.b.c"\nmsgstr "y"\n')
        self.refuses("cannot read", GOOD + "msgctxt \"x\"\n", GOOD)

    def test_unused_keys_are_found(self):
        keys = ["menu.queue", "ticket.error.none", "ticket.state.new", "api.problem.404", "help.a", "gone.key"]
        source = 'msg(lang, MSG_MENU_QUEUE); {"", "ticket.error.none"}; "ticket.state."; "api.problem.%d" {{_ help.a n=x}} "gone."'
        self.assertEqual(catalogue.find_unused(keys, source), ["gone.key"])

    def test_strings_become_c(self):
        self.assertEqual(catalogue.c_string('è "?\\\n'), '"\\303\\250 \\"\\077\\\\\\012"')


if __name__ == "__main__":
    unittest.main()
