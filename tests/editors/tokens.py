"""What every token of a .spy file is, found by reading the file as the grammar says and not by
patterns; what an editor shows is held against it.

A token is (line from 1, byte from 0, text, kind). Kinds:

    comment doc string escape number constant value    literals; `value` is an enum's
    keyword import structure modifier                  words of the language
    attribute argument                                 @c and its `name`
    namespace type builtin                             chat . Message; int, list
    endpoint member function                           names that are declared
    operator punctuation
"""
import re

PIECE = re.compile(r'(?P<doc>///(?!/)[^\n]*)|(?P<comment>//[^\n]*|/\*.*?\*/)'
                   r'|(?P<string>"(?:[^"\\\n]|\\.)*")'
                   r'|(?P<number>-?[0-9][0-9a-zA-Z]*(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)'
                   r'|(?P<word>[A-Za-z_]\w*)|(?P<mark>->|[{}()<>\[\],;:.=?|@])|(?P<space>\s+)', re.S)
BUILTIN = set("bool int8 int16 int32 int64 int uint8 uint16 uint32 uint64 float double string "
              "bytes time duration uuid uri bigint any list set map stream".split())
CONSTANTS = {"true", "false", "now", "random"}
OPERATORS = {"->", "?", "|", "="}


class Reader:
    def __init__(self, text):
        self.tokens, self.todo = [], []
        at = 0
        while at < len(text):
            m = PIECE.match(text, at)
            if not m:
                raise ValueError("unexpected %r" % text[at:at + 20])
            at = m.end()
            start = text.rfind("\n", 0, m.start()) + 1
            place = (text.count("\n", 0, m.start()) + 1, len(text[start:m.start()].encode()))
            if m.lastgroup == "string":
                self.todo.append((place, m.group(), "string"))
            elif m.lastgroup in ("doc", "comment"):
                self.add(place, m.group(), m.lastgroup)
            elif m.lastgroup != "space":
                self.todo.append((place, m.group(), m.lastgroup))
        self.at = 0

    def add(self, place, text, kind):
        line, column = place
        for i, part in enumerate(text.split("\n")):
            self.tokens.append((line + i, column if not i else 0, part, kind))

    def add_string(self, place, text):
        line, column = place
        for part in re.findall(r'\\u\{[^}]*\}|\\.|[^\\]+', text):
            self.add((line, column), part, "escape" if part[0] == "\\" else "string")
            column += len(part.encode())

    def peek(self, ahead=0):
        i = self.at + ahead
        return self.todo[i][1] if i < len(self.todo) else ""

    def take(self, kind=None):
        """The next token, as a kind; marks and literals know theirs."""
        place, text, was = self.todo[self.at]
        self.at += 1
        if was == "string":
            self.add_string(place, text)
        else:
            self.add(place, text, kind or {"number": "number"}.get(was) or
                     ("operator" if text in OPERATORS else "punctuation"))
        return text

    def attributes(self):
        while self.peek() == "@":
            self.take("attribute")
            self.take("attribute")
            if self.peek() != "(":
                continue
            while self.peek() != ")":
                self.take()
                if re.match(r"\w", self.peek()) and not self.peek()[0].isdigit():
                    self.take("argument" if self.peek(1) == "=" else "constant")
            self.take()

    def type(self):
        if self.peek() == "(":
            while self.peek() != ")":
                self.take()
                self.type()
            self.take()
        elif self.peek(1) == ".":
            self.take("namespace")
            self.take()
            self.take("type")
        else:
            self.take("builtin" if self.peek() in BUILTIN else "type")
            if self.peek() == "<":
                while self.peek() != ">":
                    self.take()
                    self.type()
                self.take()
        if self.peek() == "?":
            self.take()

    def value(self):
        if self.peek() == "[":
            self.take()
            self.take()
        elif re.match(r"[a-z_]", self.peek()):
            self.take("constant" if self.peek() in CONSTANTS else "value")
        else:
            self.take()

    def member(self):
        self.attributes()
        if self.peek() == "reserved" and self.peek(1) != ":":
            self.take("keyword")
            self.take("member")
            return
        self.take("member")
        self.take()
        self.type()
        self.attributes()
        if self.peek() == "=":
            self.take()
            self.value()

    def method(self):
        self.attributes()
        if self.peek() == "messages" and self.peek(1) != "(":
            self.take("keyword")
            self.type()
            self.attributes()
        else:
            self.take("function")
            self.take()
            while self.peek() != ")":
                self.member()
                if self.peek() == ",":
                    self.take()
            self.take()
        if self.peek() == "->":
            self.take()
            self.type()
        if self.peek() == "throws":
            self.take("keyword")
            self.type()
            while self.peek() == ",":
                self.take()
                self.type()

    def enum_value(self):
        self.attributes()
        if self.peek() == "default" and self.peek(1) not in ",=;}":
            self.take("keyword")
        self.take("value")
        if self.peek() == "=":
            self.take()
            self.take()

    def body(self, item):
        self.take()
        while self.peek() != "}":
            item()
            while self.peek() in (";", ","):
                self.take()
        self.take()

    def declaration(self):
        self.attributes()
        while self.peek() in ("sealed", "immutable"):
            self.take("modifier")
        word = self.peek()
        if word == "package":
            self.take("keyword")
            self.take("namespace")
            self.take()
        elif word == "import":
            self.take("import")
            self.take()
            self.take()
        elif word == "union":
            self.take("structure")
            self.take("type")
            while self.peek() != ";":
                self.take()
                self.type()
            self.take()
        else:
            self.take("structure")
            self.take("endpoint" if word == "endpoint" else "type")
            if self.peek() == "extends":
                self.take("keyword")
                self.type()
            self.body({"enum": self.enum_value, "endpoint": self.method}.get(word, self.member))


def tokens(path):
    with open(path, encoding="utf-8") as f:
        reader = Reader(f.read())
    while reader.at < len(reader.todo):
        reader.declaration()
    return sorted(reader.tokens)


def compare(path, shown, expected):
    """Tokens that are shown as something else: `shown(line, byte)` says as what, `expected`
    maps kinds to it; None when it does not matter."""
    wrong = []
    for line, column, text, kind in tokens(path):
        want = expected[kind]
        if want is None:
            continue
        data = text.encode()
        for i in range(len(data)):
            if data[i:i + 1].isspace():
                continue
            got = shown(line, column + i)
            if not want(got):
                wrong.append("%s:%d:%d: '%s' is %s, shown as %s"
                             % (path, line, column + 1, text, kind, got or "nothing"))
                break
    return wrong
