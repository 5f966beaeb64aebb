// SPDX-License-Identifier: EUPL-1.2
// A real mail server for scenarios: Postfix and Dovecot on loopback, everything under one temporary directory. Needs
// root (Postfix insists) and the Debian packages postfix, dovecot-imapd, dovecot-lmtpd, openssl; nothing can leave the
// machine and nothing outside the directory is touched.
//
//   import { startMailStack } from './mail_stack.js';
//   const mail = await startMailStack({
//     users: { 'luca@bar.test': 'pw' },
//     pipes: { 'assistenza@filo.test': { argv: ['/usr/bin/filo', '--data', dir, 'mail-in', '--mailbox', 'assistenza'] } },
//   });
//   mail.smtpPort            // plain, relays for loopback: as another company's server would hand mail over
//   mail.submissionPort      // STARTTLS and sign-in demanded, mail.caFile trusts it
//   mail.imapPort, mail.imapsPort
//   await mail.send({ from: 'luca@bar.test', to: ['assistenza@filo.test'], data: 'Subject: …\r\n\r\n…' });
//   await mail.waitForMessages('luca@bar.test', 1)     // [text], oldest first, from the maildir
//   await mail.flush(); await mail.queue(); mail.log();
//   await mail.stop();
//
// A pipe gets one message on standard input for each recipient, also for plus addresses (assistenza+t.x@); its exit
// status is sysexits': 0 taken, 75 tried again at the next flush, 67 bounces. pipes[..].user runs it as somebody else
// than `mail` (Postfix refuses root).
import { execFile, spawn } from 'node:child_process';
import { chmodSync, chownSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync,
  statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeCertificate } from './smtp_sink.js';

const run = promisify(execFile);
const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

// Ports nobody listens on now. They are held together while they are chosen, so they differ.
async function freePorts(names) {
  const servers = await Promise.all(names.map(() => new Promise((done) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => done(server));
  })));
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

async function idOf(user, kind) {
  return Number((await run('id', [kind, user])).stdout);
}

function dovecotConf({ base, ports }) {
  return `
base_dir = ${base}/dovecot/run
state_dir = ${base}/dovecot/state
log_path = ${base}/log/dovecot
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <${base}/tls/cert.pem
ssl_key = <${base}/tls/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:${base}/maildir/%u
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
recipient_delimiter = +
passdb {
  driver = passwd-file
  args = ${base}/dovecot/users
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

function postfixMain({ base, ports, domains }) {
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
recipient_delimiter = +
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

function postfixMaster({ ports, pipes }) {
  return `
127.0.0.1:${ports.smtp} inet n - n - - smtpd
127.0.0.1:${ports.submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_recipient_restrictions=reject_unlisted_recipient
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
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
    this.caFile = path.join(base, 'tls/cert.pem');
  }

  file(name) {
    return path.join(this.base, name);
  }

  async write() {
    const { users, pipes } = this.options;
    const addresses = [...Object.keys(users), ...Object.keys(pipes)];
    const domains = [...new Set(addresses.map((address) => address.split('@')[1]))];
    const facts = { base: this.base, ports: this.ports, domains, pipes };
    for (const name of ['tls', 'log', 'maildir', 'dovecot/run', 'dovecot/state', 'postfix/conf', 'postfix/queue', 'postfix/data']) {
      mkdirSync(this.file(name), { recursive: true });
    }
    makeCertificate(this.file('tls'));
    writeFileSync(this.file('dovecot/conf'), dovecotConf(facts));
    writeFileSync(this.file('dovecot/users'), Object.entries(users).map(([user, pw]) => `${user}:{PLAIN}${pw}\n`).join(''));
    writeFileSync(this.file('postfix/conf/main.cf'), postfixMain(facts));
    writeFileSync(this.file('postfix/conf/master.cf'), postfixMaster(facts));
    writeFileSync(this.file('postfix/mailboxes'), addresses.map((address) => `${address} ${address}\n`).join(''));
    writeFileSync(this.file('postfix/transport'),
      Object.keys(pipes).map((address, i) => `${address} filo${i}:\n`).join(''));
    await this.own();
  }

  // The servers run as their own users: they must pass through the directory, and own what they write.
  async own() {
    chmodSync(this.base, 0o755);
    chownSync(this.file('maildir'), await idOf('mail', '-u'), await idOf('mail', '-g'));
    chownSync(this.file('postfix/data'), await idOf('postfix', '-u'), await idOf('postfix', '-g'));
  }

  async start() {
    try {
      await this.write();
      await launch(['dovecot', '-c', this.file('dovecot/conf')], this.file('log/start'));
      await launch(['postfix', '-c', this.file('postfix/conf'), 'start'], this.file('log/start'));
      await Promise.all(Object.values(this.ports).map((port) => this.waitForPort(port)));
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
    await run('doveadm', ['-c', this.file('dovecot/conf'), 'stop']).catch(() => {});
    await this.waitForEnd();
    rmSync(this.base, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  // Servers go on for a moment after they are told to stop.
  async waitForEnd() {
    const pids = ['postfix/queue/pid/master.pid', 'dovecot/run/master.pid'].map((name) => this.file(name)).filter(existsSync)
      .map((file) => Number(readFileSync(file, 'utf8')));
    for (const end = Date.now() + 5000; Date.now() < end && pids.some((pid) => existsSync(`/proc/${pid}`));) await wait(50);
  }
}

// Starts the stack; options: {users: {address: password}, pipes: {address: {argv, user, concurrency}}}.
export async function startMailStack({ users = {}, pipes = {} } = {}) {
  if (process.getuid() !== 0) throw new Error('the mail stack needs root: Postfix starts no other way');
  const ports = await freePorts(['smtp', 'submission', 'imap', 'imaps', 'lmtp', 'sasl']);
  const base = mkdtempSync(path.join(tmpdir(), 'filo-mail-'));
  const stack = new MailStack(base, { users, pipes }, ports);
  await stack.start();
  return stack;
}
