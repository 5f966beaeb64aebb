// SPDX-License-Identifier: EUPL-1.2
// A real mail server for scenarios: Postfix and Dovecot on loopback, everything under one temporary directory. Needs
// root (Postfix insists) and the Debian packages postfix, dovecot-imapd, dovecot-lmtpd, dovecot-sieve, openssl; nothing can leave the
// machine and nothing outside the directory is touched.
//
//   import { startMailStack } from './mail_stack.js';
//   const mail = await startMailStack({
//     users: { 'luca@bar.test': 'pw' },
//     pipes: { 'assistenza@filo.test': { argv: ['/usr/bin/filo', '--data', dir, 'mail-in', '--mailbox', 'assistenza'] } },
//     lmtp: { 'vendite@filo.test': 2424 },     // what is for that address (plus addresses too) goes to that port
//     uses: { Spedite: 'Sent' },     // what the server says a folder is for (RFC 6154)
//   });
//   mail.smtpPort            // plain, relays for loopback: as another company's server would hand mail over
//   mail.submissionPort      // STARTTLS and sign-in demanded, mail.caFile trusts it
//   mail.imapPort, mail.imapsPort
//   mail.token('luca@bar.test')     // signs him in with XOAUTH2
//   await mail.send({ from: 'luca@bar.test', to: ['assistenza@filo.test'], data: 'Subject: …\r\n\r\n…' });
//   await mail.waitForMessages('luca@bar.test', 1)     // [text], oldest first, from the maildir
//   await mail.flush(); await mail.queue(); mail.log();
//   await mail.stop();
//
// A pipe gets one message on standard input for each recipient, also for plus addresses (assistenza+t.x@); its exit
// status is sysexits': 0 taken, 75 tried again at the next flush, 67 bounces. pipes[..].user runs it as somebody else
// than `mail` (Postfix refuses root).
import { execFile, spawn } from 'node:child_process';
import { createHmac, randomInt } from 'node:crypto';
import { chmodSync, chownSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, renameSync, rmSync,
  statSync, utimesSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeCertificate } from './smtp_sink.js';

const run = promisify(execFile);
const TOKEN_KEY = Buffer.from('the key every test signs its tokens with');
const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

const EPHEMERAL_FROM = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/)[0]);

// Ports nobody listens on now, and that the kernel gives to nobody who asks for any: Postfix would share one with a server
// that has taken it meanwhile. They are held together while they are chosen, so they differ.
async function freePorts(names) {
  const servers = await Promise.all(names.map(async () => {
    for (;;) {
      const server = net.createServer();
      const port = randomInt(10_000, EPHEMERAL_FROM);
      const isOurs = await new Promise((done) => {
        server.on('error', () => done(false));
        server.listen(port, '127.0.0.1', () => done(true));
      });
      if (isOurs) return server;
    }
  }));
  const ports = Object.fromEntries(names.map((name, i) => [name, servers[i].address().port]));
  await Promise.all(servers.map((server) => new Promise((done) => { server.close(done); })));
  return ports;
}

// Starts something that leaves a daemon behind. The daemon keeps what it inherits, so a pipe would never end: its words
// go to a file.
async function launch(argv, output) {
  const file = openSync(output, 'a');
  const child = spawn(argv[0], argv.slice(1), { stdio: ['ignore', file, file] });
  closeSync(file);
  const status = await new Promise((done, fail) => { child.on('exit', done).on('error', fail); });
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}`);
}

// Whether a process of the group still runs; one that has ended and that nobody waited for does not.
function isGroupAlive(group) {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).some((pid) => {
    let stat;
    try {
      stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    } catch {
      return false; // it ended while we looked
    }
    const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(processGroup) === group && state !== 'Z';
  });
}

async function idOf(user, kind) {
  return Number((await run('id', [kind, user])).stdout);
}

// What only those need who have a script: Pigeonhole answers through Postfix.
function sieveConf({ base, ports }) {
  return `
