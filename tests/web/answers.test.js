// Claims about answers: probabilities, taught signs, and the words that a person is given.

import assert from "node:assert/strict";
import test from "node:test";

import {
  directionOf,
  inWords,
  meaningOf,
  probabilitiesOf,
  ranked,
  scoresOf,
  softmax,
} from "../../spobet/serving/web/answers.js";

const facts = {
  temperature: 2,
  confidence_temperature: 1,
  auxiliary_weight: 0.5,
  prototype_scale: 3,
};
const near = (values, expected) => values.forEach((value, at) =>
  assert.ok(Math.abs(value - expected[at]) < 1e-9, `${values} ${expected}`));

test("scores over the temperature become probabilities, however large they are", () => {
  near(softmax([Math.log(3), 0], 1), [0.75, 0.25]);
  near(softmax([1000 + 2 * Math.log(3), 1000], 2), [0.75, 0.25]);
});

test("auxiliary glosses take their weight of the probability and are never answered", () => {
  const output = { logits: [0, 0], embedding: [1, 0], auxiliary: [0] };
  near(probabilitiesOf(output, [0, 0], 1, 1), [1 / 3, 1 / 3]);
  near(probabilitiesOf(output, [0, 0], 1, 2), [1 / 4, 1 / 4]);
  near(probabilitiesOf(output, [0, 0], 1, 0), [1 / 2, 1 / 2]);
});

test("a taught sign that is best leaves nothing to auxiliary glosses", () => {
  const output = { logits: [0], embedding: [0, 2], auxiliary: [5] };
  const scores = scoresOf(output, ["cow", "tea"], [["tea", [0, 1]]], 4);
  assert.deepEqual(scores, [0, 4]);
  const probabilities = probabilitiesOf(output, scores, 1, 1);
  near([probabilities[0] + probabilities[1]], [1]);
});

test("a trained gloss that is taught too takes the higher score", () => {
  const output = { logits: [3], embedding: [1, 0], auxiliary: [] };
  assert.deepEqual(scoresOf(output, ["cow"], [["cow", [1, 0]]], 2), [3]);
  assert.deepEqual(scoresOf(output, ["cow"], [["cow", [1, 0]]], 7), [7]);
});

test("without taught signs the file's own probabilities are answered with", () => {
  const output = { logits: [0, 2], probabilities: [0.4, 0.6], confidence: 0.3, auxiliary: [9] };
  assert.deepEqual(meaningOf(output, ["a", "b"], [], facts), {
    scores: [0, 2],
    probabilities: [0.4, 0.6],
    confidence: 0.3,
  });
});

test("with taught signs confidence is judged apart from the probability that is shown", () => {
  const output = { logits: [0, 2, 2], embedding: [1, 0], auxiliary: [1], evidence: 1 };
  const taught = [["d", [0, 1]]]; // of another direction: its score is 0, and its lead of 1.5
  const meaning = meaningOf(output, ["a", "b", "c", "d"], taught, { ...facts, known_share: 0.8, first_share: 0.1 });
  assert.deepEqual(meaning.scores, [0, 2, 2, 1.5]);
  const shown = [0, 1, 1, 0.75, 0.5 + Math.log(0.5)].map(Math.exp);
  const first = 0.8 * shown[1] / shown.reduce((sum, power) => sum + power);
  near(meaning.probabilities.slice(1, 3), [first + 0.1, first]);
  const judged = [0, 2, 2, 0, 1].map(Math.exp);
  near([meaning.confidence], [judged[1] / judged.reduce((sum, power) => sum + power)]);
});

test("the first answer's share is given as far as the sign was seen", () => {
  const output = { logits: [0, 2], embedding: [1, 0], auxiliary: [], evidence: 0.25 };
  const [without, lead] = [0, 0.1].map((first_share) =>
    meaningOf(output, ["a", "b", "c"], [["c", [0, 1]]], { ...facts, first_share }).probabilities);
  near(lead.map((probability, gloss) => probability - without[gloss]), [0, 0.025, 0]);
});

test("with taught signs little evidence doubts as it does in Python", () => {
  const output = { logits: [0, 2], embedding: [1, 0], auxiliary: [], evidence: 0.25 };
  const { probabilities, confidence } = meaningOf(output, ["a", "b", "c"], [["c", [0, 1]]], facts);
  const first = (temperature, lead) =>
    1 / (1 + Math.exp(-2 / temperature) + Math.exp((lead - 2) / temperature));
  near([probabilities[1], confidence], [first(2 * 0.25 ** -0.17, 1.5), first(0.25 ** -0.5, 0)]);
});

test("answers are ranked by score, of equals the first, and accepted from the threshold on", () => {
  const meaning = { scores: [0, 2, 2], probabilities: [0.1, 0.4, 0.4], confidence: 0.5 };
  const { answers, accepted } = ranked(meaning, ["a", "b", "c"], 0.5, 2);
  assert.deepEqual(answers, [
    { gloss: "b", probability: 0.4 },
    { gloss: "c", probability: 0.4 },
  ]);
  assert.equal(accepted, true);
  assert.equal(ranked(meaning, ["a", "b", "c"], 0.51, 2).accepted, false);
});

test("an answer is worded by its confidence", () => {
  const answers = [{ gloss: "computer", probability: 0.9 }];
  const words = (confidence) =>
    inWords({ answers, confidence, accepted: confidence >= 0.4 }, 0.4);
  assert.deepEqual([0.4, 0.39, 0.2, 0.19].map(words), [
    "computer",
    "perhaps computer",
    "perhaps computer",
    "not sure",
  ]);
});

test("a clip without a direction cannot be compared", () => {
  assert.throws(() => directionOf([0, 0]), /cannot be compared/);
  near(directionOf([3, 4]), [0.6, 0.8]);
});
