// SPDX-License-Identifier: EUPL-1.2
// Mail handed over by LMTP: taken once, whatever dies on either side; refused when it is nobody's; told to come again
// when Filo cannot keep it. By hand, and by a real Postfix.
// timeout: 600
import assert from 'node:assert/strict';
import path from 'node:path';
import { ADDRESS, eachEngine, startFilo } from './support/filo.js';
import { Ledger, countWords } from './support/ledger.js';
import { headersOf, letter, textBody } from './support/letter.js';
import { LmtpClient, onTheWire } from './support/lmtp_client.js';
import { startMailStack } from './support/mail_stack.js';
import { startCluster } from './support/postgres.js';
import { SmallDisk } from './support/small_disk.js';
import { startSink } from './support/smtp_sink.js';

const SALES = 'vendite@filo.test';
const OPEN = { lmtp: '127.0.0.1:0' };

async function startTaking(t, options) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ ...OPEN, sink, ...options });
  t.after(() => filo.remove());
  return { filo, sink };
}

async function connect(filo) {
  const mx = await LmtpClient.open(filo.lmtpPort);
  assert.match(mx.greeting, /^220 /);
  assert.match(await mx.say('LHLO mx.test'), /^250/);
  return mx;
}

const idOf = (reply) => Number(/^250 2\.0\.0 Kept as (\d+)$/.exec(reply)?.[1]);
const texts = async (filo) => (await filo.rows("SELECT text FROM message WHERE direction = 'in' ORDER BY message_id")).map((row) => row.text);

eachEngine('a session by hand: what is offered, whose mail it is, and the ticket', async (t, engine) => {
  const { filo, sink } = await startTaking(t, { engine, serve: false });
  await filo.setMailbox('vendite', { port: sink.port, address: SALES });
  await filo.start();
  const mx = await LmtpClient.open(filo.lmtpPort);
  const offered = (await mx.say('LHLO mx.test')).split('\r\n').map((line) => line.slice(4));
  assert.deepEqual(offered.slice(1), ['PIPELINING', 'ENHANCEDSTATUSCODES', '8BITMIME', 'SMTPUTF8', 'SIZE 67104768']);
  assert.match(await mx.say('MAIL FROM:<luca@bar.test> SIZE=67104769'), /^552 5\.3\.4 /);
  assert.match(await mx.say('VRFY assistenza'), /^252 /);
  const replies = await mx.begin({ to: ['Assistenza@FILO.test', 'assistenza+t.x@filo.test', 'assistenzax@filo.test', 'assistenza@altri.test',
    'assistenza', '+x@filo.test', SALES] });
  assert.deepEqual(replies.map((reply) => reply.slice(0, 9)),
    ['250 2.1.0', '250 2.1.5', '250 2.1.5', '550 5.1.1', '550 5.1.1', '550 5.1.1', '550 5.1.1', '250 2.1.5']);
  await mx.say('RSET');

  const [kept] = await mx.deliver({ from: 'luca@bar.test', to: [ADDRESS], data: letter({ subject: 'Non scalda', text: 'Perché?\n.\n..fine' }) });
  assert.ok(idOf(kept), kept);
  const desk = await filo.signIn();
  assert.match((await desk.get('/tickets/10001')).text, /Non scalda/);
  assert.deepEqual((await texts(filo)).map((text) => text.trim()), ['Perché?\n.\n..fine']);
  const [row] = await filo.rows('SELECT source, state, raw_size FROM inbound');
  assert.deepEqual([row.source, row.state], ['assistenza', 'done']);

  // Two mailboxes, one message: each recipient has its 250, and there is one ticket.
  const both = await mx.deliver({ from: 'luca@bar.test', to: [SALES, ADDRESS], data: letter({ subject: 'A tutti e due' }) });
  assert.equal(both.length, 2);
  assert.ok(idOf(both[0]) && both[0] === both[1], both.join());
  const again = await mx.deliver({ from: 'luca@bar.test', to: [ADDRESS], data: letter({ subject: 'Altra', id: 'due@bar.test' }) });
  const other = await mx.deliver({ from: 'luca@bar.test', to: [SALES], data: letter({ subject: 'Altra', id: 'tre@bar.test' }) });
  assert.notEqual(idOf(again[0]), idOf(other[0]));
  assert.equal(await filo.count('FROM ticket'), 4);
  assert.deepEqual((await filo.rows('SELECT source FROM inbound ORDER BY inbound_id')).map((inbound) => inbound.source),
    ['assistenza', 'vendite', 'assistenza', 'vendite']);
  await mx.close();
  assert.equal((await filo.check()).code, 0);

  await filo.stop();
  await filo.execute("UPDATE channel_account SET active = 0 WHERE name = 'vendite'");
  await filo.start();
  const later = await connect(filo);
  assert.deepEqual((await later.begin({ to: [SALES, ADDRESS] })).map((reply) => reply.slice(0, 3)), ['250', '550', '250']);
  later.destroy();
});

