// Claims about requests to other servers: they fail before the browser sees them.

import assert from "node:assert/strict";
import test from "node:test";

test("only this server is asked, whoever asks", async () => {
  const asked = [];
  globalThis.location = new URL("http://127.0.0.1:8000/index.html");
  globalThis.fetch = async (request) => asked.push(request.url ?? request);
  await import("../../spobet/serving/web/foreign.js");
  await fetch("vendor/a.mjs");
  await fetch("http://127.0.0.1:8000/api/card");
  await fetch("data:text/plain,a");
  await assert.rejects(fetch("https://example.org/log"), /asks no other server/);
  await assert.rejects(fetch({ url: "https://example.org/log" }), /asks no other server/);
  assert.deepEqual(asked, [
    "vendor/a.mjs",
    "http://127.0.0.1:8000/api/card",
    "data:text/plain,a",
  ]);
});
