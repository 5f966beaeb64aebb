// SPDX-License-Identifier: EUPL-1.2
// A name server for scenarios, UDP and TCP on one port, written from RFC 1035 (and RFC 3596 for AAAA).
//
//   const dns = await startDns({ 'bar.test': { MX: [[10, 'mx.bar.test']], TXT: ['v=spf1 -all'] } });
//   dns.zone['bar.test'].TXT = […];           // from the next question on
//   dns.how['bar.test'] = 'servfail';         // or 'refuse', 'silent', 'truncate', 'cut' (half a message), 'other' (another id)
//   dns.asked                                 // ['udp bar.test TXT', …]
//   dns.address                               // '127.0.0.1:40123'
//
// A name in no zone does not exist; one with another record has an empty answer. A TXT longer than 255 bytes is split into
// strings; an answer longer than 512 bytes is cut on UDP (TC), as section 4.2.1 says, and whole on TCP.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const TYPES = { 1: 'A', 5: 'CNAME', 15: 'MX', 16: 'TXT', 28: 'AAAA' };
const NUMBERS = Object.fromEntries(Object.entries(TYPES).map(([number, name]) => [name, Number(number)]));
const RCODE = { servfail: 2, nxdomain: 3, refuse: 5 };

function readQuestion(query) {
  const labels = [];
  let at = 12;
  while (query[at]) {
    labels.push(query.subarray(at + 1, at + 1 + query[at]).toString('latin1'));
    at += 1 + query[at];
  }
  return { name: labels.join('.').toLowerCase(), type: TYPES[query.readUInt16BE(at + 1)], end: at + 5 };
}

// Section 4.1.4: the first time in full, then by a pointer.
function writeName(name, base, known) {
  const pieces = [];
  let size = 0;
  for (let rest = name; rest;) {
    if (known.has(rest)) return Buffer.concat([...pieces, Buffer.from([0xc0 | known.get(rest) >> 8, known.get(rest) & 0xff])]);
    if (base + size < 0x4000) known.set(rest, base + size);
    const label = rest.split('.')[0];
    pieces.push(Buffer.from([label.length]), Buffer.from(label, 'latin1'));
    size += 1 + label.length;
    rest = rest.slice(label.length + 1);
  }
  return Buffer.concat([...pieces, Buffer.from([0])]);
}

function writeSix(text) {
  const [head, tail] = text.split('::').map((part) => part.split(':').filter(Boolean).map((word) => parseInt(word, 16)));
  const words = tail ? [...head, ...Array(8 - head.length - tail.length).fill(0), ...tail] : head;
  return Buffer.concat(words.map((word) => Buffer.from([word >> 8, word & 0xff])));
}

function writeData(type, value, base, known) {
  if (type === 'A') return Buffer.from(value.split('.').map(Number));
  if (type === 'AAAA') return writeSix(value);
  if (type === 'CNAME') return writeName(value, base, known);
  if (type === 'MX') return Buffer.concat([Buffer.from([value[0] >> 8, value[0] & 0xff]), writeName(value[1], base + 2, known)]);
  const bytes = Buffer.from(value);
  const strings = [];
  for (let at = 0; at < bytes.length || at === 0; at += 255) {
    const string = bytes.subarray(at, at + 255);
    strings.push(Buffer.from([string.length]), string);
  }
  return Buffer.concat(strings);
}

function recordsOf(zone, name, type) {
  const found = [];
  for (let hops = 0; hops < 4; hops += 1) {
    const here = zone[name] ?? {};
    for (const value of here[type] ?? []) found.push([name, type, value]);
    if (here[type] || !here.CNAME) return found;
    found.push([name, 'CNAME', here.CNAME]);
    name = here.CNAME;
  }
  return found;
}

function answerTo(zone, how, query) {
  const { name, type, end } = readQuestion(query);
  const records = RCODE[how] ? [] : recordsOf(zone, name, type);
  const rcode = RCODE[how] ?? (zone[name] || records.length ? 0 : RCODE.nxdomain);
  const head = Buffer.from(query.subarray(0, end));
  head.writeUInt16BE(0x8180 | rcode, 2);
  head.writeUInt16BE(records.length, 6);
  head.fill(0, 8, 12);
  if (how === 'other') head.writeUInt16BE(head.readUInt16BE(0) ^ 1, 0);
  const known = new Map([[name, 12]]);
  let message = head;
  for (const [owner, kind, value] of records) {
    const start = writeName(owner, message.length, known);
    const fixed = Buffer.alloc(10);
    const data = writeData(kind, value, message.length + start.length + 10, known);
    fixed.writeUInt16BE(NUMBERS[kind], 0);
    fixed.writeUInt16BE(1, 2);
    fixed.writeUInt32BE(60, 4);
    fixed.writeUInt16BE(data.length, 8);
    message = Buffer.concat([message, start, fixed, data]);
  }
  return how === 'cut' ? message.subarray(0, Math.max(13, message.length - 5)) : message;
}

// What UDP carries of it: all, or the question with TC.
function cutForUdp(message, query, how) {
  if (message.length <= 512 && how !== 'truncate') return message;
  const head = Buffer.from(message.subarray(0, readQuestion(query).end));
  head.writeUInt16BE(head.readUInt16BE(2) | 0x0200, 2);
  head.fill(0, 6, 12);
  return head;
}

class DnsServer {
  constructor(zone) {
    this.zone = zone;
    this.how = {};
    this.asked = [];
    this.sockets = new Set();
  }

  // The answer, or null for silence.
  answer(kind, query) {
    const { name, type } = readQuestion(query);
    const how = this.how[name] ?? this.how['*'];
    this.asked.push(`${kind} ${name} ${type}`);
    if (how === 'silent') return null;
    const message = answerTo(this.zone, how, query);
    return kind === 'udp' ? cutForUdp(message, query, how) : message;
  }

  talk(socket) {
    this.sockets.add(socket);
    let heard = Buffer.alloc(0);
    socket.on('error', () => {}); // it may go when it likes
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('data', (piece) => {
      heard = Buffer.concat([heard, piece]);
      if (heard.length < 2 || heard.length < 2 + heard.readUInt16BE(0)) return;
      const message = this.answer('tcp', heard.subarray(2, 2 + heard.readUInt16BE(0)));
      if (!message) return;
      const framed = Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message]);
      socket.write(framed.subarray(0, 3)); // in two pieces, as networks do
      setImmediate(() => socket.end(framed.subarray(3)));
    });
  }

  async listen() {
    this.tcp = createServer((socket) => this.talk(socket));
    await new Promise((done) => { this.tcp.listen(0, '127.0.0.1', done); });
    this.port = this.tcp.address().port;
    this.udp = createSocket('udp4');
    this.udp.on('message', (query, from) => {
      const message = this.answer('udp', query);
      if (message) this.udp.send(message, from.port, from.address);
    });
    await new Promise((done, fail) => { this.udp.once('error', fail); this.udp.bind(this.port, '127.0.0.1', done); });
    return this;
  }

  get address() {
    return `127.0.0.1:${this.port}`;
  }

  async close() {
    for (const socket of this.sockets) socket.destroy();
    this.udp.close();
    await new Promise((done) => { this.tcp.close(done); });
  }
}

export function startDns(zone = {}) {
  return new DnsServer(zone).listen();
}
