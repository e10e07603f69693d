"""Draw charts where there is no browser: a process of its own, which pictures.py starts.

    python -m jejak.backoffice.drawing < asked.json > drawn.json

asked: {"language", "charts": [{"kind", "payload", "width", "height", "png": {"title", "description"} or null}]}
drawn: a list with an SVG, or a PNG in base64, for each of them.

The same modules draw as in the browser, so a picture in a mail is the one of the page. A process of its own keeps 60 MB
of V8 out of the server, can be stopped, and takes nothing with it should it fall. Needs no Django.
"""

import base64
import json
import re
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from py_mini_racer import MiniRacer, mini_racer

STATIC = Path(__file__).resolve().parent / "static"
FONTS = STATIC / "vendor" / "plus-jakarta-sans"
FONT = "Plus Jakarta Sans"
SCALE = 2
_MODULES = ("words", "theme", "line", "bar", "funnel", "sankey", "heatmap", "timeline", "map")
_DRAW = """
(asked, colors, font) => {
  const look = modules.theme.look((name) => colors[name], font, false);
  const chart = echarts.init(null, null, {renderer: "svg", ssr: true, width: asked.width, height: asked.height});
  const narrow = asked.width < 480;
  const option = modules[asked.kind].option(asked.payload, look, {width: asked.width, narrow});
  chart.setOption({...look.base, ...option, tooltip: {show: false}, animation: false}, true);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
"""
# What people typed comes in as data, and is set as plain text: it can neither be markup nor name a file.
_SHEET = """
#let asked = json(bytes(sys.inputs.asked))
#set page(width: (asked.width + 32) * 1pt, height: auto, margin: 16pt, fill: rgb(asked.card))
#set text(font: asked.font, fill: rgb(asked.ink), size: 13pt)
#set par(leading: 0.5em)
#if asked.title != "" { block(below: 10pt, text(size: 17pt, weight: 700, asked.title)) }
#if asked.description != "" { block(below: 12pt, text(fill: rgb(asked.soft), asked.description)) }
#image(bytes(asked.svg), format: "svg", width: asked.width * 1pt)
"""


def main() -> None:
    """Draw what is asked on standard input."""
    asked = json.load(sys.stdin)
    with mini_racer() as engine:
        _load(engine, asked["language"])
        svgs = [_svg(engine, one) for one in asked["charts"]]
    drawn = [
        _png(svg, one) if one["png"] is not None else svg
        for svg, one in zip(svgs, asked["charts"], strict=True)
    ]
    json.dump(drawn, sys.stdout)


def _load(engine: MiniRacer, language: str) -> None:
    engine.eval("globalThis.setTimeout ??= () => 0; globalThis.clearTimeout ??= () => undefined;")
    library = (STATIC / "vendor" / "echarts" / "echarts.js").read_text()
    body, exports = library.rsplit("export{", 1)
    names = ",".join(
        f"{public}:{local}" for local, public in re.findall(r"([\w$]+) as ([\w$]+)", exports.split("}")[0])
    )
    engine.eval(f"(() => {{ {body}; globalThis.echarts = {{ {names} }}; }})()")
    # Our modules ask the page for its language. ECharts must find no page, or it would measure its words on one.
    page = json.dumps({"documentElement": {"lang": language}})
    engine.eval(f"globalThis.modules = {{}}; globalThis.document = {page};")
    for name in _MODULES:
        engine.eval(_as_script(name))
    engine.eval("delete globalThis.document")


def _as_script(name: str) -> str:
    """Return a module as a script, as the engine knows none: what it exports lies in modules[name]."""
    module = (STATIC / "backoffice" / "js" / "charts" / f"{name}.js").read_text()
    module = re.sub(r'import (\{[^}]*\}) from "\./(\w+)\.js";', r"const \1 = modules.\2;", module)
    public = re.findall(r"^export (?:function|const) (\w+)", module, flags=re.MULTILINE)
    for listed in re.findall(r"^export \{([^}]*)\};", module, flags=re.MULTILINE):
        public += [one.strip() for one in listed.split(",")]
    module = re.sub(r"^export \{[^}]*\};", "", module, flags=re.MULTILINE)
    module = re.sub(r"^export ", "", module, flags=re.MULTILINE)
    return f"modules.{name} = (() => {{ {module}\nreturn {{ {', '.join(public)} }}; }})();"


def _svg(engine: MiniRacer, asked: dict[str, Any]) -> str:
    given = ", ".join(json.dumps(one) for one in (asked, _colors(), FONT))
    return str(engine.eval(f"({_DRAW})({given})"))


def _png(svg: str, asked: dict[str, Any]) -> str:
    colors = _colors()
    said = asked["png"] | {
        "svg": svg,
        "width": asked["width"],
        "font": FONT,
        **{name: _hex(colors[name]) for name in ("card", "ink", "soft")},
    }
    with tempfile.TemporaryDirectory(prefix="jejak-drawing-") as folder:
        sheet = Path(folder) / "sheet.typ"
        sheet.write_text(_SHEET)
        picture = typst.compile(
            sheet,
            root=sheet.parent,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            format="png",
            ppi=72.0 * SCALE,
            sys_inputs={"asked": json.dumps(said)},
        )
    return base64.b64encode(picture).decode()


@lru_cache(maxsize=1)
def _colors() -> dict[str, str]:
    """Return the colours of the style sheet by day, as rgb(…): its light-dark() has both."""
    sheet = (STATIC / "backoffice" / "css" / "tokens.css").read_text()
    found = re.findall(r"--jk-([\w-]+): light-dark\(#([0-9a-f]{6}),", sheet)
    return {name: f"rgb({', '.join(str(part) for part in bytes.fromhex(value))})" for name, value in found}


def _hex(color: str) -> str:
    return "#" + bytes(int(part) for part in re.findall(r"\d+", color)).hex()


if __name__ == "__main__":
    main()
