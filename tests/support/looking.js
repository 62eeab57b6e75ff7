// What is wrong to the eye of the page as it stands, one line each: « fault: words | where ». Evaluated in the page by looking.py.
() => {
  "use strict";
  const found = new Set();
  const root = document.querySelector("dialog[open], .menu[open] .menu-in") ?? document.body;
  const where = (node) => {
    const path = [];
    for (let e = node; e && e !== document.body && path.length < 4; e = e.parentElement) {
      path.unshift(e.localName + (e.id ? `#${e.id}` : "") + [...e.classList].map((name) => `.${name}`).join(""));
    }
    return path.join(" ");
  };
  const tell = (fault, words, node) => found.add(`${fault}: ${words.trim().replace(/\s+/g, " ").slice(0, 60)} | ${where(node)}`);

  const LONGEST = 24; // letters without a place to break: a longer name may be cut where nothing else helps
  const PART = /(?:\d+\/)+\d+|[^\s\u00a0\u202f\u200b\u00ad\u002d\u2010\u2013/]+[\u002d\u2010\u2013/]?/gu; // a word, a number, a date
  const BLOCK = /^(block|flex|grid|table|table-cell|table-caption|list-item|inline-block|inline-flex|flow-root)$/;
  const styles = new Map();
  const style = (e) => styles.get(e) ?? styles.set(e, getComputedStyle(e)).get(e);
  const block = (e) => { while (e.parentElement && !BLOCK.test(style(e).display)) e = e.parentElement; return e; };
  const floats = (e) => { for (; e && e !== root; e = e.parentElement) if (/sticky|fixed/.test(style(e).position)) return true; return false; };
  const unseen = (e) => { for (; e && e !== root; e = e.parentElement) if (style(e).clipPath !== "none") return true; return false; };
  const range = document.createRange();
  const rects = (node, from, to) => {
    range.setStart(node, from);
    range.setEnd(node, to);
    return [...range.getClientRects()].filter((r) => r.width > 0.5 && r.height > 1);
  };

  // ---- Sideways
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) tell("sideways", `${document.documentElement.scrollWidth} > ${width}`, root);

  // ---- Words and lines
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const boxes = [];
  let before = null; // where the text of the same block went before
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data;
    if (!text.trim()) continue;
    const parent = node.parentElement;
    if (/^(script|style|option|title|noscript|textarea)$/.test(parent.localName)) continue;
    if (!parent.checkVisibility({ visibilityProperty: true })) continue;
    const whole = rects(node, 0, text.length).filter((r) => r.right > -999); // the link that skips waits far off
    const machine = parent.closest("pre, code, .code, .secret, .address"); // broken where it may be
    if (!whole.length || unseen(parent)) continue;
    const of = block(parent);
    const lines = new Set(whole.map((r) => Math.round(r.top)));
    for (const sign of machine ? [] : text.matchAll(/(^|[\s\u00a0\u202f])([:;?!»·])/g)) {
      const at = sign.index + sign[1].length;
      const [r] = rects(node, at, at + 1);
      if (!r) continue;
      const previous = text.slice(0, at).trimEnd().length;
      const last = previous ? rects(node, previous - 1, previous).at(-1) : before?.of === of ? before.last : null;
      if (last && r.top >= last.bottom - 2) tell("line begins with", text.slice(Math.max(0, at - 25), at + 2), parent);
    }
    if (lines.size > 1 && !machine) {
      for (const part of text.matchAll(PART)) {
        if (part[0].length < 2 || part[0].length > LONGEST || /@|\]\(/.test(part[0])) continue;
        const pieces = rects(node, part.index, part.index + part[0].length);
        const top = pieces[0]?.top;
        if (pieces.reduce((sum, r) => sum + r.width, 0) > 0.7 * width) continue; // no line of this screen holds it
        if (pieces.some((r) => Math.abs(r.top - top) > r.height / 2)) tell("cut word", part[0], parent);
      }
    }
    before = { of, last: whole.at(-1) };
    if (floats(parent)) continue;
    const frame = parent.closest("td, th, button, .button, .sheet, .tag, dd, .notice") ?? of;
    const edge = frame.getBoundingClientRect();
    for (const r of whole) {
      if (r.right > edge.right + 1 || r.left < edge.left - 1) tell("runs out", text, parent);
      else if (r.right > width + 1 || r.left < -1) tell("off the screen", text, parent);
      boxes.push({ r, node, parent });
    }
  }

  // ---- Text over text
  boxes.sort((a, b) => a.r.top - b.r.top);
  boxes.forEach((a, i) => {
    for (let j = i + 1; j < boxes.length && boxes[j].r.top < a.r.bottom; j += 1) {
      const b = boxes[j];
      if (a.node === b.node) continue;
      const wide = Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left);
      const high = Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top);
      if (wide > 2 && high > 0.4 * Math.min(a.r.height, b.r.height)) tell("overlaps", `${a.node.data} / ${b.node.data}`, b.parent);
    }
  });

  // ---- Text that is clipped
  for (const e of root.querySelectorAll("*")) {
    if (e.scrollWidth <= e.clientWidth + 1 || /^(inline|none|contents)$/.test(style(e).display)) continue;
    const typed = /^(input|textarea|select)$/.test(e.localName);
    if (typed ? !/^(date|time)$/.test(e.type) : style(e).overflowX === "visible" || unseen(e) || e.clientWidth < 2) continue;
    if (e.checkVisibility({ visibilityProperty: true })) tell("clipped", e.textContent || e.value, e);
  }

  // ---- A control that is wrong wears the colour of what is said of it; the words of a label stay together
  for (const e of root.querySelectorAll(".wrong > input, .wrong > select, .wrong > textarea, .wrong .choices")) {
    const said = e.closest(".wrong").querySelector(".error");
    if (said && !/^(radio|checkbox)$/.test(e.type) && style(e).borderTopColor !== style(said).color) tell("wrong in vain", said.textContent, e);
  }
  for (const e of root.querySelectorAll("label, .button, .tag")) {
    const words = [...e.childNodes].filter((one) => one.nodeType === Node.TEXT_NODE && one.data.trim());
    if (words.length > 1 && /flex|grid/.test(style(e).display) && parseFloat(style(e).columnGap) > 6) tell("falls apart", e.textContent, e);
  }

  // ---- Labels that the stylesheet writes before a cell: no range is within them
  const ruler = document.createElement("canvas").getContext("2d");
  for (const e of root.querySelectorAll(".cards [data-label]")) {
    const before = getComputedStyle(e, "::before");
    const label = e.dataset.label;
    if (before.content === "none" || before.display !== "block" || !label || !e.checkVisibility()) continue;
    ruler.font = `${before.fontWeight} ${before.fontSize} ${before.fontFamily}`;
    const parts = before.whiteSpace === "nowrap" ? [label] : label.split(/[\s\u00a0-]/);
    const widest = Math.max(...parts.map((part) => ruler.measureText(part).width));
    if (widest > parseFloat(before.width) + 0.2) tell("label runs out", label, e);
    if (!e.textContent.trim() && !e.querySelector("input, img, svg")) tell("label of nothing", label, e);
  }

  // ---- Targets
  const SMALLEST = 24;
  const targets = [];
  for (const e of root.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    if (!e.checkVisibility({ visibilityProperty: true }) || unseen(e)) continue;
    const area = e.matches("[type=radio], [type=checkbox]") ? e.closest("label") ?? e : e;
    const r = area.getBoundingClientRect();
    if (r.width) targets.push({ e, r, inline: style(e).display === "inline" && inSentence(e) });
  }
  function inSentence(e) { // in a sentence the line sets the height
    const of = block(e);
    return of.textContent.trim().length > e.textContent.trim().length;
  }
  for (const { e, r, inline } of targets) {
    if (inline || (r.width >= SMALLEST - 0.5 && r.height >= SMALLEST - 0.5)) continue;
    const x = r.left + r.width / 2, y = r.top + r.height / 2;
    const near = targets.some((other) => {
      if (other.e === e || other.e.contains(e) || e.contains(other.e)) return false;
      const dx = Math.max(other.r.left - x, 0, x - other.r.right), dy = Math.max(other.r.top - y, 0, y - other.r.bottom);
      return Math.hypot(dx, dy) < SMALLEST / 2;
    });
    if (near) tell("small target", `${Math.round(r.width)}x${Math.round(r.height)} ${e.textContent}`, e);
  }
  return [...found];
}
