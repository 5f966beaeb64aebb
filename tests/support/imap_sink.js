// SPDX-License-Identifier: EUPL-1.2
// A scripted IMAP server on loopback: answers commands from a small mailbox, and misbehaves where it is told to.
//
//   node imap_sink.js '{"auth":{"user":"u","password":"p"},"rules":[{"at":"SELECT","reply":"{tag} NO no\r\n"}]}'
//
// prints JSON lines (ready, command, end) and ends when its standard input does. Strings are bytes, as latin1.
//
// options: tls none|starttls|implicit, certificate {name, expired}, auth {user, password, bearer}, capability,
//   messages {uid: text}, flags and date (of all of them), dates {uid: date} (of some), folders [[name, attributes]], inFolder {name: messages} (where
//   other messages lie than in all others), cutAll (the n-th connection ends after n-1 bytes of all it was told), quiet (nothing
//   is printed but "ready"), validity (77, or one for each connection), rules. `command` events hold the
//   command's text, `end` that a connection is over.
// Rules (first match wins, `times` limits it): {at, reply?, repeat?, close?, cut?, stallMs?, chunkMs?, endless?, times?}
//   at: the start of the command's text without its tag, "greeting" or "DONE"; reply: instead of the usual answer, {tag}
//   in it stands for the command's, {repeat} for 200,000 times `repeat`; close: end the connection after it; cut: the
//   n-th connection ends after n-1 bytes of it; stallMs: wait first; chunkMs: one byte each so many milliseconds;
//   endless: the reply over and over.
//
// As a module (hostile_imap.js) a rule may also hold `edit`: a function that makes the usual answer another.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { pathToFileURL } from 'node:url';
import { makeCertificate } from './smtp_sink.js';

const CAPABILITY = 'IMAP4rev1 SASL-IR IDLE MOVE UIDPLUS';
const DATE = '"17-Jul-1996 02:44:25 -0700"';
const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

export class Session {
  constructor(sink, socket, secure) {
    Object.assign(this, { sink, socket, secure, input: '', queue: Promise.resolve() });
    this.number = ++sink.connections;
    this.written = 0;
    this.enter(null);
    this.attach(socket);
  }

  // What is in the folder, as it is now.
  enter(folder) {
    this.messages = this.sink.options.inFolder[folder] ?? this.sink.options.messages;
    this.uids = Object.keys(this.messages).map(Number);
  }

  attach(socket) {
    this.socket = socket;
    socket.on('data', (piece) => {
      this.input += piece.toString('latin1');
      this.queue = this.queue.then(() => this.read());
    });
    socket.on('error', () => {});
    socket.on('close', () => { if (socket === this.socket) this.sink.print({ event: 'end' }); });
  }

  async read() {
    for (let end; (end = this.input.indexOf('\r\n')) >= 0;) {
      const line = this.input.slice(0, end);
      this.input = this.input.slice(end + 2);
      await this.obey(line);
    }
  }

  // A line is a command, or the end of an idling or of a sign-in under way.
  async obey(line) {
    const [, tag, text] = line === 'DONE' ? [line, this.idling, line]
      : this.challenged ? [line, this.challenged, `AUTHENTICATE ${this.mechanism} ${line}`] : /^(\S+) (.*)$/.exec(line);
    this.challenged = null;
    if (text === 'IDLE') this.idling = tag;
    this.sink.print({ event: 'command', text, secure: this.secure, connection: this.number });
    await this.answer(text, tag, () => this.usual(tag, text));
  }

  async answer(at, tag, usual) {
    const rule = this.sink.rule(at, this);
    const said = rule?.edit ? rule.edit(usual(), this) : rule?.reply ?? usual();
    const bytes = Buffer.from(said.replaceAll('{tag}', tag)
      .replace('{repeat}', () => rule.repeat.repeat(200000)), 'latin1');
    if (rule?.stallMs) await wait(rule.stallMs);
    if (rule?.cut && this.number <= bytes.length) return void this.socket.end(bytes.subarray(0, this.number - 1));
    if (this.isCutWithin(bytes.length)) return void this.socket.end(bytes.subarray(0, this.number - 1 - this.written));
    this.written += bytes.length;
    if (rule?.endless) return void this.flood(bytes);
    if (rule?.chunkMs) return void (await this.trickle(bytes, rule.chunkMs));
    this.socket.write(bytes);
    if (rule?.close) this.socket.end();
    if (this.upgrading) await this.upgrade();
  }

