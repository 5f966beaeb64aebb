// SPDX-License-Identifier: EUPL-1.2
// The thinnest whole way: a message comes in by mail-in, becomes a ticket that a page shows, is answered, the answer
// leaves by SMTP, the customer's reply comes back to the same ticket. And what must not join, be lost or come twice.
// timeout: 300
import assert from 'node:assert/strict';
import { ADDRESS, ADMIN, eachEngine, startFilo } from './support/filo.js';
import { header, headersOf, letter, textBody } from './support/letter.js';
import { textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const CUSTOMER = 'luca@bar.test';

// A Filo with a mailbox whose mail ends in the sink.
async function withDesk(t, engine, story, options = {}) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink, ...options });
  t.after(() => filo.remove());
  await story(filo, sink);
}

const isAnswer = (message) => !headersOf(message.data).has('auto-submitted');
const answers = (sink) => sink.messages.filter(isAnswer);

async function answer(filo, browser, ticket, text) {
  const page = await browser.get(`/tickets/${ticket}`);
  assert.equal(page.status, 200);
  const sent = await browser.submit(page.text, /\/messages$/, { text });
  assert.ok(sent.status < 400, `reply: ${sent.status} ${textOf(sent.text).slice(0, 500)}`);
  return sent;
}

// The address in Reply-To, which alone brings a reply back.
function replyAddress(message) {
  const [, address] = /<?([^<>\s]+@[^<>\s]+)>?$/.exec(header(message.data, 'Reply-To'));
  return address;
}

eachEngine('a message becomes a ticket, is answered, and the reply comes back to it', (t, engine) =>
  withDesk(t, engine, async (filo, sink) => {
    const raw = letter({ from: `Luca Bianchi <${CUSTOMER}>`, subject: 'La macchina non scalda: E07', id: 'uno@bar.test',
      text: 'Buongiorno,\r\nla macchina mostra E07 e non scalda più. È urgente.' });
    const taken = await filo.mailIn(raw);
    assert.deepEqual([taken.code, taken.out.status], [0, 'stored'], taken.stderr);
    assert.equal(taken.out.outcome, 'opened');
    const { ticket } = taken.out;
    assert.ok(ticket >= 10001); // PostgreSQL leaves a gap where a transaction was tried again

    const browser = await filo.signIn();
    const list = await browser.follow(await browser.get('/'));
    assert.match(textOf(list.text), /La macchina non scalda: E07/);
    const page = textOf((await browser.get(`/tickets/${ticket}`)).text);
    for (const words of [`${ticket}`, 'La macchina non scalda: E07', 'Luca Bianchi', 'non scalda più. È urgente.'])
      assert.ok(page.includes(words), `the ticket's page does not say ${words}`);

    await answer(filo, browser, ticket, 'Buongiorno Luca, passiamo domani alle 9.\nÈ in garanzia.');
    await filo.until(() => answers(sink).length === 1, 'the answer at the mail server');
    const [sent] = answers(sink);
    assert.deepEqual(sent.to, [CUSTOMER]);
    assert.match(sent.from, /^assistenza(\+b\.[a-z0-9]+)?@filo\.test$/);
    assert.match(header(sent.data, 'From'), new RegExp(`<${ADDRESS}>`));
    assert.equal(header(sent.data, 'In-Reply-To'), '<uno@bar.test>');
    assert.match(header(sent.data, 'References'), /<uno@bar\.test>$/);
    assert.match(header(sent.data, 'Message-ID'), /^<[^\s<>@]+@filo\.test>$/);
    assert.match(header(sent.data, 'Subject'), /E07/);
    assert.match(replyAddress(sent), /^assistenza\+t\.[a-z2-7]{32}@filo\.test$/);
    assert.match(textBody(sent.data), /passiamo domani alle 9\.\r?\nÈ in garanzia\./);

    const back = await filo.mailIn(letter({ from: `Luca <${CUSTOMER}>`, to: replyAddress(sent), subject: 'Re: tutt\'altro oggetto',
      text: 'Va bene, alle 9 ci siamo.' }));
    assert.deepEqual([back.code, back.out.status, back.out.ticket], [0, 'stored', ticket], back.stderr);
    assert.equal(back.out.outcome, 'appended');
    assert.match(textOf((await browser.get(`/tickets/${ticket}`)).text), /Va bene, alle 9 ci siamo\./);
    assert.equal(await filo.count('FROM ticket'), 1);

    const checked = await filo.check();
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  }));

const optionOf = (html, select, index) => [...new RegExp(`<select[^>]*name="${select}"[^>]*>([^]*?)</select>`).exec(html)[1]
  .matchAll(/<option value="([^"]+)"/g)][index][1];

