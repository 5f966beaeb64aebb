// SPDX-License-Identifier: EUPL-1.2
// The ledger must be trusted before it judges anyone: each kind of wrong is found.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger, countWords } from './ledger.js';

function three() {
  const ledger = new Ledger();
  const words = ['taken', 'open', 'gone'].map((name) => ledger.word(name));
  words.forEach((word) => ledger.ask(word));
  ledger.acknowledge(words[0]);
  return [ledger, ...words];
}

test('once what was acknowledged, once or never what was not: nothing to say', () => {
  const [ledger, taken, open] = three();
  assert.deepEqual(ledger.judge(new Map([[taken, 1]])), []);
  assert.deepEqual(ledger.judge(new Map([[taken, 1], [open, 1]])), []);
});

test('lost, twice, and never asked are found', () => {
  const [ledger, taken, open] = three();
  assert.deepEqual(ledger.judge(new Map()), [`${taken} was acknowledged and is lost`]);
  assert.deepEqual(ledger.judge(new Map([[taken, 1], [open, 2]])), [`${open} is there 2 times`]);
  assert.deepEqual(ledger.judge(new Map([[taken, 1], ['other000009x', 1]])), ['other000009x was never asked']);
});

test('a word counts once a text, and is no part of another', () => {
  const counts = countWords(['mail000001x, mail000001x', 'Re: mail000001x', 'mail000001xy mail0000012x']);
  assert.deepEqual([...counts], [['mail000001x', 2]]);
});
