// Claims about words for people, the vocabulary's search, cards, and taught signs.

import assert from "node:assert/strict";
import test from "node:test";

import { blocksOf, spansOf } from "../../spobet/serving/web/markdown.js";
import { quantile } from "../../spobet/serving/web/statistics.js";
import { Taught } from "../../spobet/serving/web/taught.js";
import { counted, percent, sayable, search } from "../../spobet/serving/web/words.js";

test("names are ones that can be said", () => {
  assert.equal(sayable("computer"), "computer");
  assert.equal(sayable("thumb-chest-move-inward-palm-out"), "thumb at the chest, move inward");
  const changing = "point-to-fist-neutral-zigzag-down-palm-out-base";
  assert.equal(sayable(changing), "point to fist in front, zigzag down");
  assert.deepEqual([0.004, 0.034, 0.994, 0.996].map(percent), ["< 1 %", "3 %", "99 %", "> 99 %"]);
  assert.deepEqual([1, 2].map((number) => counted(number, "example")), ["1 example", "2 examples"]);
});

test("the vocabulary is sorted, and found from the beginning of words on", () => {
  const glosses = ["drink", "Africa", "brink", "rink 2", "rink 10"];
  assert.deepEqual(search(glosses, ""), ["Africa", "brink", "drink", "rink 2", "rink 10"]);
  assert.deepEqual(search(glosses, " RINK "), ["rink 2", "rink 10", "brink", "drink"]);
  assert.deepEqual(search(glosses, "zebra"), []);
});

test("a card's headings, lists and tables are told apart", () => {
  const table = "| a | b |\n|---|---|\n| 1 | 2 |\n";
  const card = `# Name\nWords that\ngo on.\n\n- one\n  more\n- two\n\n${table}`;
  assert.deepEqual(blocksOf(card), [
    { kind: "heading", level: 1, text: "Name" },
    { kind: "paragraph", text: "Words that go on." },
    { kind: "list", items: ["one more", "two"] },
    { kind: "table", rows: [["a", "b"], ["1", "2"]] },
  ]);
  assert.equal(blocksOf("|\n- \n#\n").length, 3); // ends, whatever it is given
});

test("code, bold and links are found; other addresses are no links", () => {
  assert.deepEqual(spansOf("a `b*` **c** [d](https://e) [f](javascript:g)"), [
    { kind: "text", text: "a " },
    { kind: "code", text: "b*" },
    { kind: "text", text: " " },
    { kind: "bold", text: "c" },
    { kind: "text", text: " " },
    { kind: "link", text: "d", address: "https://e" },
    { kind: "text", text: " " },
    { kind: "text", text: "f", address: "javascript:g" },
  ]);
});

test("quantiles are on the line between two values", () => {
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(quantile([0, 10], 0.25), 2.5);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test("taught signs last, join those of the server, and are bounded", () => {
  const store = new Map();
  globalThis.localStorage = {
    getItem: (key) => store.get(key) ?? null,
    setItem: (key, value) => store.set(key, value),
  };
  new Taught("net").add("tea", [[0, 1]]);
  const taught = new Taught("net", [{ gloss: "tea", clips: [[1, 0]] }]);
  assert.deepEqual(taught.glosses, ["tea"]);
  const [[gloss, direction]] = taught.prototypes();
  assert.equal(gloss, "tea");
  direction.forEach((value) => assert.ok(Math.abs(value - Math.SQRT1_2) < 1e-9));
  assert.deepEqual(new Taught("other").glosses, []);
  const nine = Array.from({ length: 9 }, () => [0, 1]);
  taught.add("tea", nine);
  assert.throws(() => taught.add("tea", [[0, 1]]), /more than 10 examples/);
  taught.forget("tea");
  assert.deepEqual(new Taught("net").glosses, []);
  store.set("spobet taught net", "{broken");
  assert.deepEqual(new Taught("net").glosses, []);
});

test("taught signs are loaded from the file that was saved, and no other file", () => {
  const store = new Map();
  globalThis.localStorage = {
    getItem: (key) => store.get(key) ?? null,
    setItem: (key, value) => store.set(key, value),
  };
  const taught = new Taught("net");
  taught.add("tea", [[0, 1]]);
  const saved = taught.text();
  taught.forget("tea");
  assert.deepEqual(taught.load(saved, "mine.json"), ["tea"]);
  assert.deepEqual(new Taught("net").glosses, ["tea"]);
  const refused = (text, words) => assert.throws(() => taught.load(text, "a.json"), words);
  refused("{", /a\.json is not a file of taught signs/);
  refused("[]", /not a file of taught signs/);
  refused(new Taught("other").text(), /another program/);
  refused(saved.replace("[[0,1]]", '[["x"]]'), /a\.json is damaged/);
});
