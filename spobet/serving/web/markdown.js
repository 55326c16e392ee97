// The Markdown that cards are written in, as elements: headings, paragraphs, lists, tables, and
// code, bold and links within them. Nothing in a card becomes a script.

import { element } from "./dom.js";

// text -> [{ kind: "heading", level, text } | { kind: "paragraph", text } | { kind: "list", items }
// | { kind: "table", rows }]
export function blocksOf(text) {
  const blocks = [];
  for (const chunk of text.replaceAll("\r", "").split(/\n{2,}/)) {
    let lines = chunk.split("\n").filter((line) => line.trim());
    while (lines.length) {
      const [block, count] = blockAt(lines);
      blocks.push(block);
      lines = lines.slice(count);
    }
  }
  return blocks;
}

function blockAt(lines) {
  const heading = /^(#+)\s+(.*)/.exec(lines[0]);
  if (heading) return [{ kind: "heading", level: heading[1].length, text: heading[2] }, 1];
  if (lines[0].startsWith("|")) {
    const count = lengthWhile(lines, (line) => line.startsWith("|"));
    const rows = lines.slice(0, count).filter((line) => !/^[|\s:-]+$/.test(line));
    const cells = (row) => row.replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
    return [{ kind: "table", rows: rows.map(cells) }, count];
  }
  if (/^[-*] /.test(lines[0])) {
    const count = lengthWhile(lines, (line) => /^([-*] |\s)/.test(line));
    const joined = lines.slice(0, count).join("\n").split(/\n(?=[-*] )/);
    const items = joined.map((item) => item.slice(2).replace(/\s*\n\s*/g, " "));
    return [{ kind: "list", items }, count];
  }
  const count = Math.max(1, lengthWhile(lines, (line) => !/^(#+\s|\||[-*] )/.test(line)));
  return [{ kind: "paragraph", text: lines.slice(0, count).join(" ") }, count];
}

function lengthWhile(lines, holds) {
  const end = lines.findIndex((line) => !holds(line));
  return end < 0 ? lines.length : end;
}

// text -> [{ kind: "text" | "code" | "bold" | "link", text, address }]
export function spansOf(text) {
  const pattern = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g;
  const spans = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, code, bold, link, address] = match;
    if (match.index > end) spans.push({ kind: "text", text: text.slice(end, match.index) });
    if (code) spans.push({ kind: "code", text: code });
    else if (bold) spans.push({ kind: "bold", text: bold });
    else spans.push({ kind: /^https?:/.test(address) ? "link" : "text", text: link, address });
    end = match.index + whole.length;
  }
  if (end < text.length) spans.push({ kind: "text", text: text.slice(end) });
  return spans;
}

const TAGS = { code: "code", bold: "strong", link: "a" };

function inline(text) {
  return spansOf(text).map(({ kind, text: words, address }) => {
    if (kind === "text") return words;
    return element(TAGS[kind], kind === "link" ? { href: address, rel: "noreferrer" } : {}, words);
  });
}

// headings begin at the level below the page's own
export function rendered(text) {
  return blocksOf(text).map((block) => {
    if (block.kind === "heading") {
      return element(`h${Math.min(6, block.level + 2)}`, {}, ...inline(block.text));
    }
    if (block.kind === "paragraph") return element("p", {}, ...inline(block.text));
    if (block.kind === "list") {
      return element("ul", {}, ...block.items.map((item) => element("li", {}, ...inline(item))));
    }
    const rows = block.rows.map((row, number) => element("tr", {}, ...row.map((cell) =>
      element(number ? "td" : "th", {}, ...inline(cell)))));
    const table = element("table", {}, ...rows);
    const attributes = { class: "wide", tabindex: "0", role: "region", "aria-label": "Table" };
    return element("div", attributes, table);
  });
}
