// SPDX-License-Identifier: EUPL-1.2
// What Filo was asked and what it said, kept outside its processes. A thing is named by a word nothing else has.
//
//   const ledger = new Ledger();
//   ledger.ask('w0001');                 // before the first byte leaves
//   ledger.acknowledge('w0001');         // the answer is here: from now on it may not be lost
//   ledger.judge(counts)                 // counts: Map word → how often it is there. [] or findings, one line each
//
// Acknowledged: there exactly once. Asked only: there once or not at all.
export class Ledger {
  constructor() {
    this.things = new Map();
    this.next = 0;
  }

  // A new word: letters and digits, not a part of another.
  word(prefix) {
    this.next += 1;
    return `${prefix}${String(this.next).padStart(6, '0')}x`;
  }

  ask(word) {
    if (this.things.has(word)) throw new Error(`${word} was asked before`);
    this.things.set(word, false);
  }

  acknowledge(word) {
    if (!this.things.has(word)) throw new Error(`${word} was never asked`);
    this.things.set(word, true);
  }

  list(acknowledged) {
    return [...this.things].filter(([, is]) => is === acknowledged).map(([word]) => word);
  }

  get acknowledged() {
    return this.list(true);
  }

  get open() {
    return this.list(false);
  }

  judge(counts) {
    const findings = [];
    for (const [word, acknowledged] of this.things) {
      const found = counts.get(word) ?? 0;
      if (found > 1) findings.push(`${word} is there ${found} times`);
      if (acknowledged && found === 0) findings.push(`${word} was acknowledged and is lost`);
    }
    for (const word of counts.keys()) if (!this.things.has(word)) findings.push(`${word} was never asked`);
    return findings;
  }
}

// How often each of the ledger's words stands in the texts, once a text.
export function countWords(texts, pattern = /\b[a-z]+\d{6}x\b/g) {
  const counts = new Map();
  for (const text of texts)
    for (const word of new Set(text.match(pattern) ?? [])) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
