"use strict";
// Joins each drug to its attributes above their lines: one rail for each drug and line of text, so that no line is
// drawn through words, however narrow the page. Drawn again whenever the text wraps anew.
(() => {
  const COLOURS = 6, CORNER = 5, STEP = 4.5, CLEAR = 3, SAME_LINE = 9;

  const groups = (text) => {
    const found = new Map();
    for (const mark of text.querySelectorAll("mark[data-of]"))
      for (const id of mark.dataset.of.split(" ")) {
        const drug = document.getElementById(id);
        if (!drug) continue;
        if (!found.has(drug)) found.set(drug, []);
        found.get(drug).push(mark);
      }
    return [...found].map(([drug, attributes]) => ({ drug, attributes }));
  };

  const anchor = (mark, frame) => {
    const box = mark.getClientRects()[0];
    return { x: box.left - frame.left + Math.min(box.width / 2, 26), y: box.top - frame.top };
  };

  const draw = (text) => {
    const svg = text.querySelector("svg"), frame = text.getBoundingClientRect(), width = frame.width;
    svg.replaceChildren();
    const all = groups(text).map(({ drug, attributes }) => ({
      drug, attributes, ends: [drug, ...attributes].map((mark) => ({ mark, ...anchor(mark, frame) })),
    }));
    const tops = [];
    for (const y of [...text.querySelectorAll("mark")].flatMap((mark) => [...mark.getClientRects()])
      .map((box) => box.top - frame.top).sort((a, b) => a - b))
      if (!tops.length || y - tops[tops.length - 1] > SAME_LINE) tops.push(y);
    const lineOf = (y) => tops.findIndex((top) => Math.abs(top - y) <= SAME_LINE);
    const rails = [];
    for (const [number, group] of all.entries()) {
      const lines = group.ends.map((end) => lineOf(end.y));
      const first = Math.min(...lines), last = Math.max(...lines);
      for (let line = first; line <= last; line++) {
        const here = group.ends.filter((_, place) => lines[place] === line).sort((a, b) => a.x - b.x);
        const from = line > first ? 0 : here[0].x, to = line < last ? width : here[here.length - 1].x;
        rails.push({ group, colour: number % COLOURS, line, from, to, here, open: [line > first, line < last] });
      }
    }
    for (let line = 0; line < tops.length; line++) {
      const levels = [];
      const ours = rails.filter((rail) => rail.line === line).sort((a, b) => a.to - a.from - (b.to - b.from));
      for (const rail of ours) {
        let level = 0;
        while ((levels[level] || []).some((other) => rail.from < other.to + 6 && other.from < rail.to + 6)) level++;
        (levels[level] = levels[level] || []).push(rail);
        rail.level = level;
      }
      const step = Math.min(STEP, 15 / Math.max(levels.length, 1));
      for (const rail of ours) shape(svg, rail, tops[line], step);
    }
    svg.dataset.links = String(all.reduce((sum, group) => sum + group.attributes.length, 0));
  };

  const shape = (svg, rail, top, step) => {
    const y = top - CLEAR - 4 - rail.level * step, foot = top - 1, parts = [];
    const corner = Math.min(CORNER, foot - y);
    const [openLeft, openRight] = rail.open, { here, from, to } = rail;
    if (to - from > 2 * corner || openLeft || openRight) {
      parts.push(openLeft ? `M${from} ${y}` : `M${from} ${foot}V${y + corner}Q${from} ${y} ${from + corner} ${y}`);
      parts.push(openRight ? `H${to}` : `H${to - corner}Q${to} ${y} ${to} ${y + corner}V${foot}`);
    }
    for (const end of here) if (end.x > from + 1 && end.x < to - 1) parts.push(`M${end.x} ${y}V${foot}`);
    const classes = `r${rail.colour}`;
    const add = (name, attributes) => {
      const node = document.createElementNS(svg.namespaceURI, name);
      for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
      node.marks = new Set([rail.group.drug, ...rail.group.attributes]);
      svg.append(node);
    };
    add("path", { class: `rail ${classes}`, d: parts.join("") });
    for (const end of here)
      add("circle", { class: `dot ${classes}`, cx: end.x, cy: foot, r: end.mark === rail.group.drug ? 3.4 : 2.1 });
  };

  const shine = (text, mark) => {
    const on = new Set();
    for (const node of text.querySelectorAll("svg > *")) {
      const hit = mark !== null && node.marks.has(mark);
      node.classList.toggle("on", hit);
      if (hit) node.marks.forEach((one) => on.add(one));
    }
    for (const one of text.querySelectorAll("mark")) one.classList.toggle("on", on.has(one) || one === mark);
    text.classList.toggle("dim", on.size > 0);
  };

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) draw(entry.target);
  }, { rootMargin: "400px" });
  const resized = new ResizeObserver((entries) => {
    for (const entry of entries) if (entry.target.querySelector("svg").childElementCount) draw(entry.target);
  });
  for (const text of document.querySelectorAll(".text")) {
    seen.observe(text);
    resized.observe(text);
    const markOf = (event) => event.target.closest("mark[id], mark[data-of]");
    for (const name of ["pointerover", "focusin", "click"])
      text.addEventListener(name, (event) => shine(text, markOf(event)));
    for (const name of ["pointerleave", "focusout"]) text.addEventListener(name, () => shine(text, null));
  }
  if (document.fonts) document.fonts.ready.then(() => document.querySelectorAll(".text").forEach(draw));
})();
