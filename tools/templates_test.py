# SPDX-License-Identifier: EUPL-1.2
"""Plants each violation tools/templates.py must refuse, and reads the C of what it accepts."""
import os
import tempfile
import unittest

import catalogue
import templates

FIELDS = ("t: text", "u: url", "b: bool", "n: int", "m: msg", "h: html_safe", "l: list Row", "w: list text",
          "s: struct Row", "o?: struct Row")
MESSAGES = {"k.plain": catalogue.Entry("k.plain", 1, texts={0: "x"}),
            "k.fill": catalogue.Entry("k.fill", 1, texts={0: "{who}"}),
            "k.many": catalogue.Entry("k.many", 1, plural=True, texts={0: "one", 1: "{count}"})}


class TemplatesTest(unittest.TestCase):
    def compile(self, body, declared=FIELDS, use_all=False, others=None):
        used = "".join("{{#%s}}{{/%s}}" % (name, name) for name in "tubnhlwso") if use_all else ""
        head = "{{! view page\n" + "\n".join(declared) + "\n}}\n{{! struct Row\n name: text\n}}\n"
        tail = used + ("{{#l}}{{name}}{{/l}}{{m}}" if use_all else "")
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for name, text in {"page": head + body + tail, **(others or {})}.items():
                paths.append(os.path.join(folder, name + ".mustache"))
                with open(paths[-1], "w", encoding="utf-8") as file:
                    file.write(text)
            templates.compile_all(paths, MESSAGES, {"inbox"}, {"filo.css"}, folder)
            with open(os.path.join(folder, "page_view.c"), encoding="utf-8") as file:
                return file.read()

    def accepts(self, body, *expected, **options):
        code = self.compile(body, use_all=True, **options)
        for part in expected:
            self.assertIn(part, code)

    def refuses(self, words, *bodies, **options):
        for body in bodies:
            with self.subTest(body), self.assertRaisesRegex(templates.TemplateError, words):
                self.compile(body, use_all=True, **options)

    def test_the_writer_follows_the_place(self):
        self.accepts("<p>{{t}}</p>", "html_text(out, view->t);")
        self.accepts('<p title="{{t}}">x</p>', "html_attr(out, view->t);")
        self.accepts("<p title='{{t}}'>x</p>", "html_attr(out, view->t);")
        self.accepts('<a href="{{u}}">x</a>', "html_attr(out, view->u.text);")
        self.accepts('<a href="{{u}}#reply">x</a>', "#reply")
        self.accepts('<use href="{{asset filo.css}}#{{t}}"></use>', "html_attr(out, view->t);")
        self.accepts("<title>{{t}}</title><textarea>{{t}}</textarea>", "html_text(out, view->t);")
        self.accepts("<div>{{h}}</div>", "g_string_append(out, view->h.text")
        self.accepts("<p>{{m}}{{n}}</p>", "html_text(out, msg(lang, view->m));", "html_int(out, view->n);")
        self.accepts('<p title="{{_ k.plain}}">{{_ k.plain}}</p>', "html_attr(out, msg(lang, MSG_K_PLAIN));")

    def test_holes_are_refused_where_they_cannot_be_safe(self):
        self.refuses("inside <script>", "<script>{{t}}</script>", "<script src=\"/x\">var a = '{{t}}'</script>")
        self.refuses("inside <style>", "<style>{{t}}</style>")
        self.refuses("comment", "<!-- {{t}} -->")
        self.refuses("tag name", "<{{t}}>", "<p{{t}}>", "</{{t}}>")
        self.refuses("attribute name", "<p {{t}}>", "<p a{{t}}=\"x\">", "<p a {{t}}>")
        self.refuses("unquoted", "<p title={{t}}>", "<p title=a{{t}}>")
        self.refuses("onclick is refused", '<p onclick="{{t}}">', '<p ONCLICK="x()">')
        self.refuses("style is refused", '<p style="{{t}}">', '<p style="color:red">')
        self.refuses("srcdoc is refused", '<iframe srcdoc="{{t}}">')
        self.refuses("no hole may stand in the attribute", '<img srcset="{{t}}">', '<p hx-vals="{{t}}">',
                     '<p hx-headers="{{t}}">')
        self.refuses("hx-on:click is refused", '<p hx-on:click="x">')

    def test_url_attributes_take_a_url_at_their_start(self):
        self.refuses("takes one url", '<a href="{{t}}">x</a>', '<form action="{{t}}"></form>', '<img src="{{t}}">',
                     '<a href="/x/{{u}}">x</a>',
                     '<a href="{{u}}{{u}}">x</a>', '<p hx-get="{{t}}">x</p>', '<a href="{{n}}">x</a>',
                     '<a href="{{#b}}j{{/b}}{{u}}">x</a>')
        self.refuses("no address", '<a href="{{_ k.plain}}">x</a>')
        self.refuses("address is refused", '<a href="javascript:x">x</a>')

    def test_html_safe_stands_between_tags_only(self):
        self.refuses("html_safe", '<p title="{{h}}">x</p>')

    def test_what_the_policy_forbids(self):
        self.refuses("inline script", "<script>go()</script>")
        self.refuses("<base>", '<base href="/">')
        self.refuses("http-equiv is refused", '<meta http-equiv="refresh">')

    def test_sections_keep_the_html_whole(self):
        self.accepts('<p class="a{{#b}} late{{/b}}"{{#b}} hidden{{/b}}>x</p>', "if (view->b) {")
        self.accepts("<ul>{{#l}}<li>{{name}}</li>{{/l}}{{^l}}<li>-</li>{{/l}}</ul>", "view->l_count", "r1->name")
        self.accepts("{{#w}}<p>{{.}}</p>{{/w}}", "html_text(out, view->w[i1]);")
        self.accepts("{{#s}}{{name}}{{/s}}{{s.name}}", "html_text(out, view->s->name);")
        self.refuses("ends elsewhere", "{{#b}}<p>{{/b}}</p>", '<p title="{{#b}}">{{/b}}', "{{#b}}<!-- {{/b}} -->")
        self.refuses("must start with a space", "<p{{#b}}x{{/b}}>y</p>", "<p {{#b}} hidden{{/b}}x>y</p>",
                     '<p title="a"b>y</p>')
        self.refuses("is not closed", "{{#b}}x")
        self.refuses("closes", "{{#b}}x{{/t}}", "x{{/b}}")
        self.refuses("closes nothing that is open", "<p></div></p>")
        self.refuses("ends inside", "<p>")

    def test_names_are_checked(self):
        self.refuses("no field x", "{{x}}", "{{#x}}y{{/x}}", "{{#l}}{{x}}{{/l}}")
        self.refuses("has no field x", "{{s.x}}")
        self.refuses("may be NULL", "{{o.name}}")
        self.refuses("makes a section", "{{b}}", "{{l}}", "{{s}}")
        self.refuses("no key", "{{_ k.none}}")
        self.refuses("needs", "{{_ k.fill}}", "{{_ k.fill what=t}}", "{{_ k.plain who=t}}", "{{_ k.many}}")
        self.refuses("count must be an int", "{{_ k.many count=t}}")
        self.refuses("takes text or int", "{{_ k.fill who=u}}")
        self.refuses("no icon", "{{icon none}}")
        self.refuses("no static file", '<a href="{{asset none.css}}">x</a>')
        self.refuses("no template", "{{> none}}")
        with self.assertRaisesRegex(templates.TemplateError, "t is never used"):
            self.compile("x", declared=("t: text",))

    def test_declarations_are_checked(self):
        self.refuses("no type", "x", declared=("t: texts",))
        self.refuses("cannot read the field", "x", declared=("T text",))
        self.refuses("unknown type", "x", declared=("l: list Nothing",))
        self.refuses("there twice", "x", declared=("t: text", "t: text"))
        self.refuses("cannot be left out", "x", declared=("m?: msg",))
        self.refuses("no .* declaration", "x", others={"bare": "<p>x</p>"})

    def test_other_templates(self):
        part = {"part": "{{! view part\n id: text\n label: msg\n on: bool\n note?: text\n}}\n"
                        "<p id=\"{{id}}\">{{label}}{{#on}}{{note}}{{/on}}</p>"}
        box = {"box": "{{! view box\n id: text\n}}\n<div id=\"{{id}}\">{{$body}}</div>"}
        self.accepts('{{> part id="x" label="k.plain" note=t}}', '.id = "x", .label = MSG_K_PLAIN, .note = view->t',
                     others=part)
        self.accepts('{{<box id="x"}}<p>{{t}}</p>{{/box}}', "box_begin(out, lang, &v1);", "box_end(out, lang, &v1);",
                     others=box)
        self.refuses("needs label", '{{> part id="x"}}', others=part)
        self.refuses("is a text", '{{> part id=u label="k.plain"}}', others=part)
        self.refuses("no key", '{{> part id="x" label="k.none"}}', others=part)
        self.refuses("has placeholders", '{{> part id="x" label="k.fill"}}', others=part)
        self.refuses("has no field", '{{> part id="x" label="k.plain" more="y"}}', others=part)
        self.refuses("goes around", '{{> box id="x"}}', others=box)
        self.refuses("is not closed", '{{<box id="x"}}', others=box)
        self.refuses("between tags", '<p title="{{> part id=t label=m}}"></p>', others=part)

    def test_counts_pick_the_plural(self):
        self.accepts("<p>{{_ k.many count=n}}</p>", "msg_plural(lang, MSG_K_MANY, view->n)",
                     "format_number_in(count_digits, lang, view->n)")


if __name__ == "__main__":
    unittest.main()
