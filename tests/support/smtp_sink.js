// SPDX-License-Identifier: EUPL-1.2
// A counting SMTP server on loopback: keeps every message with its envelope, and misbehaves where it is told to.
//
//   import { startSink } from './smtp_sink.js';
//   const sink = await startSink({ auth: { user: 'u', password: 'p' }, tls: 'starttls' });
//   sink.messages          // [{from, to, data, tls, user, at}], data with CRLF and dots as the sender meant them
//   sink.rules.push({ at: 'rcpt', match: /nobody/, reply: '550 5.1.1 no such user' });
//   await sink.close();
//
// Rules (first match wins, `times` limits it): {at, match?, reply?, close?, reset?, stallMs?, times?}
//   at: greeting | ehlo | starttls | auth | mail | rcpt | data | body | dot | quit     (match: on the command's text)
//   reply: answer instead of the usual one; close: end the connection instead of answering; reset: with RST;
//   stallMs: wait so long first (a tarpit). At `body` close/reset come when the first byte of the message has arrived,
//   at `dot` when the whole message has: it is counted as received (sink.received), not as acknowledged (messages).
//
// As a program it prints JSON lines (ready, progress, message, end) and ends when its standard input does:
//   node smtp_sink.js '{"tls":"starttls","rules":[{"at":"dot","close":true}],"progress":true}'
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';

// A key, and a certificate for `name` signed by itself. expired: its last day was in 2020.
export function makeCertificate(directory, { name = 'localhost', expired = false } = {}) {
  const key = path.join(directory, 'key.pem');
  const cert = path.join(directory, 'cert.pem');
  const request = path.join(directory, 'request.pem');
  const quiet = { stdio: 'pipe' };
  const subject = ['-subj', `/CN=${name}`];
  const alternative = `subjectAltName=DNS:${name}${name === 'localhost' ? ',IP:127.0.0.1' : ''}`;
  if (!expired) {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
      '-days', '2', '-keyout', key, '-out', cert, ...subject, '-addext', alternative], quiet);
    return { key, cert };
  }
  // Only `openssl ca` takes explicit dates in OpenSSL 3.0.
  execFileSync('openssl', ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-keyout', key, '-out', request, ...subject, '-addext', alternative], quiet);
  const config = path.join(directory, 'ca.cnf');
  const lines = ['[ca]', 'default_ca=c', '[c]', `database=${directory}/index`, `new_certs_dir=${directory}`,
    'rand_serial=yes', 'default_md=sha256', 'policy=p', 'unique_subject=no', 'copy_extensions=copy', '[p]',
    'commonName=supplied', ''];
  writeFileSync(config, lines.join('\n'));
  writeFileSync(path.join(directory, 'index'), '');
  execFileSync('openssl', ['ca', '-batch', '-selfsign', '-config', config, '-keyfile', key, '-in', request, '-out', cert,
    '-notext', '-startdate', '20200101000000Z', '-enddate', '20200102000000Z'], quiet);
  return { key, cert };
}

const DEFAULT_REPLIES = {
  greeting: '220 sink.test ESMTP',
  starttls: '220 2.0.0 go ahead',
  mail: '250 2.1.0 ok',
  rcpt: '250 2.1.5 ok',
  data: '354 end with a dot',
  quit: '221 2.0.0 bye',
};

class Session {
  constructor(sink, socket, secure) {
    this.sink = sink;
    this.secure = secure;
    this.user = null;
    this.input = Buffer.alloc(0);
    this.mode = 'command';
    this.working = false;
    this.reset();
    this.adopt(socket);
  }

  reset() {
    this.from = null;
    this.to = [];
  }