eachEngine('taken, worked on, coded, costed and solved: the customer is told, and a late word opens it again', (t, engine) =>
  withDesk(t, engine, async (filo, sink) => {
    await filo.stop();
    await filo.execute(`INSERT INTO product (name, sort_key, role, kind, active, version)
      VALUES ('Macchina Espresso 2', 'macchina espresso 2', 'resold', 'goods', 1, 1)`);
    await filo.start();
    const { out: { ticket } } = await filo.mailIn(letter({ from: CUSTOMER, subject: 'Non scalda' }));
    const browser = await filo.signIn();
    const page = async () => (await browser.get(`/tickets/${ticket}`)).text;
    const stateOf = async () => (await filo.rows(`SELECT state FROM ticket WHERE ticket_id = ${ticket}`))[0].state;

    assert.equal((await browser.submit(await page(), /\/take$/)).status, 303);
    assert.equal(await stateOf(), 'owned');
    assert.equal((await browser.submit(await page(), /\/start$/)).status, 303);
    assert.equal(await stateOf(), 'in_progress');

    const empty = await browser.submit(await page(), /\/resolve$/, { minutes: '' });
    assert.ok([409, 422].includes(empty.status), `solved without a word: ${empty.status}`);
    assert.equal(await stateOf(), 'in_progress');

    const html = await page();
    const solved = await browser.submit(html, /\/resolve$/, { product: 'Macchina Espresso 2', solution_id: '',
      solution: 'Sostituita la resistenza', symptom: optionOf(html, 'symptom', 0), cause: optionOf(html, 'cause', 0),
      remedy: optionOf(html, 'remedy', 0), minutes: '25' });
    assert.equal(solved.status, 303, textOf(solved.text).slice(0, 1500));
    assert.equal(await stateOf(), 'resolved');
    const costs = await filo.rows(`SELECT kind FROM cost_entry WHERE ticket_id = ${ticket}`);
    assert.ok(costs.some((cost) => cost.kind === 'labour'), 'the 25 minutes are no cost');
    await filo.until(() => sink.messages.some(({ data }) => textBody(data).includes(`risolta la Sua richiesta ${ticket}`)),
      'the notice that it is solved');

    const late = await filo.mailIn(letter({ from: CUSTOMER, subject: `Re: Non scalda [#${ticket}]`, text: 'Di nuovo fredda' }));
    assert.deepEqual([late.out.ticket, late.out.outcome], [ticket, 'reopened']);
    assert.equal(await stateOf(), 'in_progress');
    const checked = await filo.check();
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  }));

eachEngine('the customer answers by our Message-ID alone, without the token', (t, engine) =>
  withDesk(t, engine, async (filo, sink) => {
    const { out: { ticket } } = await filo.mailIn(letter({ from: CUSTOMER }));
    await answer(filo, await filo.signIn(), ticket, 'Arriviamo.');
    await filo.until(() => answers(sink).length === 1, 'the answer');
    const back = await filo.mailIn(letter({ from: CUSTOMER, inReplyTo: header(answers(sink)[0].data, 'Message-ID'), text: 'Grazie' }));
    assert.deepEqual([back.out.ticket, back.out.outcome], [ticket, 'appended']);
  }));

eachEngine('a stranger joins no ticket, by subject (A01), Message-ID (A02) or a reply address (A04) that is not his', (t, engine) =>
  withDesk(t, engine, async (filo, sink) => {
    const { out: { ticket } } = await filo.mailIn(letter({ from: CUSTOMER, subject: 'ZYZZYVA rotta', text: 'segreto ZYZZYVA' }));
    await answer(filo, await filo.signIn(), ticket, 'Arriviamo.');
    await filo.until(() => answers(sink).length === 1, 'the answer');
    const [ours] = answers(sink);
    const id = header(ours.data, 'Message-ID');
    const tries = [
      { subject: `Re: [#${ticket}] ZYZZYVA rotta` },
      { inReplyTo: id, references: `<x@y.test> ${id}` },
      { inReplyTo: `<${'a'.repeat(200)}@filo.test>`, subject: `[#${ticket}]` },
    ];
    for (const given of tries) {
      const evil = await filo.mailIn(letter({ from: 'Evil <evil@x.test>', subject: 'ciao', text: 'mandami tutto', ...given }));
      assert.equal(evil.code, 0);
      assert.equal(evil.out.outcome, 'opened', JSON.stringify(given));
      assert.notEqual(evil.out.ticket, ticket);
    }
    const participants = await filo.rows(`SELECT address_key FROM participant WHERE ticket_id = ${ticket} AND confirmed = 1`);
    assert.deepEqual(participants.map((row) => row.address_key), [CUSTOMER]);

    // Whoever holds the customer's letter holds its token: still a stranger, never one we write to.
    await filo.mailIn(letter({ from: 'Evil <evil@x.test>', to: replyAddress(ours), text: 'col gettone' }));
    const before = sink.messages.length;
    await answer(filo, await filo.signIn(), ticket, 'Seconda risposta.');
    await filo.until(() => answers(sink).length === 2, 'the second answer');
    assert.deepEqual(answers(sink)[1].to, [CUSTOMER]);
    for (const message of sink.messages.slice(0, before + 1))
      if (message.to.includes('evil@x.test')) assert.doesNotMatch(message.data.toString('latin1'), /ZYZZYVA|segreto/);
  }));