eachEngine('the envelope counts: a bounce is not answered, a hidden token brings a reply home', async (t, engine) => {
  const { filo, sink } = await startTaking(t, { engine });
  const mx = await connect(filo);
  await mx.deliver({ from: 'luca@bar.test', to: [ADDRESS], data: letter({ subject: 'Prima' }) });
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  const reply = /<?([^<>\s]+@[^<>\s]+)>?$/.exec(headersOf(sink.messages[0].data).get('reply-to')[0])[1];
  assert.match(reply, /^assistenza\+t\./);
  // As an alias or a Bcc would have it: the token is in the envelope alone, and not at its first address.
  await mx.deliver({ from: 'luca@bar.test', to: [ADDRESS, reply], data: letter({ subject: 'Seconda', to: 'tutti@bar.test' }) });
  assert.deepEqual((await filo.rows("SELECT ticket_id FROM message WHERE direction = 'in'")).map((row) => row.ticket_id), [10001, 10001]);
  // Nothing in the message says that it is a robot's, and what it says of its own return path is not believed.
  await mx.deliver({ from: '', to: [ADDRESS], data: letter({ from: 'anna@bar.test', subject: 'Senza mittente', more: ['Return-Path: <anna@bar.test>'] }) });
  await mx.deliver({ from: 'ugo@bar.test', to: [ADDRESS], data: letter({ from: 'ugo@bar.test', subject: 'Ultima' }) });
  const acknowledged = (name) => sink.messages.filter((message) => message.to.some((address) => address.startsWith(name))).length;
  await filo.until(() => acknowledged('ugo') === 1, 'the last acknowledgement');
  assert.deepEqual([acknowledged('luca'), acknowledged('anna')], [1, 0]);
  await mx.close();
});

eachEngine('pipelined, cut in pieces, with false ends inside: the message is what was sent', async (t, engine) => {
  const { filo } = await startTaking(t, { engine });
  const group = `MAIL FROM:<luca@bar.test> BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<${ADDRESS}>\r\nDATA\r\n`;
  const data = letter({ text: 'vero' }).replace(/vero\r\n$/, 'inizio\n.\nMAIL FROM:<falso@bar.test>\r.\r\n.\rmezzo\r\n\n.\r\nfine\r\n');
  const codes = async (mx, count) => {
    const heard = [];
    while (heard.length < count) heard.push((await mx.reply()).slice(0, 3));
    return heard;
  };
  const mx = await connect(filo);
  mx.write(group);
  assert.deepEqual(await codes(mx, 3), ['250', '250', '354']);
  // The end of one message, the whole of the next group, and so on: in one packet, then byte by byte.
  const wire = Buffer.from(data.replace(/\r\n\./g, '\r\n..'), 'latin1');
  mx.write(Buffer.concat([wire, Buffer.from(`.\r\n${group}`)]));
  assert.deepEqual(await codes(mx, 4), ['250', '250', '250', '354']);
  const second = Buffer.concat([onTheWire(letter({ text: 'seconda' })), Buffer.from('QUIT\r\n')]);
  for (let at = 0; at < second.length; at += 1) {
    mx.write(second.subarray(at, at + 1));
    if (at % 50 === 0) await new Promise((done) => { setImmediate(done); });
  }
  assert.deepEqual(await codes(mx, 2), ['250', '221']);
  await mx.ended;
  assert.equal(await filo.count('FROM inbound'), 2);
  const hex = engine === 'sqlite' ? 'hex(b.content)' : "encode(b.content, 'hex')";
  const [first, next] = (await filo.rows(`SELECT ${hex} AS content FROM inbound AS i JOIN blob AS b ON b.sha256 = i.raw_sha256 ORDER BY i.inbound_id`))
    .map(({ content }) => Buffer.from(content, 'hex').toString('latin1'));
  assert.equal(first, `Return-Path: <luca@bar.test>\r\nDelivered-To: ${ADDRESS}\r\n${data}`);
  assert.match(next, /\r\n\r\nseconda\r\n$/);
});

