// What is wrong to the eye of the page as it stands, in a frame that is made as wide as each of these: for each width one line a fault,
// « fault: words | where ». Evaluated there by looking.py. Nothing else moves meanwhile: what no width changes is read once.
(widths) => {
  "use strict";
  const root = document.querySelector("dialog[open], .menu[open] .menu-in") ?? document.body;
  const where = (node) => {
    const path = [];
    for (let e = node; e && e !== document.body && path.length < 4; e = e.parentElement) {
      path.unshift(e.localName + (e.id ? `#${e.id}` : "") + [...e.classList].map((name) => `.${name}`).join(""));
    }
    return path.join(" ");
  };
  const kept = (make) => {
    const known = new Map();
    return (one) => { if (!known.has(one)) known.set(one, make(one)); return known.get(one); };
  };

  const LONGEST = 24; // letters without a place to break: a longer name may be cut where nothing else helps
  const PART = /(?:\d+\/)+\d+|[^\s\u00a0\u202f\u200b\u00ad\u002d\u2010\u2013/]+[\u002d\u2010\u2013/]?/gu; // a word, a number, a date
  const SIGN = /(^|[\s\u00a0\u202f])([:;?!»·])/g;
  const BLOCK = /^(block|flex|grid|table|table-cell|table-caption|list-item|inline-block|inline-flex|flow-root)$/;
  const range = document.createRange();
  const rects = (node, from, to) => {
    range.setStart(node, from);
    range.setEnd(node, to);
    return [...range.getClientRects()].filter((r) => r.width > 0.5 && r.height > 1);
  };
  const style = kept((e) => getComputedStyle(e)); // lives: it tells what is so at the width of now
  const labelled = kept((e) => getComputedStyle(e, "::before"));
  const length = kept((e) => e.textContent.trim().length);
  const ruler = document.createElement("canvas").getContext("2d");
  const ruled = kept((said) => { let word; [ruler.font, word] = said.split("\n"); return ruler.measureText(word).width; });

  const texts = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data, parent = node.parentElement;
    if (!text.trim() || /^(script|style|option|title|noscript|textarea)$/.test(parent.localName)) continue;
    const machine = parent.closest("pre, code, .code, .secret, .address"); // broken where it may be
    const signs = machine ? [] : [...text.matchAll(SIGN)].map((sign) => sign.index + sign[1].length);
    const holder = parent.closest("td, th, button, .button, .sheet, .tag, dd, .notice");
    texts.push({ node, text, parent, machine, signs, holder });
  }
  const words = kept((text) => [...text.matchAll(PART)].filter(([word]) => word.length > 1 && word.length <= LONGEST && !/@|\]\(/.test(word)));
  // Of these words of a text, those that stand in several lines though one could hold them.
  const cut = (node, some, width) => {
    if (!some.length) return [];
    const pieces = rects(node, some[0].index, some.at(-1).index + some.at(-1)[0].length);
    if (pieces.every((r) => Math.abs(r.top - pieces[0].top) <= r.height / 2)) return [];
    const half = some.length >> 1;
    if (half) return [...cut(node, some.slice(0, half), width), ...cut(node, some.slice(half), width)];
    return pieces.reduce((sum, r) => sum + r.width, 0) > 0.7 * width ? [] : some;
  };
  const all = [...root.querySelectorAll("*:not(wbr, br, option, svg *)")];

  return widths.map((wide) => {
    if (frameElement) frameElement.style.width = `${wide}px`; // a window is so wide already
    return look();
  });

  function look() {
    const found = new Set();
    const tell = (fault, words, node) => found.add(`${fault}: ${words.trim().replace(/\s+/g, " ").slice(0, 60)} | ${where(node)}`);
    const block = kept((e) => (!e.parentElement || BLOCK.test(style(e).display) ? e : block(e.parentElement)));
    const within = (e, so) => Boolean(e) && e !== root && so(e);
    const floats = kept((e) => /sticky|fixed/.test(style(e).position) || within(e.parentElement, floats));
    const unseen = kept((e) => style(e).clipPath !== "none" || within(e.parentElement, unseen));
    const shown = kept((e) => e.checkVisibility({ visibilityProperty: true }) && !within(e, unseen));
    const edges = kept((e) => e.getBoundingClientRect());

    // ---- Sideways
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) tell("sideways", `${document.documentElement.scrollWidth} > ${width}`, root);

    // ---- Words and lines
    const boxes = [];
    let before = null; // where the text of the same block went before
    for (const { node, text, parent, machine, signs, holder } of texts) {
      if (!shown(parent)) continue;
      const whole = rects(node, 0, text.length).filter((r) => r.right > -999); // the link that skips waits far off
      if (!whole.length) continue;
      const of = block(parent);
      const several = whole.some((r) => Math.round(r.top) !== Math.round(whole[0].top));
      for (const at of signs) {
        const previous = text.slice(0, at).trimEnd().length;
        if (previous ? !several : before?.of !== of) continue; // beside it, or before all others
        const [r] = rects(node, at, at + 1);
        const last = previous ? rects(node, previous - 1, previous).at(-1) : before.last;
        if (r && last && r.top >= last.bottom - 2) tell("line begins with", text.slice(Math.max(0, at - 25), at + 2), parent);
      }
      if (several && !machine) for (const [word] of cut(node, words(text), width)) tell("cut word", word, parent);
      before = { of, last: whole.at(-1) };
      if (within(parent, floats)) continue;
      const edge = edges(holder ?? of);
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
    for (const e of all) {
      if (e.scrollWidth <= e.clientWidth + 1 || /^(inline|none|contents)$/.test(style(e).display)) continue;
      const typed = /^(input|textarea|select)$/.test(e.localName);
      if (typed ? !/^(date|time)$/.test(e.type) : style(e).overflowX === "visible" || within(e, unseen) || e.clientWidth < 2) continue;
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
    for (const e of root.querySelectorAll(".cards [data-label]")) {
      const before = labelled(e);
      const label = e.dataset.label;
      if (before.content === "none" || before.display !== "block" || !label || !e.checkVisibility()) continue;
      const font = `${before.fontWeight} ${before.fontSize} ${before.fontFamily}`;
      const parts = before.whiteSpace === "nowrap" ? [label] : label.split(/[\s\u00a0-]/);
      const widest = Math.max(...parts.map((part) => ruled(`${font}\n${part}`)));
      if (widest > parseFloat(before.width) + 0.2) tell("label runs out", label, e);
      if (!e.textContent.trim() && !e.querySelector("input, img, svg")) tell("label of nothing", label, e);
    }

    // ---- Targets
    const SMALLEST = 24;
    const targets = [];
    for (const e of root.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
      if (!shown(e)) continue;
      const area = e.matches("[type=radio], [type=checkbox]") ? e.closest("label") ?? e : e;
      const r = edges(area);
      if (r.width) targets.push({ e, r, inline: style(e).display === "inline" && inSentence(e) });
    }
    function inSentence(e) { // in a sentence the line sets the height
      return length(block(e)) > length(e);
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
}
