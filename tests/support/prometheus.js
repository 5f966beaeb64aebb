// SPDX-License-Identifier: EUPL-1.2
// A strict reader of Prometheus' text exposition format 0.0.4, written from its published description ("Exposition formats",
// "Metric names and labels", "Histograms" in Prometheus' documentation), not from what Filo prints. Throws at the first thing
// the description does not allow; also at what it only advises (HELP and TYPE for every family, base units, _total).
//
//   const page = parseMetrics(text);
//   page.value('filo_http_connections')                        // 1; throws when there is no such series
//   page.value('filo_x_total', { mailbox: 'a', outcome: 'sent' })
//   page.series('filo_x_total')                                // [{labels, value}, …]
//   page.families                                              // Map name → {name, help, type, samples}
import assert from 'node:assert/strict';

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?Inf|NaN)$/;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

class Line {
  constructor(text) { this.rest = text; this.whole = text; }

  fail(why) { throw new Error(`${why}: ${JSON.stringify(this.whole)}`); }

  take(pattern, what) {
    const found = pattern.exec(this.rest);
    if (!found || found.index !== 0 || !found[0]) this.fail(`no ${what}`);
    this.rest = this.rest.slice(found[0].length);
    return found[0];
  }

  skip(text) {
    if (!this.rest.startsWith(text)) return false;
    this.rest = this.rest.slice(text.length);
    return true;
  }
}

function unescape(line, allowed) {
  let out = '';
  for (;;) {
    if (!line.rest) return out;
    const character = line.rest[0];
    if (character === '"' && allowed.includes('"')) return out;
    line.rest = line.rest.slice(1);
    if (character !== '\\') { out += character; continue; }
    const next = line.rest[0];
    if (next === 'n') out += '\n';
    else if (next === '\\' || (next === '"' && allowed.includes('"'))) out += next;
    else line.fail('an escape there is not');
    line.rest = line.rest.slice(1);
  }
}

function readLabels(line) {
  const labels = {};
  if (!line.skip('{')) return labels;
  while (!line.skip('}')) {
    const name = line.take(LABEL, 'label name');
    if (name.startsWith('__') || Object.hasOwn(labels, name)) line.fail(`label ${name}`);
    if (!line.skip('="')) line.fail('no value of a label');
    labels[name] = unescape(line, '"');
    if (!line.skip('"')) line.fail('a label that does not end');
    if (!line.skip(',') && !line.rest.startsWith('}')) line.fail('labels are parted by commas');
  }
  return labels;
}

function readSample(text) {
  const line = new Line(text);
  const name = line.take(NAME, 'metric name');
  const labels = readLabels(line);
  line.take(/^[ \t]+/, 'blank before the value');
  const [value, time, ...more] = line.rest.split(/[ \t]+/);
  if (!NUMBER.test(value) || more.length || (time !== undefined && !/^-?\d+$/.test(time))) line.fail('no number');
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

// The family a sample's name belongs to.
function isOf(family, name) {
  if (family.type === 'histogram') return ['_bucket', '_sum', '_count'].some((suffix) => name === family.name + suffix);
  if (family.type === 'summary') return ['', '_sum', '_count'].some((suffix) => name === family.name + suffix);
  return name === family.name;
}

const keyOf = (labels) => JSON.stringify(Object.entries(labels).sort());
const without = (labels, name) => Object.fromEntries(Object.entries(labels).filter(([key]) => key !== name));

function checkHistogram(family) {
  const groups = new Map();
  for (const sample of family.samples) {
    const key = keyOf(without(sample.labels, 'le'));
    if (!groups.has(key)) groups.set(key, { buckets: [], sums: [], counts: [] });
    const group = groups.get(key);
    const kind = sample.name.slice(family.name.length + 1);
    assert.equal(Object.hasOwn(sample.labels, 'le'), kind === 'bucket', `le belongs to buckets: ${family.name}`);
    if (kind === 'bucket') group.buckets.push([Number(sample.labels.le.replace('+Inf', 'Infinity')), sample.value]);
    else group[`${kind}s`].push(sample.value);
  }
  for (const [key, { buckets, sums, counts }] of groups) {
    const where = `${family.name}${key}`;
    assert.deepEqual([sums.length, counts.length], [1, 1], `${where}: one sum and one count`);
    assert.ok(buckets.length && buckets.at(-1)[0] === Infinity, `${where}: the last bucket is +Inf`);
    assert.equal(buckets.at(-1)[1], counts[0], `${where}: +Inf is the count`);
    for (let i = 0; i < buckets.length; i += 1) {
      assert.ok(!Number.isNaN(buckets[i][0]) && Number.isInteger(buckets[i][1]), `${where}: a bucket`);
      assert.ok(i === 0 || buckets[i][0] > buckets[i - 1][0], `${where}: bounds rise`);
      assert.ok(i === 0 || buckets[i][1] >= buckets[i - 1][1], `${where}: buckets are cumulative`);
    }
  }
}

function checkFamily(family) {
  assert.ok(family.help, `${family.name} has no help`);
  assert.ok(family.type, `${family.name} has no type`);
  assert.equal(family.name.endsWith('_total'), family.type === 'counter', `${family.name} is a ${family.type}`);
  assert.ok(!/_(bucket|count|sum|milliseconds|ms|us|minutes|kilobytes)$/.test(family.name), `${family.name}: its last word`);
  if (family.type === 'histogram') checkHistogram(family);
  if (family.type === 'counter')
    for (const sample of family.samples) assert.ok(sample.value >= 0, `${family.name} is negative`);
}

export function parseMetrics(text) {
  assert.ok(text.endsWith('\n'), 'the last line ends too');
  assert.ok(!text.includes('\r'), 'lines end in LF alone');
  const families = new Map();
  const seen = new Set();
  let current = null;
  const begin = (name) => {
    if (current?.name === name) return current;
    assert.ok(!families.has(name), `${name} stands in two places`);
    current = { name, help: null, type: null, samples: [] };
    families.set(name, current);
    return current;
  };
  for (const row of text.slice(0, -1).split('\n')) {
    const comment = /^#[ \t]+(HELP|TYPE)[ \t]+(.*)$/.exec(row);
    if (comment) {
      const line = new Line(comment[2]);
      const family = begin(line.take(NAME, 'metric name'));
      const word = comment[1].toLowerCase();
      assert.equal(family[word], null, `${family.name} has a second ${comment[1]}`);
      assert.equal(family.samples.length, 0, `${family.name}: ${comment[1]} after a sample`);
      line.take(/^[ \t]+/, 'blank');
      family[word] = word === 'help' ? unescape(line, '') : line.rest;
      if (word === 'type') assert.ok(TYPES.includes(family.type), row);
      continue;
    }
    if (row === '' || row.startsWith('#')) continue;
    const sample = readSample(row);
    if (!current || !isOf(current, sample.name)) begin(sample.name);
    const key = sample.name + keyOf(sample.labels);
    assert.ok(!seen.has(key), `${key} stands twice`);
    seen.add(key);
    current.samples.push(sample);
  }
  for (const family of families.values()) checkFamily(family);
  return {
    families,
    series: (name) => [...families.values()].flatMap((family) => family.samples).filter((sample) => sample.name === name),
    value(name, labels = {}) {
      const found = this.series(name).filter((sample) => keyOf(sample.labels) === keyOf(labels));
      if (found.length !== 1) throw new Error(`${name}${keyOf(labels)}: ${found.length} series`);
      return found[0].value;
    },
  };
}
