// MediaPipe reports its use to its maker. The page's policy forbids that, but each attempt would
// be an error in the console: here it fails before it is one.

const ask = globalThis.fetch;

globalThis.fetch = (request, ...options) => {
  const { origin, protocol } = new URL(request.url ?? request, location.href);
  const ours = origin === location.origin || protocol === "data:";
  if (ours) return ask(request, ...options);
  return Promise.reject(new TypeError("This page asks no other server."));
};
