"""Pages measured in a headless Chromium: what a person would see at a width, in light or dark."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# An inner frame is as narrow as a phone; a window of its own would not be.
_WRAPPER = """<!doctype html><meta charset="utf-8"><iframe id="f" src="{page}" style="border:0;width:{width}px;height:3000px"></iframe>
<pre id="out"></pre><script>
const frame = document.getElementById("f");
frame.addEventListener("load", () => setTimeout(() => {{
  const page = frame.contentDocument, view = frame.contentWindow, root = page.documentElement;
  const light = (colour) => {{
    const [r, g, b] = colour.match(/[\\d.]+/g).map((n) => n / 255).map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }};
  const behind = (node) => {{
    for (let one = node; one; one = one.parentElement) {{
      const colour = view.getComputedStyle(one).backgroundColor;
      if (!/rgba\\(.*, 0\\)|transparent/.test(colour)) return colour;
    }}
    return "rgb(255, 255, 255)";
  }};
  let contrast = 21;
  for (const node of page.body.querySelectorAll("*:not(.sr)")) {{
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || node.tagName === "SCRIPT") continue;
    const [a, b] = [light(view.getComputedStyle(node).color), light(behind(node))].sort((x, y) => y - x);
    contrast = Math.min(contrast, (a + 0.05) / (b + 0.05));
  }}
  const rails = [...page.querySelectorAll(".text")].map((text) => {{
    const box = text.getBoundingClientRect();
    const paths = [...text.querySelectorAll("svg path")].map((path) => path.getBBox());
    return {{ links: Number(text.querySelector("svg").dataset.links || 0), paths: paths.length,
      inside: paths.every((one) => one.x >= -2 && one.x + one.width <= box.width + 2) }};
  }});
  const drug = page.querySelector("mark.DRUG[tabindex]");
  let shining = 0;
  if (drug) {{ drug.dispatchEvent(new view.FocusEvent("focusin", {{ bubbles: true }})); shining = page.querySelectorAll("mark.on").length; }}
  document.getElementById("out").textContent = JSON.stringify({{
    overflow: root.scrollWidth - {width}, contrast, rails, shining,
    background: view.getComputedStyle(page.body).backgroundColor,
    words: page.body.innerText.length, small: Math.min(...[...page.querySelectorAll("td, .text, p")].map((n) => parseFloat(view.getComputedStyle(n).fontSize))),
  }});
}}, 400));
</script>"""


def browser() -> str:
    """The path of a Chromium. Skips the test where there is none; in CI that is a failure."""
    for name in (os.environ.get("ANAMNESIS_TEST_BROWSER", ""), *_NAMES):
        if name and (found := shutil.which(name)):
            return found
    message = "no Chromium: install the package chromium, or name one in ANAMNESIS_TEST_BROWSER"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def measure(page: Path, width: int, *, dark: bool = False) -> dict[str, Any]:
    """Load a page in a frame of a width and return what was measured there."""
    program = browser()
    wrapper = page.with_name(f"wrapper-{width}-{dark}.html")
    wrapper.write_text(_WRAPPER.format(page=page.as_uri(), width=width), encoding="utf-8")
    done = subprocess.run(
        [
            program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", f"--user-data-dir={page.parent / 'browser'}",
            "--allow-file-access-from-files", f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            f"--window-size={max(width, 500)},1200", "--virtual-time-budget=5000", "--dump-dom", wrapper.as_uri(),
        ],
        capture_output=True,
        timeout=240,
        check=True,
    )  # fmt: skip
    found = re.search(r'<pre id="out">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
    assert found is not None
    assert found[1], "the page did not load"
    measured: dict[str, Any] = json.loads(html.unescape(found[1]))
    return measured
