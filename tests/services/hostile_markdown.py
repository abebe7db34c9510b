"""Inputs that somebody who means harm would type: seeds of the known families and their mutations, the same ones at each run."""

from collections.abc import Iterator
from random import Random

_ALERT = "alert(1)"

# Addresses that some browser, at some time, executed or read as another host.
TARGETS = (
    f"javascript:{_ALERT}",
    f"JaVaScRiPt:{_ALERT}",
    f"javascript://a.fr/%0a{_ALERT}",
    "javascript:0",
    "javascript:80/",
    f" javascript:{_ALERT}",
    f"java\tscript:{_ALERT}",
    f"java\nscript:{_ALERT}",
    f"java\rscript:{_ALERT}",
    f"java\x00script:{_ALERT}",
    f"\x01javascript:{_ALERT}",
    f"\x0bjavascript:{_ALERT}",
    f"&#106;avascript:{_ALERT}",
    f"&#x6A&#x61;vascript:{_ALERT}",
    f"&#0000106avascript:{_ALERT}",
    f"javascript&colon;{_ALERT}",
    f"javascript&#58;{_ALERT}",
    f"java&Tab;script:{_ALERT}",
    f"java&NewLine;script:{_ALERT}",
    f"%6aavascript:{_ALERT}",
    f"javascript%3A{_ALERT}",
    f"java%0ascript:{_ALERT}",
    f"javascript\\:{_ALERT}",
    f"\\javascript:{_ALERT}",
    f"ｊavascript:{_ALERT}",
    f"javascript：{_ALERT}",
    f"javaſcript:{_ALERT}",
    f"java\u200bscript:{_ALERT}",
    f"java\u00adscript:{_ALERT}",
    f"\u202ejavascript:{_ALERT}",
    f"\ufeffjavascript:{_ALERT}",
    f"\u2028javascript:{_ALERT}",
    f"\u00a0javascript:{_ALERT}",
    f"feed:javascript:{_ALERT}",
    f"view-source:javascript:{_ALERT}",
    f"livescript:{_ALERT}",
    f"mocha:{_ALERT}",
    'vbscript:msgbox("x")',
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "DATA:text/html,x",
    "file:///etc/passwd",
    "blob:https://a.fr/x",
    "filesystem:https://a.fr/x",
    "jar:https://a.fr!/x",
    "ftp://a.fr/",
    "//evil.example/x",
    "/\\evil.example/x",
    "\\\\evil.example/x",
    "///evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:\\\\evil.example",
    "https://mairie.fr@evil.example/",
    "https://mairie.fr%40evil.example/",
    "https://mairie.fr\\@evil.example/",
    "https://a.fr/\u202egpj.exe",
    "https://a.fr/' onmouseover='alert(1)",
    'https://a.fr/" onmouseover="alert(1)',
    'https://a.fr/"onmouseover=alert(1)//',
    "https://a.fr/><script>alert(1)</script>",
    "https://a.fr/`onerror=alert(1)`",
    "mailto:a@b.fr\nBcc:c@d.fr",
    "mailto:javascript:alert(1)",
    "tel:javascript:alert(1)",
    "#javascript:alert(1)",
    '#"><img src=x onerror=alert(1)>',
    "media:abc",
    "media:../../secret",
    "",
    " ",
    "x" * 3000,
    "https://" + "a" * 3000,
    "https://[::1]/",
    "https://a.fr:99999999/",
    "https://a.fr/%",
    "https://a.fr/%zz|\u0327",
    "/ok",
    "https://a.fr/ok_(b)_c",
)

# Markup that must come out as the characters that were typed.
HTML = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example></sCrIpT>",
    "<script\n>alert(1)</script\n>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1)//<</script>",
    "<script/src=data:,alert(1)>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=`javascript:alert(1)`>",
    '<img """><script>alert("x")</script>">',
    "<img src=x:alert(alt) onerror=eval(src) alt=xss>",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<svg><style>{font-family:'<iframe/onload=alert(1)>'",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'>",
    "<object data=data:text/html,x>",
    "<embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>a</a>",
    "<a href='&#1;javascript:alert(1)'>a</a>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<form action=javascript:alert(1)><input type=submit>",
    "<button formaction=javascript:alert(1)>x",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<div style=width:expression(alert(1))>",
    "<style>@import'//evil.example';</style>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><script>alert(1)</script>",
    "<title></title><img src=x onerror=alert(1)>",
    "<xmp><p title='</xmp><svg/onload=alert(1)>'>",
    "<plaintext>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<!-- --!><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "<!DOCTYPE html><html onload=alert(1)>",
    "<x onclick=alert(1)>x</x>",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "＜script＞alert(1)＜/script＞",
    "\x3cscript\x3ealert(1)\x3c/script\x3e",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;",
    "&#60;script&#62;alert(1)",
    "&copy &nbsp; &NoSuch; &#0; &#xD800; &#x110000;",
    '"><script>alert(1)</script>',
    "'-alert(1)-'",
    "{{7*7}}{% raw %}${7*7}<%= 7*7 %>",
    "\x02wzxhzdk:0\x03 \x02klzzwxh:0001\x03 \x02amp\x03lt;",
)

