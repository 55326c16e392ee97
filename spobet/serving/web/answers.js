// From a network's output to ranked answers: spobet.recognition.answers in Python.
//
// An output is { logits, embedding, auxiliary, evidence, probabilities, confidence } of one clip:
// auxiliary is the one logit of all glosses that the network was trained beside and never answers
// with, or []; evidence 0.01 to 1, where enough was seen of the sign.

const [DOUBT, DOUBT_OF_CONFIDENCE] = [0.17, 0.5]; // as in spobet.recognition.evidence
const ENROLLED_LEAD = 1.5; // of a taught sign's score; confidence is judged without
const PERHAPS = 0.5; // share of the threshold from which a rejected answer is worth a "perhaps"

export function directionOf(embedding) {
  const length = Math.hypot(...embedding);
  if (!(length > 1e-12)) throw new Error("This clip cannot be compared with others.");
  return Array.from(embedding, (value) => value / length);
}

export function softmax(scores, temperature) {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp((score - highest) / temperature));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

// a score for each gloss; a trained gloss that was taught too takes the higher of both.
// prototypes: [gloss, direction] of taught signs
export function scoresOf({ logits, embedding }, glosses, prototypes, scale, lead = 0) {
  const scores = [...logits];
  const direction = prototypes.length ? directionOf(embedding) : [];
  for (const [gloss, prototype] of prototypes) {
    const at = glosses.indexOf(gloss);
    const cosine = direction.reduce((sum, value, axis) => sum + value * prototype[axis], 0);
    scores[at] = Math.max(scores[at] ?? -Infinity, scale * cosine + lead);
  }
  return scores;
}

// What is left to one is that of auxiliary glosses, except where a taught sign is the best answer.
export function probabilitiesOf(output, scores, temperature, weight) {
  const trained = Math.max(...scores) <= Math.max(...output.logits);
  if (!trained || !output.auxiliary.length || weight === 0) return softmax(scores, temperature);
  const auxiliary = output.auxiliary.map((logit) => logit + temperature * Math.log(weight));
  return softmax([...scores, ...auxiliary], temperature).slice(0, scores.length);
}

// What an output means: { scores, probabilities, confidence }, the first two of each gloss, ranked by
// score. Without taught signs the network's file has said it itself.
export function meaningOf(output, glosses, prototypes, facts) {
  const { logits, probabilities, confidence, evidence } = output;
  if (!prototypes.length) return { scores: logits, probabilities, confidence };
  const [withoutLead, scores] = [0, ENROLLED_LEAD].map((lead) =>
    scoresOf(output, glosses, prototypes, facts.prototype_scale, lead));
  const shown = facts.temperature * evidence ** -DOUBT; // less was seen: less is known
  const judged = facts.confidence_temperature * evidence ** -DOUBT_OF_CONFIDENCE;
  const known = probabilitiesOf(output, scores, shown, facts.auxiliary_weight);
  const first = scores.indexOf(Math.max(...scores));
  const lead = (facts.first_share ?? 0) * evidence;
  return {
    scores,
    probabilities: known.map((probability, gloss) =>
      (facts.known_share ?? 1) * probability + (gloss === first ? lead : 0)),
    confidence: Math.max(...probabilitiesOf(output, withoutLead, judged, 1)),
  };
}

// { answers: [{ gloss, probability }], accepted, confidence }, best first
export function ranked({ scores, probabilities, confidence }, glosses, threshold, top = 5) {
  const order = scores.map((_, at) => at).sort((a, b) => scores[b] - scores[a] || a - b);
  const best = order.slice(0, top);
  const answers = best.map((at) => ({ gloss: glosses[at], probability: probabilities[at] }));
  return { answers, accepted: confidence >= threshold, confidence };
}

// the answer as a person reads it: "computer", "perhaps computer", "not sure"
export function inWords({ answers: [best], accepted, confidence }, threshold) {
  if (accepted) return best.gloss;
  return confidence >= PERHAPS * threshold ? `perhaps ${best.gloss}` : "not sure";
}