  adopt(socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.input = Buffer.concat([this.input, chunk]);
      this.work();
    });
    socket.on('error', () => {}); // the other side may go at any time: that is what is tested
    socket.on('close', () => {
      if (this.socket === socket) this.sink.ended(this);
    });
  }

  // One command or one message at a time, in order; replies may be delayed by a rule.
  async work() {
    if (this.working) return;
    this.working = true;
    while (this.mode === 'body' ? await this.takeBody() : await this.takeLine());
    this.working = false;
  }

  async takeLine() {
    const end = this.input.indexOf('\r\n');
    if (end < 0 || this.mode === 'closed') return false;
    const line = this.input.subarray(0, end).toString('latin1');
    this.input = this.input.subarray(end + 2);
    if (this.mode === 'auth-plain' || this.mode.startsWith('auth-login')) await this.authLine(line);
    else await this.command(line);
    return this.mode !== 'closed';
  }

  async takeBody() {
    if (!this.input.length) return false;
    if (!this.bodySeen) {
      this.bodySeen = true;
      const rule = this.sink.rule('body', '');
      if (rule && !(await this.obey(rule))) return false;
    }
    this.sink.emit({ event: 'progress', bytes: this.input.length });
    const whole = Buffer.concat([Buffer.from('\r\n'), this.input]);
    const end = whole.indexOf('\r\n.\r\n');
    if (end < 0) return false;
    const raw = whole.subarray(2, end + 2);
    this.input = whole.subarray(end + 5);
    this.mode = 'command';
    await this.finish(Buffer.from(raw.toString('latin1').replace(/(^|\r\n)\.\./g, '$1.'), 'latin1'));
    return this.mode !== 'closed';
  }

  async finish(data) {
    const message = { from: this.from, to: this.to, data, tls: this.secure, user: this.user, at: Date.now() };
    this.sink.received.push(message);
    this.reset();
    const rule = this.sink.rule('dot', '');
    if (rule && !(await this.obey(rule))) {
      this.sink.emit({ event: 'received', acknowledged: false });
      return;
    }
    const reply = rule?.reply ?? `250 2.0.0 Ok: queued as SINK${this.sink.received.length}`;
    if (reply.startsWith('2')) this.sink.messages.push(message);
    this.sink.emit({ event: 'message', from: message.from, to: message.to, data: data.toString('latin1'),
      tls: message.tls, user: message.user, acknowledged: reply.startsWith('2') });
    this.say(reply);
  }

  async command(line) {
    this.sink.emit({ event: 'command', line });
    const verb = line.split(' ')[0].toLowerCase();
    const at = verb === 'helo' ? 'ehlo' : verb;
    const rule = this.sink.rule(at, line);
    if (rule && !(await this.obey(rule))) return;
    if (rule?.reply) {
      this.say(rule.reply);
      return;
    }
    const handler = { ehlo: 'onEhlo', starttls: 'onStarttls', auth: 'onAuth', mail: 'onMail', rcpt: 'onRcpt',
      data: 'onData', rset: 'onRset', noop: 'onNoop', quit: 'onQuit' }[at];
    if (handler) await this[handler](line);
    else this.say('502 5.5.1 not here');
  }

  // Does what a rule says beyond its reply. False: the connection is gone.
  async obey(rule) {
    if (rule.stallMs) await new Promise((done) => { setTimeout(done, rule.stallMs).unref(); }); // nobody's end waits for it
    if (rule.reset) this.socket.resetAndDestroy ? this.socket.resetAndDestroy() : this.socket.destroy();
    else if (rule.close) this.socket.destroy();
    else return true;
    this.mode = 'closed';
    return false;
  }

  say(reply) {
    if (!this.socket.destroyed) this.socket.write(`${reply}\r\n`);
  }

  onEhlo() {
    const lines = ['sink.test', 'ENHANCEDSTATUSCODES', '8BITMIME'];
    if (this.sink.options.tls === 'starttls' && !this.secure) lines.push('STARTTLS');
    if (this.sink.options.auth && (this.secure || this.sink.options.tls === 'none')) lines.push('AUTH PLAIN LOGIN');
    this.say(lines.map((text, i) => `250${i + 1 < lines.length ? '-' : ' '}${text}`).join('\r\n'));
  }

  onStarttls() {
    if (this.sink.options.tls !== 'starttls' || this.secure) return this.say('502 5.5.1 not here');
    this.say(DEFAULT_REPLIES.starttls);
    const plain = this.socket;
    plain.removeAllListeners('data');
    plain.removeAllListeners('close');
    const secure = new tls.TLSSocket(plain, { isServer: true, secureContext: this.sink.secureContext });
    this.secure = true;
    this.reset();
    this.adopt(secure);
    return undefined;
  }

  onAuth(line) {
    const [, mechanism = '', initial] = line.split(' ');
    if (!this.sink.options.auth) return this.say('502 5.5.1 not here');
    if (mechanism.toUpperCase() === 'PLAIN') {
      this.mode = 'auth-plain';
      return initial ? this.authLine(initial) : this.say('334 ');
    }
    this.mode = 'auth-login-user';
    return initial ? this.authLine(initial) : this.say('334 VXNlcm5hbWU6');
  }

  authLine(line) {
    const text = Buffer.from(line, 'base64').toString('utf8');
    if (this.mode === 'auth-plain') {
      const [, user, password] = text.split('\0');
      return this.signIn(user, password);
    }
    if (this.mode === 'auth-login-user') {
      this.loginUser = text;
      this.mode = 'auth-login-password';
      return this.say('334 UGFzc3dvcmQ6');
    }
    return this.signIn(this.loginUser, text);
  }

  signIn(user, password) {
    this.mode = 'command';
    const { auth } = this.sink.options;
    if (user !== auth.user || password !== auth.password) return this.say('535 5.7.8 wrong name or password');
    this.user = user;
    return this.say('235 2.7.0 welcome');
  }

  onMail(line) {
    if (this.sink.options.auth && !this.user) return this.say('530 5.7.0 sign in first');
    this.reset();
    this.from = /<(.*?)>/.exec(line)?.[1] ?? null;
    return this.say(DEFAULT_REPLIES.mail);
  }

  onRcpt(line) {
    this.to.push(/<(.*?)>/.exec(line)?.[1] ?? '');
    this.say(DEFAULT_REPLIES.rcpt);
  }

  onData() {
    if (!this.to.length) return this.say('503 5.5.1 no recipient');
    this.mode = 'body';
    this.bodySeen = false;
    return this.say(DEFAULT_REPLIES.data);
  }

  onRset() {
    this.reset();
    this.say('250 2.0.0 ok');
  }

  onNoop() {
    this.say('250 2.0.0 ok');
  }

  onQuit() {
    this.say(DEFAULT_REPLIES.quit);
    this.socket.end();
    this.mode = 'closed';
  }
}