# Shapes of Markdown that have broken one parser or another.
SHAPES = (
    "| | | |\n| | | |\n| | | |\n",
    "|a|b|\n|-|-|\n|`|`|`|\n|\\|\\||\n",
    "| a |\n| - |\n| b",
    "a | b\n--- | ---\n" + "|" * 50,
    "[[[[a](b)](c)](d)](e)",
    "[a[b](/x)c](/y)",
    "![a[b](/x)](media:abc)",
    "[![a](media:abc)](/x)",
    "![a](media:ABC) ![a](media:) ![a](http://a.fr/x.png) ![a](data:image/png;base64,AA)",
    "[a](/x \"t\") [a](/x 't') [a](</x>) [a](</x y>) [a](( )) [a]()",
    "[a]: /x\n\n[a] [a][] [a][a] ![a]",
    "* * *\n- - -\n_ _ _\n***\n---\n___",
    "* - + * - + a",
    "> > > > > > > > > > > > > > > > a\n> b\nc",
    "- a\n > b\n  - c\n   1. d\n    # e\n     f",
    "1. a\n2. b\n\n3. c\n- d\n\n    e\n\n10000000000000000000. f",
    "٣. a\n１. b",
    "    code\n\n\tcode\n\n```html\n<script>\n```\n~~~\nx\n~~~",
    "Titre\n=====\n\nTitre\n-----\n",
    "# a\n## b ##\n### c \\###\n####### d\n#e\n#\n# #\n",
    "*a **b* c** ***d* e** **f*g** _h__i_ *_*_ ****j**** *** ***",
    "**a*b****c* *a**b***c**",
    "`a *b* ` c",
    "a  \nb\\\nc\\\\\nd   ",
    "a[^1] b[^1] c[^2]\n\n[^1]: x[^2]\n[^1]: twice\n[^2]: y[^1]\n\n    more\n\n[^3]: never",
    "[^a]: b\n    [^c]: d\n\n> [^e]: f\n\n- [^g]: h[^a][^c][^e][^g]",
    "[^a b]: c\n\n[^]: d\n\n[^<script>]: e [^a b] [^] [^<script>]",
    "<https://a.fr> <HTTP://A.fr> <javascript:alert(1)> <a@b.fr> <mailto:a@b.fr> <https://a.fr/<b>>",
    "l'eau : « oui » ! 'a' d'*un* https://a.fr/l'eau?x=1 ; a@b.fr !",
    "e\u0301 \u0338a >\u0338 <\u0338 =\u0338 \u1100\u1161 \u037e \u1fef",
    "\u202eabc\u202c \u2066x\u2069 \u200e \u200f \ufeff",
    "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g",
    "\ud800 \udfff \ufffe \uffff \U0001ffff",
    "[a](/x)[b](/x) [a](/x) [b](/x) *[a](/x)b* [*a*](/x)*b*",
    "- \\\n\n    - \\\n\n    a\n- \\",
)

# Known to take the library, or a careless reader, more than the square of the length.
PATHOLOGICAL = (
    "| | | |\n|-|-|-|\n| | | |\n",
    "|",
    "||\n",
    "\\|",
    "[",
    "[]",
    "[a](",
    "[a]((",
    "![",
    "![[a]",
    "]",
    "<![CDATA[",
    "<!--",
    "<",
    "<http:a",
    "<a@",
    "a@",
    "&#x41;",
    "* * *\n",
    "* ",
    "*",
    "*a",
    "**a *b ",
    "_a_",
    "*_",
    ">",
    "> ",
    "> - ",
    "- ",
    "- a\n",
    "- a\n\n",
    "1. ",
    "# ",
    "#",
    "a\n# b\n",
    "a\n\n",
    "a  \n",
    "\\\n",
    "\\",
    " ",
    "\t",
    "    a\n",
    "\n",
    "```\n",
    "`",
    "[^1]",
    "[^1]: a\n",
    "x[^1]\n\n[^1]: ",
    "https://",
    "www.a",
    "« : ! ' ",
    "\u0301",
    "\u202e",
    "😀",
    "![](media:a)\n\n",
)