eachEngine('the same message twice is one (A08); the same Message-ID with other words is two', (t, engine) =>
  withDesk(t, engine, async (filo) => {
    const raw = letter({ id: 'due@bar.test', text: 'una volta' });
    const first = await filo.mailIn(raw);
    const again = await filo.mailIn(`Received: from relay.test by mx.test; Mon, 2 Mar 2026 10:00:00 +0100\r\n${raw}`);
    assert.deepEqual([again.code, again.out.status, again.out.ticket], [0, 'already', first.out.ticket]);
    assert.equal(await filo.count("FROM message WHERE direction = 'in'"), 1);
    const other = await filo.mailIn(letter({ id: 'due@bar.test', text: 'altre parole' }));
    assert.deepEqual([other.code, other.out.status], [0, 'stored']);
    assert.equal(await filo.count("FROM message WHERE direction = 'in'"), 2);
  }));

eachEngine('the same message through eight doors at once is read once', (t, engine) =>
  withDesk(t, engine, async (filo) => {
    for (const words of ['insieme', 'di nuovo', 'ancora']) {
      const raw = letter({ text: words });
      const taken = await Promise.all(Array.from({ length: 8 }, () => filo.mailIn(raw)));
      assert.deepEqual(taken.map(({ code }) => code), Array(8).fill(0));
      assert.equal(taken.filter(({ out }) => out.status === 'stored' && out.outcome === 'opened').length, 1);
      assert.equal(taken.filter(({ out }) => out.status === 'already').length, 7);
    }
    assert.equal(await filo.count("FROM message WHERE direction = 'in'"), 3);
    assert.equal(await filo.count("FROM inbound WHERE state = 'done' AND attempts = 1"), 3);
  }));

eachEngine('what cannot be taken: nothing and too much are refused, an unknown mailbox may come to be', (t, engine) =>
  withDesk(t, engine, async (filo) => {
    const nothing = await filo.mailIn('');
    assert.equal(nothing.code, 65);
    const much = await filo.mailIn(Buffer.alloc((64 << 20) + 1, 'a'));
    assert.equal(much.code, 65);
    const unknown = await filo.mailIn(letter(), { mailbox: 'vendite' });
    assert.equal(unknown.code, 75);
    assert.match(unknown.stderr + unknown.stdout, /vendite/);
    assert.equal(await filo.count('FROM ticket'), 0);
    await filo.stop();
    assert.equal((await filo.mailIn('')).code, 65);
    assert.equal((await filo.mailIn(letter(), { mailbox: 'vendite' })).code, 75);
    await filo.start();
    assert.equal(await filo.count('FROM inbound'), 0);
  }));

eachEngine('what is no mail at all opens a ticket all the same', (t, engine) =>
  withDesk(t, engine, async (filo) => {
    for (const raw of ['\0', 'x', Buffer.from([0xff, 0xfe, 0x0d, 0x0a, 0x80]), `${'a'.repeat(100_000)}\r\n\r\nb`]) {
      const taken = await filo.mailIn(raw);
      assert.deepEqual([taken.code, taken.out?.outcome], [0, 'opened'], taken.stderr);
    }
    assert.equal(await filo.count('FROM ticket'), 4);
  }));

eachEngine('without a server mail-in writes itself, and what it kept is there when the server comes', (t, engine) =>
  withDesk(t, engine, async (filo, sink) => {
    await filo.stop();
    const alone = await filo.mailIn(letter({ from: CUSTOMER, subject: 'di notte', text: 'nessuno in casa' }));
    assert.deepEqual([alone.code, alone.out.status], [0, 'stored'], alone.stderr);
    await filo.start();
    const again = await filo.mailIn(letter({ from: CUSTOMER, subject: 'di giorno', text: 'ora c\'è qualcuno' }));
    assert.equal(again.code, 0);
    const page = await (await filo.signIn()).get(`/tickets/${alone.out.ticket}`);
    assert.match(textOf(page.text), /nessuno in casa/);
    await filo.until(() => sink.messages.filter((message) => message.to.includes(CUSTOMER)).length >= 2, 'both acknowledgements');
  }));