class Sink {
  constructor(options) {
    this.options = { tls: 'none', auth: null, rules: [], certificate: {}, onEvent: null, ...options };
    this.rules = this.options.rules.map((rule) => ({ ...rule,
      match: typeof rule.match === 'string' ? new RegExp(rule.match) : rule.match }));
    this.messages = [];
    this.received = [];
    this.connections = 0;
    this.sessions = new Set();
    this.directory = null;
    if (this.options.tls !== 'none') this.prepareTls();
  }

  prepareTls() {
    this.directory = mkdtempSync(path.join(tmpdir(), 'filo-sink-'));
    const { key, cert } = makeCertificate(this.directory, this.options.certificate);
    this.caFile = cert;
    this.secureContext = tls.createSecureContext({ key: readFileSync(key), cert: readFileSync(cert) });
  }

  emit(event) {
    this.options.onEvent?.(event);
  }

  rule(at, text) {
    const found = this.rules.find((rule) => rule.at === at && rule.times !== 0 && (!rule.match || rule.match.test(text)));
    if (found?.times) found.times -= 1;
    return found;
  }

  ended(session) {
    if (session.mode === 'body') this.emit({ event: 'cut', bytes: session.input.length });
    this.sessions.delete(session);
    this.emit({ event: 'end' });
  }

  async accept(socket) {
    this.connections += 1;
    const session = new Session(this, socket, this.options.tls === 'implicit');
    this.sessions.add(session);
    const rule = this.rule('greeting', '');
    if (rule && !(await session.obey(rule))) return;
    session.say(rule?.reply ?? DEFAULT_REPLIES.greeting);
  }

  async listen() {
    this.server = this.options.tls === 'implicit'
      ? tls.createServer({ secureContext: this.secureContext, SNICallback: (name, done) => done(null, this.secureContext) },
        (socket) => this.accept(socket))
      : net.createServer((socket) => this.accept(socket));
    this.server.on('tlsClientError', () => {});
    await new Promise((done, fail) => {
      this.server.once('error', fail);
      this.server.listen(this.options.port ?? 0, '127.0.0.1', done);
    });
    this.port = this.server.address().port;
  }

  async close() {
    for (const session of this.sessions) session.socket.destroy();
    await new Promise((done) => { this.server.close(done); });
    if (this.directory) rmSync(this.directory, { recursive: true, force: true });
  }
}

// Starts a sink; options: {port, tls: none|starttls|implicit, certificate: {name, expired}, auth: {user, password},
// rules, onEvent}. Its port, caFile, messages, received, rules and connections may be read at any time.
export async function startSink(options = {}) {
  const sink = new Sink(options);
  await sink.listen();
  return sink;
}

async function main() {
  const options = JSON.parse(process.argv[2] ?? '{}');
  const print = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
  const wanted = (event) => options.progress || !['progress', 'command'].includes(event.event);
  const sink = await startSink({ ...options, onEvent: (event) => { if (wanted(event)) print(event); } });
  print({ event: 'ready', port: sink.port, ca: sink.caFile ?? null });
  process.stdin.resume();
  process.stdin.on('end', async () => {
    await sink.close();
    process.exit(0);
  });
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