eachEngine('who leaves before the dot has said nothing; who leaves after it is not asked twice', async (t, engine) => {
  const { filo } = await startTaking(t, { engine });
  const data = letter({ subject: 'Una sola', id: 'una@bar.test' });
  const before = await connect(filo);
  await before.begin();
  await before.say('DATA');
  before.write(onTheWire(data).subarray(0, -3));
  before.destroy();
  const after = await connect(filo);
  await after.begin();
  await after.say('DATA');
  await new Promise((done) => { after.socket.write(onTheWire(data), done); });
  after.destroy();
  await filo.until(async () => await filo.count('FROM ticket') === 1, 'the message whose dot came');
  const again = await connect(filo);
  const [first] = await again.deliver({ to: [ADDRESS], data });
  const [second] = await again.deliver({ to: ['assistenza+x@filo.test'], data });
  assert.ok(idOf(first) && first === second, `${first} ${second}`);
  // The same message by a pipe, whose lines end in LF, is the same too; and the other way round.
  assert.equal((await filo.mailIn(data.replace(/\r\n/g, '\n'))).out.status, 'already');
  const piped = letter({ subject: 'Dal tubo', id: 'tubo@bar.test' });
  const { inbound } = (await filo.mailIn(`Return-Path: <luca@bar.test>\n${piped.replace(/\r\n/g, '\n')}`)).out;
  assert.equal(idOf((await again.deliver({ to: [ADDRESS], data: piped }))[0]), inbound);
  assert.equal(await filo.count('FROM inbound'), 2);
  await again.close();
});

// What cannot be kept is told so, and taken once when it can.
async function refusedThenTaken(filo, breakIt, mendIt, code) {
  const mx = await connect(filo);
  assert.ok(idOf((await mx.deliver({ to: [ADDRESS], data: letter({ subject: 'Prima' }) }))[0]));
  const data = letter({ subject: 'Durante', text: 'x'.repeat(200_000) });
  await mx.begin();
  await mx.say('DATA');
  await breakIt();
  mx.write(onTheWire(data));
  assert.match(await mx.reply(), code);
  await mendIt();
  await filo.until(async () => (await mx.begin())[1].startsWith('250') || (await mx.say('RSET'), false), 'a recipient to be taken');
  await mx.say('DATA');
  mx.write(onTheWire(data));
  const kept = await mx.reply();
  assert.ok(idOf(kept), kept);
  assert.equal(idOf((await mx.deliver({ to: [ADDRESS], data }))[0]), idOf(kept));
  await mx.close();
  await filo.until(async () => await filo.count('FROM ticket') === 2, 'two tickets');
  assert.equal(await filo.count('FROM inbound'), 2);
  assert.equal((await filo.check()).code, 0);
}

eachEngine('the store is full, or away: 451, then 250 once', async (t, engine) => {
  if (engine === 'sqlite') {
    const disk = new SmallDisk();
    t.after(() => disk.remove());
    const { filo } = await startTaking(t, { engine, dir: path.join(disk.root, 'data') });
    await refusedThenTaken(filo, () => disk.fill(0), () => disk.empty(), /^451 4\.3\.1 /);
  } else {
    const cluster = await startCluster();
    t.after(() => cluster.stop());
    const { filo } = await startTaking(t, { engine, cluster });
    await refusedThenTaken(filo, () => cluster.crash(), () => cluster.start(), /^451 4\.3\.0 /);
  }
});

eachEngine('a stopping server says 421; a stranger\'s address is never listened on unless asked', async (t, engine) => {
  const { filo } = await startTaking(t, { engine });
  const mx = await connect(filo);
  const stopped = filo.stop();
  assert.match(await mx.reply(), /^421 4\.3\.2 /);
  assert.equal((await stopped).code, 0);
  for (const where of ['0.0.0.0:0', 'mail.test:24', '24', 'unix:/no/such/folder/socket']) {
    filo.options.lmtp = where;
    await assert.rejects(filo.start(), /serve ended with \d+/, where);
  }
});

const BATCH = 200;
const CONNECTIONS = 8;

