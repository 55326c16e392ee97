// What the page knows, shared by its parts.

export const state = {
  facts: null, // of the served network
  network: null, // of network.js; null where the server recognises
  gallery: null, // { facts, network } of the gallery's network
  references: null, // of references.js, of the served network; null where it has none
  dictionary: null, // { facts, network, references } to look signs up in, or null; opened when used
  last: null, // what was answered last: { clips, aspect }
  camera: null,
  shown: null, // the clip that is shown and can be taught: { clip, body }
  practised: null, // the gloss that is signed again, with which takes are compared; or null
  lesson: null, // { gloss, examples } while a sign is taught at the camera
};