# In what a hostile address may be put.
_AROUND_TARGET = (
    "[mot]({})",
    "[mot](<{}>)",
    "[mot]( {} )",
    '[*mot*]({} "titre")',
    "![alt]({})",
    "[![alt]({})](/x)",
    "<{}>",
    "[a]: {}\n\n[a] [mot][a]",
    "| a |\n| - |\n| [mot]({}) |",
    "- > [mot]({})[^1]\n\n[^1]: <{}>",
)
_AROUND_HTML = (
    "{}",
    "mot {} mot",
    "*{}*",
    "[{}](/x)",
    "[mot](/x{})",
    "![{}](media:abc)",
    "# {}",
    "> {}\n\n{}",
    "- {}",
    "| {} | b |\n| - | - |\n| {} | c |",
    "a[^1]\n\n[^1]: {}",
    "[^{}]\n\n[^{}]: a",
    "\\{}",
    "`{}`",
    "    {}",
    "<div>\n\n{}\n\n</div>",
)


def seeds() -> Iterator[str]:
    """Yields each hostile address and each piece of HTML in each place where it could stand, and the shapes."""
    for target in TARGETS:
        yield from (place.replace("{}", target) for place in _AROUND_TARGET)
    for html in HTML:
        yield from (place.replace("{}", html) for place in _AROUND_HTML)
    yield from SHAPES


def mutations(number: int, *, seed: int = 1) -> Iterator[str]:
    """Yields `number` texts made of seeds by cutting, joining, doubling and replacing."""
    random = Random(seed)
    pool = [text for text in seeds() if len(text) < 400]
    glue = ("", " ", "\n", "\n\n", "\n> ", "\n    ", "\n- ", "*", "[", "](", ")", "|", "\\", "\x00", "<", "![", "`")
    for _ in range(number):
        text = random.choice(pool)
        for _ in range(random.randint(1, 3)):
            text = _mutate(text, random, pool, glue)
        yield text


def pathological(size: int) -> Iterator[tuple[str, str]]:
    """Yields a name and a text of `size` bytes for each pattern that repeats, and for some that nest."""
    for pattern in PATHOLOGICAL:
        yield repr(pattern), _filled(pattern, size)
    yield "brackets opened then closed", "[" * (size // 2) + "]" * (size // 2)
    yield "links opened then closed", _filled("[", size // 2) + _filled("](/x)", size // 2)
    yield "emphasis opened then closed", _filled("*a ", size // 2) + _filled("b* ", size // 2)
    yield "wide table", (("|a" * 40 + "\n" + "|-" * 40 + "\n") + _filled("a\n", size))[:size]
    yield "wider table", _filled("|", size // 2 - 1) + "\n" + _filled("|-", size // 2)
    yield "one note called often", ("[^1]: n\n\n" + _filled("[^1]", size))[:size]
    yield "many notes", "".join(f"a[^{number}]\n\n[^{number}]: n\n\n" for number in range(size // 16))[:size]
    yield "lists in each other", "\n".join("    " * depth + "- a" for depth in range(180))[:size]
    yield "quotes in each other", "\n".join(">" * depth + " a" for depth in range(350))[:size]
    yield "lazy lines", ("- a\n" + _filled("b\n", size))[:size]


def _filled(pattern: str, size: int) -> str:
    repeated = pattern * (size // len(pattern.encode("utf-8")) + 1)
    return repeated.encode("utf-8")[:size].decode("utf-8", "ignore")


def _mutate(text: str, random: Random, pool: list[str], glue: tuple[str, ...]) -> str:
    at = random.randint(0, len(text))
    to = min(len(text), at + random.randint(0, 12))
    match random.randrange(6):
        case 0:
            return text[:at] + text[to:]
        case 1:
            return text[:at] + random.choice(glue) + text[at:]
        case 2:
            return text[:at] + random.choice(pool) + text[to:]
        case 3:
            return text[:to] + text[at:]
        case 4:
            return text + random.choice(glue) + random.choice(pool)
        case _:
            return text[:at] + text[at:to].swapcase()[::-1] + text[to:]