// R01: 200 messages over several connections, the whole tree killed again and again; a mail server's ledger outside.
eachEngine('killed in the middle of 200 messages: 200 messages, none twice', async (t, engine) => {
  const cluster = engine === 'postgresql' ? await startCluster({ fsync: true }) : null;
  if (cluster) t.after(() => cluster.stop());
  const { filo } = await startTaking(t, { engine, cluster });
  const ledger = new Ledger();
  const waiting = Array.from({ length: BATCH }, () => {
    const word = ledger.word('posta');
    ledger.ask(word);
    return { word, data: letter({ from: `${word}@bar.test`, text: word, id: `${word}@bar.test` }) };
  });
  const deliverAll = async () => {
    const mx = await connect(filo).catch(() => null);
    for (let next; mx && (next = waiting.shift());) {
      const { word, data } = next;
      const replies = await mx.deliver({ from: `${word}@bar.test`, to: [ADDRESS], data }).catch(() => []);
      if (replies[0]?.startsWith('250')) ledger.acknowledge(word);
      else {
        waiting.push(next); // as a mail server's queue does
        break;
      }
    }
    mx?.destroy();
  };
  let kills = 0;
  while (waiting.length) {
    const before = ledger.acknowledged.length;
    const workers = Promise.all(Array.from({ length: CONNECTIONS }, deliverAll));
    if (kills < 12) {
      await filo.until(() => ledger.acknowledged.length > before + 3 || !waiting.length, 'some messages to be taken');
      await new Promise((done) => { setTimeout(done, Math.random() * 12); });
      await filo.kill();
      kills += 1;
    }
    await workers;
    if (!filo.isServing()) await filo.start();
  }
  if (cluster) // as if another node, which might live there, had had its time to read it
    await filo.execute("UPDATE inbound SET received_at = received_at - 60000 WHERE state = 'stored'");
  await filo.until(async () => await filo.count("FROM inbound WHERE state = 'stored'") === 0, 'what was kept to be read', 60_000);
  assert.deepEqual(ledger.judge(countWords(await texts(filo))), []);
  assert.deepEqual(ledger.open, []);
  assert.deepEqual([await filo.count('FROM inbound'), await filo.count('FROM ticket'), ledger.acknowledged.length], [BATCH, BATCH, BATCH]);
  assert.equal((await filo.check()).code, 0);
  t.diagnostic(`${kills} kills`);
  assert.ok(kills >= 5, `only ${kills} kills`);
});

eachEngine('Postfix hands over: it waits while Filo is down, delivers once, bounces what is nobody\'s', async (t, engine) => {
  const { filo } = await startTaking(t, { engine });
  filo.options.lmtp = `127.0.0.1:${filo.lmtpPort}`;
  await filo.stop();
  const mail = await startMailStack({ users: { 'luca@bar.test': 'parola' }, lmtp: { [ADDRESS]: filo.lmtpPort, 'nessuno@filo.test': filo.lmtpPort } });
  t.after(() => mail.stop());
  const data = letter({ subject: 'Attraverso Postfix', text: 'perché\n.\n..due punti' });
  await mail.send({ from: 'luca@bar.test', to: [ADDRESS], data });
  await filo.until(async () => (await mail.queue()).some((entry) => entry.queue_name === 'deferred'), 'Postfix to defer it');
  await filo.start();
  await mail.flush();
  await filo.until(async () => (await mail.queue()).length === 0, `Postfix to be rid of it\n${mail.log().slice(-2000)}`);
  assert.deepEqual((await texts(filo)).map((text) => text.trim()), ['perché\n.\n..due punti']);
  assert.match(mail.log(), /status=sent \(250 2\.0\.0 Kept as \d+\)/);
  await mail.send({ from: 'luca@bar.test', to: ['assistenza+t.abcdefgh@filo.test', 'nessuno@filo.test'], data: letter({ subject: 'A due' }) });
  const [bounce] = await mail.waitForMessages('luca@bar.test', 1);
  assert.match(bounce, /Final-Recipient: rfc822; nessuno@filo\.test[^]*Status: 5\.1\.1/);
  await filo.until(async () => await filo.count('FROM ticket') === 2, 'the second message');
  assert.equal(await filo.count('FROM inbound'), 2);
  const desk = await filo.signIn();
  assert.match((await desk.get('/tickets/10001')).text, /Attraverso Postfix/);
});