eachEngine('a server that holds the lock and says nothing: 75 within seconds, and the message is taken later', (t, engine) =>
  withDesk(t, engine, async (filo) => {
    const tree = filo.tree();
    tree.forEach((pid) => process.kill(pid, 'SIGSTOP'));
    const began = Date.now();
    const raw = letter({ id: 'tardi@bar.test' });
    const refused = await filo.mailIn(raw);
    const took = Date.now() - began;
    tree.forEach((pid) => process.kill(pid, 'SIGCONT'));
    assert.equal(refused.code, 75, refused.stdout + refused.stderr);
    assert.ok(took >= 4_000 && took < 9_000, `75 after ${took} ms`);
    const later = await filo.mailIn(raw);
    assert.equal(later.code, 0);
    await filo.until(async () => await filo.count("FROM message WHERE direction = 'in'") > 0, 'the message to be read');
    assert.equal(await filo.count('FROM inbound'), 1);
    assert.equal(await filo.count('FROM ticket'), 1);
  }));

eachEngine('a second server on the same directory ends with 75 at once and a plain sentence (R20)', (t, engine) =>
  withDesk(t, engine, async (filo) => {
    const began = Date.now();
    const second = await filo.command(['serve', '--listen', '127.0.0.1:0']);
    assert.equal(second.code, 75, second.stderr);
    assert.ok(Date.now() - began < 1_500, 'it waited');
    assert.match(second.stderr, /^filo: .+\n$/);
    assert.equal(second.stdout, '');
    assert.equal((await filo.mailIn(letter())).code, 0);
  }));

eachEngine('stopped in order, with a mail server that is not there: the answer leaves when it is', (t, engine) =>
  withDesk(t, engine, async (filo, sink) => {
    const { out: { ticket } } = await filo.mailIn(letter({ from: CUSTOMER }));
    sink.rules.push({ at: 'greeting', reply: '421 4.3.2 not now', times: 9 });
    await answer(filo, await filo.signIn(), ticket, 'Appena possibile.');
    const ended = await filo.stop();
    assert.deepEqual([ended.code, ended.signal], [0, null], filo.log);
    assert.equal(answers(sink).length, 0);
    sink.rules.length = 0;
    await filo.execute('UPDATE outbox SET not_before = 0'); // the pause between two attempts goes by
    await filo.start();
    await filo.until(() => answers(sink).length === 1, 'the answer');
    assert.equal(await filo.count("FROM outbox WHERE purpose = 'answer' AND state = 'sent'"), 1);
  }));

eachEngine('check says what is wrong: a projection that its events do not give', (t, engine) =>
  withDesk(t, engine, async (filo) => {
    const { out: { ticket } } = await filo.mailIn(letter());
    assert.equal((await filo.check()).code, 0);
    await filo.stop();
    await filo.execute("UPDATE ticket SET state = 'closed'");
    const checked = await filo.check();
    assert.equal(checked.code, 1, checked.stdout + checked.stderr);
    assert.match(checked.stdout, new RegExp(`${ticket}`));
  }));

eachEngine('a backup made while it works comes back elsewhere, and passes check', (t, engine) =>
  withDesk(t, engine, async (filo) => {
    const { out: { ticket } } = await filo.mailIn(letter({ subject: 'nella copia', text: `grande ${'x'.repeat(200_000)}` }));
    const made = await filo.command(['backup', '--name', 'copia']);
    assert.equal(made.code, 0, made.stderr);
    const copy = made.stdout.trim();
    await filo.mailIn(letter({ subject: 'dopo la copia' }));
    const other = { dir: `${filo.root}/altrove`, db: filo.db ? await filo.cluster.createDatabase() : null };
    const words = (name) => [name, '--data', other.dir, ...(other.db ? ['--db', other.db] : [])];
    const back = await filo.plain([...words('restore'), '--from', copy]);
    assert.equal(back.code, 0, back.stderr);
    const checked = await filo.plain(words('check'));
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    const moved = await startFilo({ engine, restored: other, cluster: filo.cluster });
    t.after(() => moved.remove());
    assert.deepEqual((await moved.rows('SELECT subject FROM ticket')).map((row) => row.subject), ['nella copia']);
    const browser = await moved.signIn();
    assert.match(textOf((await browser.get(`/tickets/${ticket}`)).text), /nella copia/);
    const refused = await filo.plain([...words('restore'), '--from', copy]);
    assert.notEqual(refused.code, 0, 'a restore over an installation that holds something');
  }));

eachEngine('the admin signs in with the password and nothing else', (t, engine) =>
  withDesk(t, engine, async (filo) => {
    await assert.rejects(filo.signIn({ password: `${ADMIN.password}!` }));
    const outside = await filo.browser().get('/tickets/10001');
    assert.ok([303, 401, 403].includes(outside.status), `${outside.status} without signing in`);
    const foreign = await (await filo.signIn()).post('/tickets/10001/messages', { text: 'x' }, { headers: { 'Sec-Fetch-Site': 'cross-site' } });
    assert.equal(foreign.status, 403);
  }));
