// The facts that a NAME-landmarks.onnx carries beside its network: fields of ONNX's ModelProto.

const METADATA = 14; // field of ModelProto: pairs of key (1) and value (2)
const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];

// every fact by name; Error where the bytes are no such file
export function factsOf(bytes) {
  const facts = {};
  try {
    for (const [field, entry] of fieldsOf(bytes)) {
      if (field !== METADATA) continue;
      const pair = new Map(fieldsOf(entry));
      const [key, value] = [1, 2].map((at) => new TextDecoder().decode(pair.get(at)));
      facts[key] = JSON.parse(value);
    }
  } catch {
    // said below
  }
  if (!Array.isArray(facts.glosses) || !facts.hands) {
    throw new Error("Not a NAME-landmarks.onnx as `spobet export` writes it.");
  }
  return facts;
}

// [field, bytes] of what is given as bytes; what is given as numbers is passed over
function fieldsOf(bytes) {
  const found = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at];
      if (byte === undefined || shift > 63) throw new Error("cut off");
      at += 1;
      value += (byte & 127) * 2 ** shift; // not <<, which ends at 32 bits
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, kind] = [Math.floor(tag / 8), tag % 8];
    if (kind === VARINT) varint();
    else if (kind === FIXED64) at += 8;
    else if (kind === FIXED32) at += 4;
    else if (kind === BYTES) {
      const length = varint();
      if (at + length > bytes.length) throw new Error("cut off");
      found.push([field, bytes.subarray(at, at + length)]);
      at += length;
    } else throw new Error("no such kind");
  }
  return found;
}
