# SPDX-License-Identifier: EUPL-1.2
"""Compiles Mustache templates to C against typed views. See --help for its arguments.

For NAME.mustache it writes NAME_view.h (the view structs, and what to call) and NAME_view.c. A template opens with its
declarations, one field a line:

    {{! view ticket_row
      number: text          const char *, escaped where it is written
      open: url             SafeUrl; the only thing a URL attribute takes
      late: bool
      minutes: int          int64_t, plain digits
      label: msg            MsgId, written in the reader's language
      body: html_safe       SafeHtml, between tags only
      tags: list text       pointer and tags_count
      rows: list Row        a struct declared below, or another template's view (by its name)
      owner: struct Owner   pointer, never NULL; marked ? it may be, and only {{#owner}} reaches into it
      note?: text           in a {{>name a=…}} what is marked ? may be left out
    }}
    {{! struct Row … }}

Holes and sections:
    {{field}} {{a.b}} {{.}}             a value, by the writer of its place; names are looked up innermost first
    {{#f}}…{{/f}}  {{^f}}…{{/f}}       bool, list, struct (enters it), text, url (not ""), int (not 0); inverse
    {{_ key}} {{_ key a=f count=n}}     catalogue text with its placeholders; count must be an int and picks the plural
    {{> name f}}  {{> name a=f b="x"}}  another template with its view from a field, or from values (a msg takes a key)
    {{< name …}}…{{/name}}              a template that holds {{$body}} around this; NAME_begin and NAME_end in C
    {{asset x}}  {{icon x}}             the address of a static file; an icon of the sprite

The escaper follows the HTML. Refused: a hole in script, style, comment, tag name, attribute name, unquoted attribute,
on*, style, srcdoc, srcset, hx-on*, hx-vals; anything but a url at the start of a URL attribute (or a text after a
literal #); html_safe in an attribute; inline script, style attribute, on* attribute, <base>, http-equiv (the page's
policy forbids them anyway); tags that do not close inside their section; an unknown field, key, icon or template; a
field nobody uses.
"""
import argparse
import os
import re
import sys
from dataclasses import dataclass, field

import catalogue

SCALARS = {"text": "const char *", "url": "SafeUrl ", "bool": "bool ", "int": "int64_t ", "msg": "MsgId ",
           "html_safe": "SafeHtml "}
VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
RAW = {"script", "style"}
URL_ATTRIBUTES = {"href", "src", "action", "formaction", "poster", "cite", "data", "ping", "background", "xlink:href",
                  "manifest", "hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "hx-push-url", "hx-replace-url"}
NO_HOLE = re.compile(r"^(on.*|style|srcdoc|srcset|imagesrcset|hx-on.*|hx-vals|hx-vars|hx-headers|hx-trigger|http-equiv"
                     r"|content|type|rel|target)$")
FORBIDDEN = re.compile(r"^(on.*|style|hx-on.*|srcdoc|http-equiv)$")
TAG = re.compile(r"\{\{(.*?)\}\}", re.S)


class TemplateError(Exception):
    """What is wrong, with file and line."""


@dataclass
class Field:
    name: str
    kind: str  # a scalar, "list" or "struct"
    of: str = ""  # what the list or struct holds
    optional: bool = False
    used: bool = False


@dataclass
class Struct:
    c_name: str
    fields: dict
    template: str
    own_view: bool = False


@dataclass
class Template:
    name: str
    path: str
    text: str
    view: Struct = None
    structs: list = field(default_factory=list)
    has_body: bool = False


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


# ---- declarations -------------------------------------------------------------------------------------------------

def parse_field(line, where):
    match = re.fullmatch(r"([a-z][a-z0-9_]*)(\?)?:\s*([a-z_]+)(?:\s+([A-Za-z][A-Za-z0-9_]*))?(?:\s{2,}.*)?", line)
    if not match:
        raise TemplateError(f"{where}: cannot read the field {line!r}")
    name, optional, kind, of = match.groups()
    if kind == "msg" and optional:
        raise TemplateError(f"{where}: {name} is a msg, which cannot be left out")
    if kind in SCALARS and not of:
        return Field(name, kind, optional=bool(optional))
    if kind in ("list", "struct") and of:
        return Field(name, kind, of, bool(optional))
    raise TemplateError(f"{where}: {name} has no type Filo knows: {kind}")


def parse_declarations(template):
    """Reads every {{! view … }} and {{! struct … }} and takes them out of the text, keeping its lines."""
    def take(match):
        words = match[1].lstrip("!").strip()
        if not match[1].startswith("!") or not re.match(r"(view|struct)\b", words):
            return match[0]
        where = f"{template.path}:{template.text.count(chr(10), 0, match.start()) + 1}"
        head, *lines = [line.strip() for line in words.split("\n")]
        kind, _, name = head.partition(" ")
        fields = {}
        for line in filter(None, lines):
            item = parse_field(line, where)
            if item.name in fields:
                raise TemplateError(f"{where}: field {item.name} is there twice")
            fields[item.name] = item
        if kind == "view":
            if name != template.name or template.view:
                raise TemplateError(f"{where}: a file declares one view, named as itself ({template.name})")
            template.view = Struct(camel(name) + "View", fields, template.name, own_view=True)
        else:
            template.structs.append(Struct(name, fields, template.name))
        return "\n" * match[0].count("\n")
    text = TAG.sub(take, template.text)
    if not template.view:
        raise TemplateError(f"{template.path}:1: no {{{{! view {template.name} }}}} declaration")
    template.text = text
    template.has_body = "{{$body}}" in text


def read_template(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    template = Template(os.path.basename(path).removesuffix(".mustache"), path, text)
    parse_declarations(template)
    return template


class World:
    """Every template, struct, catalogue key and icon, by name."""

    def __init__(self, templates, messages, icons, assets):
        self.templates = {template.name: template for template in templates}
        self.messages, self.icons, self.assets = messages, icons, assets
        self.structs = {}
        for template in templates:
            for name, struct in [(template.name, template.view)] + [(s.c_name, s) for s in template.structs]:
                if name in self.structs:
                    raise TemplateError(f"{template.path}: {name} is declared twice")
                self.structs[name] = struct
        for struct in self.structs.values():
            for item in struct.fields.values():
                if item.of and item.of != "text" and item.of not in self.structs:
                    raise TemplateError(f"{struct.template}: {item.name} is of an unknown type {item.of}")
                if item.kind == "struct" and item.of == "text":
                    raise TemplateError(f"{struct.template}: {item.name} is of an unknown type struct text")


# ---- the HTML the holes stand in ----------------------------------------------------------------------------------

class Html:
    """Follows literal HTML. States: text, tag_open (after <), tag (inside, between attributes), name (an attribute's),
    after_name, before_value, value (quoted), bare (unquoted), comment, raw (script, style)."""

    def __init__(self):
        self.state, self.quote, self.attribute, self.element = "text", "", "", ""
        self.at_value_start, self.closing, self.open, self.must_separate = False, False, [], False
        self.attribute_text = self.raw_text = ""

    def place(self):
        """What must be equal at both ends of a section."""
        return (self.state, self.quote, self.attribute if self.state == "value" else "", tuple(self.open))

    def between_attributes(self, fail):
        """A section's edge inside a tag stands between attributes: a space or > must follow it."""
        if self.state == "name":
            self.check_attribute(fail)
        if self.state == "tag_open":
            if not self.element or self.closing:
                fail("a section may not stand in a tag's name")
            self.begin_attributes(" ", fail)
        if self.state in ("name", "after_name", "tag"):
            self.state, self.must_separate = "tag", True

    def feed(self, text, fail):
        for char in text:
            if self.must_separate and char not in " \t\n/>":
                fail("what follows a section inside a tag must start with a space or >")
            self.must_separate = False
            getattr(self, "in_" + self.state)(char, fail)

    def in_text(self, char, fail):
        if char == "<":
            self.state, self.element, self.closing = "tag_open", "", False

    def in_tag_open(self, char, fail):
        if self.element == "!-" and char == "-":
            self.state, self.raw_text = "comment", ""
        elif char == "/" and not self.element and not self.closing:
            self.closing = True
        elif re.match(r"[A-Za-z0-9!-]", char):
            self.element += char.lower()
        elif char in " \t\n/>" and self.element:
            self.begin_attributes(char, fail)
        else:
            fail(f"'<' must be &lt; unless it opens a tag (before {char!r})")

    def begin_attributes(self, char, fail):
        if self.element == "base":
            fail("<base> is refused")
        self.state = "tag"
        self.in_tag(char, fail)

    def in_tag(self, char, fail):
        if char == ">":
            self.end_tag(fail)
        elif char not in " \t\n/":
            self.state, self.attribute = "name", char.lower()
            if char in "\"'=<":
                fail(f"unexpected {char!r} in <{self.element}>")

    def in_name(self, char, fail):
        if char == "=":
            self.check_attribute(fail)
            self.state = "before_value"
        elif char in " \t\n/>":
            self.check_attribute(fail)
            self.state = "after_name"
            self.in_after_name(char, fail)
        else:
            self.attribute += char.lower()

    def check_attribute(self, fail):
        if FORBIDDEN.match(self.attribute):
            fail(f"the attribute {self.attribute} is refused")

    def in_after_name(self, char, fail):
        if char == "=":
            self.state = "before_value"
        elif char not in " \t\n":
            self.state = "tag"
            self.in_tag(char, fail)

    def in_before_value(self, char, fail):
        if char in "\"'":
            self.state, self.quote, self.at_value_start, self.attribute_text = "value", char, True, ""
        elif char not in " \t\n":
            self.state = "bare"

    def in_bare(self, char, fail):
        if char in " \t\n>":
            self.state = "tag"
            self.in_tag(char, fail)

    def in_value(self, char, fail):
        if char == self.quote:
            if self.attribute_text.lower().lstrip().startswith(("javascript:", "vbscript:", "data:text")):
                fail(f"a {self.attribute_text.split(':')[0]} address is refused")
            self.state, self.quote, self.must_separate = "tag", "", True
        else:
            self.attribute_text += char
            self.at_value_start = False

    def in_comment(self, char, fail):
        self.raw_text += char
        if self.raw_text.endswith("-->"):
            self.state = "text"

    def in_raw(self, char, fail):
        self.raw_text += char
        if self.raw_text.lower().endswith(f"</{self.element}>"):
            if self.raw_text[:-len(self.element) - 3].strip():
                fail(f"inline {self.element} is refused: put it in a static file")
            self.state = "text"
            self.open.pop()

    def end_tag(self, fail):
        self.state = "text"
        if self.element.startswith("!") or self.element in VOID:
            return
        if not self.closing:
            self.open.append(self.element)
            if self.element in RAW:
                self.state, self.raw_text = "raw", ""
        elif not self.open or self.open.pop() != self.element:
            fail(f"</{self.element}> closes nothing that is open")

    def hole(self, kind, fail):
        """The writer for a hole of this kind here; fails where no hole may be."""
        if self.state == "text":
            return "html_text"
        if self.state != "value":
            fail(f"no hole may stand here ({self.where_words()})")
        if NO_HOLE.match(self.attribute):
            fail(f"no hole may stand in the attribute {self.attribute}")
        if kind == "html_safe":
            fail("html_safe may only stand between tags")
        in_fragment = "#" in self.attribute_text and kind == "text"
        if self.attribute in URL_ATTRIBUTES and not in_fragment and (kind != "url" or not self.at_value_start):
            fail(f"{self.attribute} takes one url, at its start")
        self.at_value_start = False
        return "html_attr"

    def where_words(self):
        return {"tag_open": "tag name", "tag": "attribute name", "name": "attribute name", "comment": "comment",
                "after_name": "attribute name", "before_value": "unquoted attribute", "bare": "unquoted attribute",
                "raw": f"inside <{self.element}>"}[self.state]


# ---- from template to C -------------------------------------------------------------------------------------------

@dataclass
class Scope:
    struct: Struct  # None in a list of text
    c_path: str  # "view->" or "r1->"; for a list of text the expression itself


class Compiler:
    def __init__(self, world, template):
        self.world, self.template, self.html = world, template, Html()
        self.lines, self.indent, self.line, self.depth = [], 1, 1, 0
        self.scopes = [Scope(template.view, "view->")]
        self.sections, self.headers, self.literal = [], set(), ""
        self.split_at = None

    def fail(self, message):
        raise TemplateError(f"{self.template.path}:{self.line}: {message}")

    def emit(self, text):
        self.lines.append("    " * self.indent + text)

    def flush(self):
        """Writes the literal HTML collected so far. A run of white space that holds a line end becomes one line end,
        and goes where it is all there is: lines that hold only sections and partials leave no trace."""
        text = re.sub(r"[ \t]*\n\s*", "\n", self.literal)
        self.literal = ""
        if text == "\n":
            return
        for start in range(0, len(text), 96):
            part = text[start:start + 96]
            self.emit(f"html_literal(out, {catalogue.c_string(part)}, {len(part.encode())});")

    def compile(self):
        position = 0
        for match in TAG.finditer(self.template.text):
            self.take_literal(self.template.text[position:match.start()])
            self.take_tag(match[1].strip())
            self.line += match[0].count("\n")
            position = match.end()
        self.take_literal(self.template.text[position:])
        self.flush()
        if self.sections:
            self.fail(f"{{{{{self.sections[-1][0]}{self.sections[-1][1]}}}}} is not closed")
        if self.html.state != "text" or self.html.open:
            self.fail(f"the template ends inside {self.html.open or self.html.state}")
        self.check_all_used()

    def check_all_used(self):
        for struct in [self.template.view] + self.template.structs:
            for item in struct.fields.values():
                if not item.used:
                    self.fail(f"field {struct.c_name}.{item.name} is never used")

    def take_literal(self, text):
        for piece in re.split(r"(\n)", text):
            self.html.feed(piece, self.fail)
            self.line += piece == "\n"
        self.literal += text

    def take_tag(self, tag):
        sigil, rest = (tag[0], tag[1:].strip()) if tag and tag[0] in "#^/_><!$" else ("", tag)
        if sigil == "!":
            return
        word, _, name = tag.partition(" ")
        if not sigil and word == "asset" and name:
            self.take_asset(name.strip())
        elif not sigil and word == "icon" and name:
            self.take_icon(name.strip())
        else:
            {"#": self.open_section, "^": self.open_section, "/": self.close_section, "_": self.take_message,
             ">": self.take_partial, "<": self.open_wrapper, "$": self.take_body, "": self.take_hole}[sigil](
                 *((sigil, rest) if sigil in ("#", "^") else (rest,)))

    # -- names

    def find_field(self, name):
        """(field, C expression) of a name, innermost scope first; the field of "." is a text."""
        if name == ".":
            scope = self.scopes[-1]
            if scope.struct:
                of = scope.struct.template if scope.struct.own_view else scope.struct.c_name
                return Field(".", "struct", of), scope.c_path.removesuffix("->")
            return Field(".", "text"), scope.c_path
        head, *rest = name.split(".")
        for scope in reversed(self.scopes):
            if scope.struct and head in scope.struct.fields:
                return self.walk(scope.struct.fields[head], scope.c_path + head, rest)
        self.fail(f"no field {name} here")

    def walk(self, item, expression, rest):
        item.used = True
        for part in rest:
            struct = self.world.structs.get(item.of) if item.kind == "struct" else None
            if not struct or part not in struct.fields:
                self.fail(f"{item.name} has no field {part}")
            if item.optional:
                self.fail(f"{item.name} may be NULL: enter it with {{{{#{item.name}}}}}")
            item, expression = struct.fields[part], f"{expression}->{part}"
            item.used = True
        return item, expression

    # -- values

    def take_hole(self, name):
        item, expression = self.find_field(name)
        if item.kind in ("bool", "list", "struct"):
            self.fail(f"{name} is a {item.kind}: it makes a section, not a hole")
        writer = self.html.hole(item.kind, self.fail)
        self.flush()
        self.emit(self.write_value(writer, item, expression))

    def write_value(self, writer, item, expression):
        if item.kind == "int":
            return f"html_int(out, {expression});"
        if item.kind == "html_safe":
            return f'g_string_append(out, {expression}.text ? {expression}.text : "");'
        value = {"text": expression, "url": f"{expression}.text", "msg": f"msg(lang, {expression})"}[item.kind]
        return f"{writer}(out, {value});"

    def take_asset(self, name):
        if name not in self.world.assets:
            self.fail(f"no static file {name}")
        self.html.hole("url", self.fail)
        self.flush()
        self.headers.add("web/assets.h")
        self.emit(f"g_string_append(out, asset_url({catalogue.c_string(name)}));")

    def take_icon(self, name):
        if name not in self.world.icons:
            self.fail(f"no icon {name}: add it to the list of icons")
        if self.html.state != "text":
            self.fail("an icon stands between tags")
        self.literal += '<svg class="icon" aria-hidden="true"><use href="'
        self.flush()
        self.headers.add("web/assets.h")
        self.emit('g_string_append(out, asset_url("icons.svg"));')
        self.literal += f'#{name}"></use></svg>'

    def message_entry(self, key):
        entry = self.world.messages.get(key)
        if not entry:
            self.fail(f"no key {key} in the catalogue")
        return entry

    def take_message(self, rest):
        key, *pairs = rest.split()
        entry, fills = self.message_entry(key), dict(pair.partition("=")[::2] for pair in pairs)
        if set(fills) != entry.placeholders() | ({"count"} if entry.plural else set()):
            self.fail(f"{key} needs {sorted(entry.placeholders())}, not {sorted(fills)}")
        if self.html.state == "value" and self.html.attribute in URL_ATTRIBUTES:
            self.fail("a catalogue text is no address")
        writer = self.html.hole("text", self.fail)
        self.flush()
        enum = catalogue.enum_name(key)
        if not fills:
            self.emit(f"{writer}(out, msg(lang, {enum}));")
            return
        self.emit("{")
        self.indent += 1
        self.emit_fills(writer, enum, entry, fills)
        self.indent -= 1
        self.emit("}")

    def emit_fills(self, writer, enum, entry, fills):
        text, args = f"msg(lang, {enum})", []
        for name, source in fills.items():
            item, expression = self.find_field(source)
            if name == "count" and entry.plural:
                if item.kind != "int":
                    self.fail(f"count must be an int, {source} is {item.kind}")
                text = f"msg_plural(lang, {enum}, {expression})"
            if item.kind == "int":
                self.headers.add("base/format.h")
                self.emit(f"char {name}_digits[FORMAT_NUMBER_SIZE];")
                expression = f"format_number_in({name}_digits, lang, {expression})"
            elif item.kind != "text":
                self.fail(f"{source} is {item.kind}: a placeholder takes text or int")
            args.append(f"{{{catalogue.c_string(name)}, {expression}}}")
        self.emit(f"const MsgArg args[] = {{{', '.join(args)}}};")
        self.emit(f"msg_write(out, {writer}, {text}, args, G_N_ELEMENTS(args));")

    # -- sections

    def condition(self, item, expression):
        return {"text": f"{expression} && *{expression}", "url": f"{expression}.text && *{expression}.text",
                "html_safe": f"{expression}.text && *{expression}.text", "bool": expression,
                "int": f"{expression} != 0", "list": f"{expression}_count > 0", "struct": expression}[item.kind]

    def open_section(self, sigil, name):
        item, expression = self.find_field(name)
        if item.kind == "msg":
            self.fail(f"{name} is a msg: it is always there")
        self.flush()
        self.html.between_attributes(self.fail)
        self.sections.append((sigil, name, self.html.place(), self.html.at_value_start, item))
        if sigil == "^":
            self.emit(f"if (!({self.condition(item, expression)})) {{")
            self.indent += 1
        elif item.kind == "list":
            self.open_list(item, expression)
        else:
            self.emit(f"if ({self.condition(item, expression)}) {{")
            self.indent += 1
            if item.kind == "struct":
                self.scopes.append(Scope(self.world.structs[item.of], expression + "->"))

    def open_list(self, item, expression):
        self.depth += 1
        index = f"i{self.depth}"
        self.emit(f"for (size_t {index} = 0; {index} < {expression}_count; {index}++) {{")
        self.indent += 1
        if item.of == "text":
            self.scopes.append(Scope(None, f"{expression}[{index}]"))
        else:
            struct = self.world.structs[item.of]
            self.emit(f"const {struct.c_name} *r{self.depth} = &{expression}[{index}];")
            self.scopes.append(Scope(struct, f"r{self.depth}->"))

    def close_section(self, name):
        if not self.sections:
            self.fail(f"{{{{/{name}}}}} closes nothing")
        sigil, opened, place, at_start, item = self.sections.pop()
        if name != opened:
            self.fail(f"{{{{/{name}}}}} closes {{{{{sigil}{opened}}}}}")
        self.html.between_attributes(self.fail)
        if self.html.place() != place:
            self.fail(f"{{{{{sigil}{name}}}}} ends elsewhere in the HTML than it began: "
                      f"{place} and {self.html.place()}")
        self.html.at_value_start = self.html.at_value_start and at_start
        self.flush()
        if sigil == "<":
            self.close_wrapper(name)
            return
        if sigil == "#" and item.kind in ("list", "struct"):
            self.scopes.pop()
            self.depth -= item.kind == "list"
        self.indent -= 1
        self.emit("}")

    # -- other templates

    def partial(self, rest):
        name, _, arguments = rest.partition(" ")
        target = self.world.templates.get(name)
        if not target:
            self.fail(f"no template {name}")
        self.headers.add(f"web/{name}_view.h")
        arguments = arguments.strip()
        if arguments and "=" not in arguments:
            item, expression = self.find_field(arguments)
            if item.kind != "struct" or item.of != name:
                self.fail(f"{arguments} is not a view of {name}")
            return target, expression
        return target, self.build_view(target, arguments)

    def build_view(self, target, arguments):
        pairs = re.findall(r'([a-z][a-z0-9_]*)=("[^"]*"|[a-z0-9_.]+)', arguments)
        if re.sub(r'[a-z][a-z0-9_]*=("[^"]*"|[a-z0-9_.]+)', "", arguments).strip():
            self.fail(f"cannot read {arguments}")
        given = dict(pairs)
        for name in given:
            if name not in target.view.fields:
                self.fail(f"{target.name} has no field {name}")
        parts = []
        for item in target.view.fields.values():
            if item.name in given:
                parts += self.argument(target, item, given[item.name])
            elif not item.optional and item.kind != "bool":
                self.fail(f"{target.name} needs {item.name}")
        self.depth += 1
        variable = f"v{self.depth}"
        self.depth -= 1
        self.pending_view = f"const {target.view.c_name} {variable} = {{{', '.join(parts) or '0'}}};"
        return f"&{variable}"

    def argument(self, target, item, value):
        if value.startswith('"'):
            literal = value[1:-1]
            if item.kind == "text":
                return [f".{item.name} = {catalogue.c_string(literal)}"]
            if item.kind == "bool" and literal in ("yes", "no"):
                return [f".{item.name} = {'true' if literal == 'yes' else 'false'}"]
            if item.kind == "msg":
                if self.message_entry(literal).placeholders():
                    self.fail(f"{literal} has placeholders: fill it in C")
                return [f".{item.name} = {catalogue.enum_name(literal)}"]
            self.fail(f"{target.name}.{item.name} is a {item.kind}: it takes no literal")
        source, expression = self.find_field(value)
        if (source.kind, source.of) != (item.kind, item.of):
            self.fail(f"{target.name}.{item.name} is a {item.kind} {item.of}, {value} a {source.kind} {source.of}")
        count = [f".{item.name}_count = {expression}_count"] if item.kind == "list" else []
        return [f".{item.name} = {expression}"] + count

    def begin_partial(self, rest):
        if self.html.state != "text":
            self.fail("another template may only stand between tags")
        self.pending_view = None
        target, expression = self.partial(rest)
        self.flush()
        self.emit("{")
        self.indent += 1
        if self.pending_view:
            self.emit(self.pending_view)
        return target, expression

    def end_block(self):
        self.indent -= 1
        self.emit("}")

    def take_partial(self, rest):
        target, expression = self.begin_partial(rest)
        if target.has_body:
            self.fail(f"{target.name} goes around something: {{{{< {target.name} …}}}}")
        self.emit(f"{target.name}_render(out, lang, {expression});")
        self.end_block()

    def open_wrapper(self, rest):
        target, expression = self.begin_partial(rest)
        if not target.has_body:
            self.fail(f"{target.name} has no {{{{$body}}}}")
        self.emit(f"{target.name}_begin(out, lang, {expression});")
        self.depth += 1
        self.sections.append(("<", target.name, self.html.place(), False, None))
        self.wrappers = getattr(self, "wrappers", []) + [expression]

    def close_wrapper(self, name):
        self.emit(f"{name}_end(out, lang, {self.wrappers.pop()});")
        self.depth -= 1
        self.end_block()

    def take_body(self, rest):
        if rest != "body" or self.split_at is not None:
            self.fail("a template holds one {{$body}}")
        if self.sections or self.html.state != "text":
            self.fail("{{$body}} stands between tags and in no section")
        self.flush()
        self.split_at = len(self.lines)


NOTICE = "/* Made by tools/templates.py from {path}; do not edit. */"


def prototypes(template):
    view = f"GString *out, Lang lang, const {template.view.c_name} *view"
    verbs = ["begin", "end"] if template.has_body else ["render"]
    return [f"void {template.name}_{verb}({view})" for verb in verbs]


def render_struct(struct, world):
    lines = [f"typedef struct {struct.c_name} {{"]
    for item in struct.fields.values():
        if item.kind in SCALARS:
            lines.append(f"    {SCALARS[item.kind]}{item.name};")
            continue
        c_name = "char *const" if item.of == "text" else world.structs[item.of].c_name
        nullable = item.kind == "struct" and item.optional
        lines.append(f"    const {c_name} *{item.name};" + (" /* may be NULL */" if nullable else ""))
        if item.kind == "list":
            lines.append(f"    size_t {item.name}_count;")
    if not struct.fields:
        lines.append("    char nothing; /* C has no empty struct */")
    return lines + [f"}} {struct.c_name};", ""]


def in_order(structs):
    """Structs after those they hold: all are pointers, but one order makes the header read downwards."""
    return sorted(structs, key=lambda struct: struct.own_view)


def render_header(template, world):
    guard = f"FILO_WEB_{template.name.upper()}_VIEW_H"
    own = {struct.c_name for struct in template.structs} | {template.view.c_name}
    needed = {world.structs[item.of].template for struct in template.structs + [template.view]
              for item in struct.fields.values() if item.of and item.of != "text"
              and world.structs[item.of].c_name not in own}
    lines = [NOTICE.format(path=os.path.basename(template.path)),
             "/* The caller owns the view and all it points to; nothing is kept after the call. */",
             f"#ifndef {guard}", f"#define {guard}", "", '#include "base/catalogue.h"']
    lines += [f'#include "web/{name}_view.h"' for name in sorted(needed)] + [""]
    lines += [f"typedef struct {struct.c_name} {struct.c_name};" for struct in template.structs]
    for struct in in_order(template.structs + [template.view]):
        text = render_struct(struct, world)
        if struct in template.structs:
            text[0], text[-2] = f"struct {struct.c_name} {{", "};"
        lines += text
    return "\n".join(lines + [prototype + ";" for prototype in prototypes(template)] + ["", "#endif", ""])


def render_source(template, world):
    compiler = Compiler(world, template)
    compiler.compile()
    headers = sorted(compiler.headers | {f"web/{template.name}_view.h"})
    lines = [NOTICE.format(path=os.path.basename(template.path))]
    lines += [f'#include "{header}"' for header in headers] + [""]
    split = compiler.split_at
    bodies = [compiler.lines] if split is None else [compiler.lines[:split], compiler.lines[split:]]
    for prototype, body in zip(prototypes(template), bodies):
        text = "\n".join(body)
        unused = [f"    (void){name};" for name in ("lang", "view") if not re.search(rf"\b{name}\b", text)]
        lines += [prototype, "{"] + unused + body + ["}", ""]
    return "\n".join(lines)


def read_list(path):
    with open(path, encoding="utf-8") as file:
        return {line.strip() for line in file if line.strip() and not line.startswith("#")}


def compile_all(paths, messages, icons, assets, out):
    templates = [read_template(path) for path in paths]
    world = World(templates, messages, icons, assets)
    results = [(template, render_header(template, world), render_source(template, world)) for template in templates]
    for template, header, source in results:
        catalogue.write_if_changed(os.path.join(out, f"{template.name}_view.h"), header)
        catalogue.write_if_changed(os.path.join(out, f"{template.name}_view.c"), source)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, help="folder for NAME_view.h and NAME_view.c")
    parser.add_argument("--po", nargs=len(catalogue.LANGS), required=True, help="the catalogues")
    parser.add_argument("--icons", required=True, help="list of icons, one a line")
    parser.add_argument("--assets", nargs="+", required=True, help="names of the static files")
    parser.add_argument("templates", nargs="+", metavar="FILE")
    args = parser.parse_args()
    try:
        compile_all(args.templates, catalogue.load(args.po)[0], read_list(args.icons), set(args.assets), args.out)
    except (TemplateError, catalogue.CatalogueError) as error:
        sys.exit(f"templates: {error}")


if __name__ == "__main__":
    main()