  isCutWithin(size) {
    return this.sink.options.cutAll && this.number - 1 < this.written + size;
  }

  flood(bytes) {
    const many = Buffer.concat(Array(Math.ceil(65536 / bytes.length)).fill(bytes));
    const more = () => { while (!this.socket.destroyed && this.socket.write(many)); };
    this.socket.on('drain', more);
    more();
  }

  async trickle(bytes, ms) {
    for (const byte of bytes) {
      if (this.socket.destroyed) return;
      this.socket.write(Buffer.from([byte]));
      await wait(ms);
    }
  }

  upgrade() {
    this.upgrading = false;
    const plain = this.socket;
    plain.removeAllListeners('data');
    this.attach(new tls.TLSSocket(plain, { isServer: true, secureContext: this.sink.secureContext }));
    this.secure = true;
  }

  // What an honest server says.
  usual(tag, text) {
    const [verb, ...rest] = text.split(' ');
    const name = verb === 'UID' ? `UID ${rest[0]}` : verb;
    return this[name]?.(tag, text) ?? `${tag} OK done\r\n`;
  }

  CAPABILITY(tag) {
    const { auth, tls: mode, capability } = this.sink.options;
    const ways = mode === 'starttls' && !this.secure ? ' STARTTLS LOGINDISABLED'
      : auth.bearer ? ' AUTH=XOAUTH2' : ' AUTH=PLAIN';
    return `* CAPABILITY ${capability}${ways}\r\n${tag} OK done\r\n`;
  }

  STARTTLS(tag) {
    this.upgrading = true;
    return `${tag} OK go ahead\r\n`;
  }

  AUTHENTICATE(tag, text) {
    const { user, password, bearer } = this.sink.options.auth;
    const [, mechanism, response] = text.split(' ');
    if (response === undefined) {
      Object.assign(this, { challenged: tag, mechanism });
      return '+ \r\n';
    }
    const said = Buffer.from(response, 'base64').toString();
    if (this.refused) return `${tag} NO [AUTHENTICATIONFAILED] chi sei?\r\n`;
    if (said === (mechanism === 'PLAIN' ? `\0${user}\0${password}` : `user=${user}\x01auth=Bearer ${bearer}\x01\x01`)) {
      return `${tag} OK benvenuto\r\n`;
    }
    if (mechanism === 'PLAIN') return `${tag} NO [AUTHENTICATIONFAILED] chi sei?\r\n`;
    Object.assign(this, { challenged: tag, mechanism, refused: true }); // the client must say that it has understood
    return '+ eyJzdGF0dXMiOiI0MDEifQ==\r\n';
  }

  SELECT(tag, text) {
    this.enter(/"(.*)"$/.exec(text)[1]);
    const next = Math.max(0, ...this.uids) + 1;
    return `* FLAGS (\\Seen)\r\n* ${this.uids.length} EXISTS\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n`
      + `* OK [UIDVALIDITY ${[this.sink.options.validity].flat()[this.number - 1] ?? 77}] x\r\n* OK [UIDNEXT ${next}] x\r\n${tag} OK [READ-WRITE] open\r\n`;
  }

  EXAMINE(tag, text) {
    return this.SELECT(tag, text).replace('READ-WRITE', 'READ-ONLY');
  }

  LIST(tag) {
    const lines = this.sink.options.folders.map(([name, attributes]) => `* LIST (${attributes}) "/" "${name}"\r\n`);
    return `${lines.join('')}${tag} OK done\r\n`;
  }

  // Only FETCH 1,* (UID).
  FETCH(tag) {
    const ends = [...new Set([0, this.uids.length - 1])];
    return `${ends.map((i) => `* ${i + 1} FETCH (UID ${this.uids[i]})\r\n`).join('')}${tag} OK done\r\n`;
  }