submission_host = 127.0.0.1:${ports.smtp}
plugin {
  sieve = file:${base}/sieve/%u;active=${base}/sieve/%u.sieve
  sieve_vacation_min_period = 0
}
protocol lmtp {
  mail_plugins = sieve
}
`;
}

function dovecotConf({ base, ports, sieve, oauthbearer, uses, delimiter, prefix }) {
  const boxes = Object.entries(uses).map(([name, use]) => `  mailbox "${name}" {\n    special_use = \\${use}\n  }\n`).join('');
  const names = prefix ? `  prefix = ${prefix}\n  separator = ${prefix.at(-1)}\n` : '';
  return `${Object.keys(sieve).length ? sieveConf({ base, ports }) : ''}
base_dir = ${base}/dovecot/run
state_dir = ${base}/dovecot/state
log_path = ${base}/log/dovecot
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <${base}/tls/cert.pem
ssl_key = <${base}/tls/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2${oauthbearer ? ' oauthbearer' : ''}
mail_location = maildir:${base}/maildir/%u
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
recipient_delimiter = ${delimiter}
${boxes || names ? `namespace inbox {\n  inbox = yes\n${names}${boxes}}\n` : ''}passdb {
  driver = passwd-file
  args = ${base}/dovecot/users
}
passdb {
  driver = oauth2
  mechanisms = xoauth2${oauthbearer ? ' oauthbearer' : ''}
  args = ${base}/dovecot/oauth2
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${base}/maildir/%u
}
service imap-login {
  inet_listener imap {
    port = ${ports.imap}
  }
  inet_listener imaps {
    port = ${ports.imaps}
    ssl = yes
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service lmtp {
  inet_listener lmtp {
    port = ${ports.lmtp}
  }
}
service auth {
  inet_listener sasl {
    port = ${ports.sasl}
  }
}
protocol lmtp {
  postmaster_address = postmaster@mail.test
}
`;
}

// Tokens are checked against a shared key, without a server that issues them.
function dovecotOauth2({ base }) {
  return `introspection_mode = local
local_validation_key_dict = fs:posix:prefix=${base}/dovecot/keys/
username_attribute = email
`;
}

function postfixMain({ base, ports, domains, delimiter }) {
  return `
compatibility_level = 3.6
queue_directory = ${base}/postfix/queue
data_directory = ${base}/postfix/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
disable_dns_lookups = yes
smtp_host_lookup = native
virtual_mailbox_domains = ${domains.join(' ')}
virtual_mailbox_maps = texthash:${base}/postfix/mailboxes
virtual_transport = lmtp:inet:127.0.0.1:${ports.lmtp}
transport_maps = texthash:${base}/postfix/transport
recipient_delimiter = ${delimiter}
message_size_limit = 52428800
mailbox_size_limit = 0
smtpd_relay_restrictions = permit_mynetworks,permit_sasl_authenticated,reject
smtpd_recipient_restrictions = reject_unlisted_recipient
smtpd_peername_lookup = no
smtpd_tls_cert_file = ${base}/tls/cert.pem
smtpd_tls_key_file = ${base}/tls/key.pem
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:${ports.sasl}
smtpd_sasl_security_options = noanonymous
smtpd_sasl_mechanism_filter = !oauthbearer, static:rest
maximal_queue_lifetime = 5m
minimal_backoff_time = 1s
maximal_backoff_time = 5s
queue_run_delay = 2s
maillog_file = ${base}/log/postfix
maillog_file_prefixes = ${base}
maillog_file_permissions = 0644
`;
}

// Braces keep an argument with blanks together; ${recipient} and the other names of pipe(8) mean what they mean there.
function pipeArgument(text) {
  return /\s/.test(text) ? `{ ${text} }` : text;
}

function pipeService([, pipe], index) {
  return `filo${index} unix - n n - ${pipe.concurrency ?? 2} pipe\n`
    + `  flags=RDq user=${pipe.user ?? 'mail'} null_sender= argv=${pipe.argv.map(pipeArgument).join(' ')}\n`;
}

function postfixMaster({ ports, pipes, believing }) {
  return `
127.0.0.1:${ports.smtp} inet n - n - - smtpd
127.0.0.1:${ports.submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_recipient_restrictions=${believing ? '' : 'reject_unlisted_recipient'}
${believing ? '  -o smtpd_reject_unlisted_recipient=no\n' : ''}  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
${Object.entries(pipes).map(pipeService).join('')}`;
}

class MailStack {
  constructor(base, options, ports) {
    Object.assign(this, { base, options, ports });
    this.smtpPort = ports.smtp;
    this.submissionPort = ports.submission;
    this.imapPort = ports.imap;
    this.imapsPort = ports.imaps;
    this.lmtpPort = ports.lmtp; // Dovecot's own
    this.caFile = path.join(base, 'tls/cert.pem');
  }

  // A bearer token for XOAUTH2, good for so many seconds from now.
  token(email, seconds = 600) {
    const now = Math.floor(Date.now() / 1000);
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: email, email, iat: now - 3600, exp: now + seconds })}`;
    return `${signed}.${createHmac('sha256', TOKEN_KEY).update(signed).digest('base64url')}`;
  }

  file(name) {
    return path.join(this.base, name);
  }

  async write() {
    const { users, pipes, lmtp, sieve, oauthbearer, uses, delimiter, believing, prefix } = this.options;
    const addresses = [...Object.keys(users), ...Object.keys(pipes), ...Object.keys(lmtp)];
    const domains = [...new Set(addresses.map((address) => address.split('@')[1]))];
    const facts = { base: this.base, ports: this.ports, domains, pipes, sieve, oauthbearer, uses, delimiter, believing, prefix };
    for (const name of ['tls', 'log', 'maildir', 'dovecot/run', 'dovecot/state',
      'dovecot/keys/default/HS256', 'postfix/conf', 'postfix/queue', 'postfix/data']) {
      mkdirSync(this.file(name), { recursive: true });
    }
    if (Object.keys(sieve).length) mkdirSync(this.file('sieve'), { recursive: true });
    for (const [user, script] of Object.entries(sieve)) writeFileSync(this.file(`sieve/${user}.sieve`), script);
    makeCertificate(this.file('tls'));
    writeFileSync(this.file('dovecot/conf'), dovecotConf(facts));
    writeFileSync(this.file('dovecot/oauth2'), dovecotOauth2(facts));
    writeFileSync(this.file('dovecot/keys/default/HS256/default'), TOKEN_KEY.toString('base64'));
    writeFileSync(this.file('dovecot/users'), Object.entries(users).map(([user, pw]) => `${user}:{PLAIN}${pw}\n`).join(''));
    writeFileSync(this.file('postfix/conf/main.cf'), postfixMain(facts));
    writeFileSync(this.file('postfix/conf/master.cf'), postfixMaster(facts));
    writeFileSync(this.file('postfix/mailboxes'), addresses.map((address) => `${address} ${address}\n`).join(''));
    writeFileSync(this.file('postfix/transport'),
      [...Object.keys(pipes).map((address, i) => `${address} filo${i}:\n`),
        ...Object.entries(lmtp).map(([address, port]) => `${address} lmtp:inet:127.0.0.1:${port}\n`)].join(''));
    await this.own();
  }

  // The servers run as their own users: they must pass through the directory, and own what they write.
  async own() {
    chmodSync(this.base, 0o755);
    if (existsSync(this.file('sieve'))) await run('chown', ['-R', 'mail:mail', this.file('sieve')]); // compiled scripts lie beside them
    chownSync(this.file('maildir'), await idOf('mail', '-u'), await idOf('mail', '-g'));
    chownSync(this.file('postfix/data'), await idOf('postfix', '-u'), await idOf('postfix', '-g'));
  }

  async start() {
    try {
      await this.write();
      await this.launchBoth();
    } catch (error) {
      const detail = `${error.message}\n${this.log()}`;
      await this.stop();
      throw new Error(`the mail stack did not start: ${detail}`);
    }
  }

  async waitForPort(port, limitMs = 10000) {
    for (const end = Date.now() + limitMs; ; await wait(50)) {
      const open = await new Promise((done) => {
        const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); done(true); });
        socket.on('error', () => done(false));
      });
      if (open) return;
      if (Date.now() > end) throw new Error(`nothing listens on port ${port}`);
    }
  }

  log() {
    return ['log/start', 'log/postfix', 'log/dovecot'].map((name) => this.file(name)).filter(existsSync)
      .map((file) => readFileSync(file, 'utf8')).join('\n');
  }

  // Hands a message to the plain port as another server would. Resolves to the reply to its dot; rejects on refusal.
  async send({ from, to, data }) {
    const lines = data.replace(/\r?\n/g, '\r\n').replace(/(^|\r\n)\./g, '$1..');
    const steps = ['EHLO bar.test', `MAIL FROM:<${from}>`, ...to.map((address) => `RCPT TO:<${address}>`), 'DATA',
      `${lines}${lines.endsWith('\r\n') ? '' : '\r\n'}.`];
    const socket = net.connect(this.smtpPort, '127.0.0.1');
    try {
      let reply = await this.reply(socket);
      for (const step of steps) {
        socket.write(`${step}\r\n`);
        reply = await this.reply(socket);
        if (!/^[23]/.test(reply)) throw new Error(`${step.slice(0, 80)}: ${reply}`);
      }
      return reply;
    } finally {
      socket.end('QUIT\r\n');
    }
  }

  reply(socket) {
    return new Promise((done, fail) => {
      let heard = '';
      const onData = (piece) => {
        heard += piece;
        if (!/^(?:\d{3}-.*\r\n)*\d{3} .*\r\n$/.test(heard)) return;
        socket.off('data', onData).off('error', fail);
        done(heard.trim());
      };
      socket.on('data', onData).on('error', fail);
    });
  }

  // The mail server's own doings: what lies in a maildir folder (".Filo"; "" is the inbox), with the flags of each.
  flags(user, folder = '') {
    return ['new', 'cur'].map((name) => this.file(path.join('maildir', user, folder, name))).filter(existsSync)
      .flatMap((directory) => readdirSync(directory)).map((name) => name.split(':2,')[1] ?? '');
  }

  // The same with what each is: [{flags, data}].
  contents(user, folder = '') {
    return ['new', 'cur'].map((name) => this.file(path.join('maildir', user, folder, name))).filter(existsSync)
      .flatMap((directory) => readdirSync(directory).map((name) => ({ flags: name.split(':2,')[1] ?? '', data: readFileSync(path.join(directory, name)) })));
  }

  // Puts messages straight into a mailbox, as if they had come that long ago; sets of flags as in a maildir ("S": seen).
  // in: a folder as a maildir has it, ".Sent".
  async lay(user, messages, { in: into = '' } = {}) {
    const folder = this.file(path.join('maildir', user, into, 'cur'));
    for (const name of ['new', 'cur', 'tmp']) mkdirSync(this.file(path.join('maildir', user, into, name)), { recursive: true });
    this.laid = (this.laid ?? 0) + 1;
    // one by one: Dovecot's own files come and go meanwhile
    const [uid, gid] = [await idOf('mail', '-u'), await idOf('mail', '-g')];
    const home = this.file(path.join('maildir', user));
    for (const name of ['', into, ...['new', 'cur', 'tmp'].map((each) => path.join(into, each))]) chownSync(path.join(home, name), uid, gid);
    messages.forEach(({ data, at, flags = '' }, i) => {
      const name = `${Math.floor(at / 1000)}.M${i}P${process.pid}Q${this.laid}.test:2,${flags}`;
      const file = path.join(home, into, 'tmp', name);
      writeFileSync(file, Buffer.isBuffer(data) ? data.toString('latin1').replace(/\r?\n/g, '\r\n') : data.replace(/\r?\n/g, '\r\n'),
        Buffer.isBuffer(data) ? 'latin1' : 'utf8');
      utimesSync(file, at / 1000, at / 1000);
      chownSync(file, uid, gid);
      renameSync(file, path.join(folder, name));
    });
  }

  // The mailbox loses its UIDVALIDITY, as when a provider moves it to another machine.
  async renumber(user) {
    await this.stopImap();
    for (const name of ['dovecot-uidlist', 'dovecot-uidvalidity', 'dovecot.index', 'dovecot.index.log', 'dovecot.index.cache', 'dovecot.list.index.log'])
      rmSync(this.file(path.join('maildir', user, name)), { force: true });
    for (const name of readdirSync(this.file(path.join('maildir', user))).filter((each) => each.startsWith('dovecot-uidvalidity.')))
      rmSync(this.file(path.join('maildir', user, name)));
    await wait(1100); // a UIDVALIDITY is a second of the clock
    await this.startImap();
  }

  // Comes back when nothing of it is left: a new one would find the ports and the pid file taken.
  async stopImap() {
    const group = Number(readFileSync(this.file('dovecot/run/master.pid'), 'utf8'));
    process.kill(-group, 'SIGTERM');
    for (const end = Date.now() + 2000; Date.now() < end && isGroupAlive(group);) await wait(20);
    for (; isGroupAlive(group); await wait(20)) process.kill(-group, 'SIGKILL');
    rmSync(this.file('dovecot/run/master.pid'), { force: true });
  }

  // Postfix is new too: one of its processes that asked the Dovecot before would refuse the next sign-in, its line being
  // dead, and one that started without a Dovecot has it refuse all submission for a minute.
  async startImap() {
    await run('postfix', ['-c', this.file('postfix/conf'), 'stop']);
    await this.waitForEnd();
    await this.launchBoth();
  }

  async launchBoth() {
    await launch(['dovecot', '-c', this.file('dovecot/conf')], this.file('log/start'));
    await launch(['postfix', '-c', this.file('postfix/conf'), 'start'], this.file('log/start'));
    await Promise.all(Object.values(this.ports).map((port) => this.waitForPort(port)));
  }

  // The messages of a mailbox as text, oldest first.
  messages(user) {
    const folders = ['new', 'cur'].map((name) => this.file(path.join('maildir', user, name))).filter(existsSync);
    return folders.flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)))
      .map((file) => ({ file, at: statSync(file).mtimeMs }))
      .sort((a, b) => a.at - b.at || a.file.localeCompare(b.file))
      .map(({ file }) => readFileSync(file, 'latin1'));
  }

  async waitForMessages(user, count, limitMs = 15000) {
    for (const end = Date.now() + limitMs; ; await wait(50)) {
      const found = this.messages(user);
      if (found.length >= count) return found;
      if (Date.now() > end) {
        throw new Error(`${user} has ${found.length} messages, not ${count}\n${this.log().slice(-3000)}`);
      }
    }
  }

  // Tries everything deferred now.
  async flush() {
    await run('postqueue', ['-c', this.file('postfix/conf'), '-f']);
  }

  // What is still on its way: [{queue_id, sender, recipients: [{address, delay_reason}]}].
  async queue() {
    const { stdout } = await run('postqueue', ['-c', this.file('postfix/conf'), '-j']);
    return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  async stop() {
    // Each may not be running, when the start failed; what is left of it is removed anyway.
    await run('postfix', ['-c', this.file('postfix/conf'), 'stop']).catch(() => {});
    if (existsSync(this.file('dovecot/run/master.pid'))) await this.stopImap();
    await this.waitForEnd();
    rmSync(this.base, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  // Postfix goes on for a moment after it is told to stop.
  async waitForEnd() {
    const file = this.file('postfix/queue/pid/master.pid');
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    for (const end = Date.now() + 5000; pid && Date.now() < end && existsSync(`/proc/${pid}`);) await wait(50);
  }
}

// Starts the stack; options: {users: {address: password}, pipes: {address: {argv, user, concurrency}},
// lmtp: {address: port}, sieve: {address: script that runs at its delivery}, oauthbearer: true (IMAP offers that
// too; SMTP only XOAUTH2), delimiter: '' (no plus addresses), believing: true (who signs in may write to addresses that are
// none: they are found out later), prefix: 'INBOX.' (every folder is called so; its last letter parts the levels)}.
export async function startMailStack({ users = {}, pipes = {}, lmtp = {}, sieve = {}, oauthbearer = false, uses = {}, delimiter = '+', believing = false,
  prefix = '' } = {}) {
  if (process.getuid() !== 0) throw new Error('the mail stack needs root: Postfix starts no other way');
  const ports = await freePorts(['smtp', 'submission', 'imap', 'imaps', 'lmtp', 'sasl']);
  const base = mkdtempSync(path.join(tmpdir(), 'filo-mail-'));
  const stack = new MailStack(base, { users, pipes, lmtp, sieve, oauthbearer, uses, delimiter, believing, prefix }, ports);
  await stack.start();
  return stack;
}
