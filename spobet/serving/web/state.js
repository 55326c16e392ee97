// What the page knows, shared by its parts.

export const state = {
  facts: null, // of the served network
  network: null, // of network.js; null where the server recognises
  gallery: null, // { facts, network } of the gallery's network
  camera: null,
  shown: null, // the clip that is shown and can be taught: { clip, body }
  lesson: null, // { gloss, examples } while a sign is taught at the camera
};