  'UID SEARCH'(tag, text) {
    const [, low, high] = /UID (\d+):(\d+)$/.exec(text);
    const found = this.uids.filter((uid) => uid >= low && uid <= high);
    const all = found.length ? ` ALL ${found.join(',')}` : '';
    return `${text.includes('RETURN') ? `* ESEARCH (TAG "${tag}") UID${all}` : `* SEARCH ${found.join(' ')}`.trimEnd()}\r\n`
      + `${tag} OK done\r\n`;
  }

  'UID FETCH'(tag, text) {
    const uid = Number(text.split(' ')[2]);
    const message = this.messages[uid];
    if (!this.uids.includes(uid)) return `${tag} OK nothing\r\n`;
    const { flags, date, dates } = this.sink.options;
    const facts = `FLAGS (${flags}) INTERNALDATE ${dates?.[uid] ?? date} RFC822.SIZE ${message.length}`;
    const head = message.slice(0, message.indexOf('\r\n\r\n') + 4).slice(0, 65536);
    const items = text.includes('BODY.PEEK[]') ? `BODY[] {${message.length}}\r\n${message}`
      : text.includes('BODY.PEEK[HEADER]<0.65536>') ? `${facts} BODY[HEADER]<0> {${head.length}}\r\n${head}` : facts;
    return `* ${this.uids.indexOf(uid) + 1} FETCH (UID ${uid} ${items})\r\n${tag} OK done\r\n`;
  }

  'UID MOVE'(tag, text) {
    const uid = Number(text.split(' ')[2]);
    const at = this.uids.indexOf(uid);
    if (at < 0) return `${tag} OK nothing\r\n`;
    this.uids.splice(at, 1);
    return `* OK [COPYUID 88 ${uid} 501] x\r\n* ${at + 1} EXPUNGE\r\n${tag} OK moved\r\n`;
  }

  'UID COPY'(tag, text) {
    return `${tag} OK [COPYUID 88 ${text.split(' ')[2]} 502] copied\r\n`;
  }

  IDLE() {
    return '+ idling\r\n';
  }

  LOGOUT(tag) {
    setImmediate(() => this.socket.end());
    return `* BYE ciao\r\n${tag} OK bye\r\n`;
  }
}

export class Sink {
  constructor(options) {
    this.options = { tls: 'none', auth: {}, rules: [], capability: CAPABILITY, messages: {}, folders: [['INBOX', '']],
      inFolder: {}, flags: '\\Seen', date: DATE, ...options };
    this.connections = 0;
    if (this.options.tls === 'none') return;
    this.directory = mkdtempSync(path.join(tmpdir(), 'imap-sink-'));
    const { key, cert } = makeCertificate(this.directory, this.options.certificate);
    this.caFile = cert;
    this.secureContext = tls.createSecureContext({ key: readFileSync(key), cert: readFileSync(cert) });
  }

  print(event) {
    if (this.options.quiet && event.event !== 'ready') return;
    process.stdout.write(`${JSON.stringify(event)}\n`);
  }

  rule(text) {
    const found = this.options.rules.find((rule) => text.startsWith(rule.at) && rule.times !== 0);
    if (found?.times) found.times -= 1;
    return found;
  }

  accept(socket, secure) {
    this.session(socket, secure).answer('greeting', '', () => '* OK sink\r\n');
  }

  session(socket, secure) {
    return new Session(this, socket, secure);
  }

  listen() {
    const implicit = this.options.tls === 'implicit';
    const server = implicit
      ? tls.createServer({ secureContext: this.secureContext, SNICallback: (name, done) => done(null, this.secureContext) },
        (socket) => this.accept(socket, true))
      : net.createServer((socket) => this.accept(socket, false));
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1', () => {
      this.print({ event: 'ready', port: server.address().port, ca: this.caFile ?? null });
    });
    this.server = server;
  }

  clear() {
    if (this.directory) rmSync(this.directory, { recursive: true, force: true });
  }
}

function main() {
  const sink = new Sink(JSON.parse(process.argv[2] ?? '{}'));
  sink.listen();
  process.stdin.resume();
  process.stdin.on('end', () => {
    sink.clear();
    process.exit(0);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
