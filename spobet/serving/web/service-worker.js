// Keeps what the page loaded, and gives it where the server cannot be reached. What is named by its
// version (?v=) never changes and is not asked for again.

const KEPT = "spobet";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const ours = new URL(request.url).origin === location.origin;
  if (request.method === "GET" && ours) event.respondWith(answered(request));
});

// addresses that were loaded before this worker watched, or will be needed
self.addEventListener("message", (event) => {
  event.waitUntil(keepAll(event.data, event.source));
});

async function keepAll(addresses, page) {
  const kept = await caches.open(KEPT);
  for (const address of addresses) {
    if (!(await kept.match(address))) await answered(new Request(address));
  }
  page.postMessage("kept");
}

async function answered(request) {
  const kept = await caches.open(KEPT);
  const address = request.url.split("#")[0];
  const before = await kept.match(address);
  if (before && new URL(address).searchParams.has("v")) return before;
  try {
    const answer = await fetch(request);
    if (answer.status === 200) {
      if (new URL(address).searchParams.has("v")) await forgetOlder(kept, address);
      await kept.put(address, answer.clone());
    }
    return answer;
  } catch (error) {
    if (before) return before;
    throw error;
  }
}

// other versions of what is kept now
async function forgetOlder(kept, address) {
  const path = address.split("?")[0];
  const all = await kept.keys();
  const older = all.filter(({ url }) => url.split("?")[0] === path);
  await Promise.all(older.map((request) => kept.delete(request)));
}
