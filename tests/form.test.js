// SPDX-License-Identifier: EUPL-1.2
// The public form: number at once, one request however often it is pressed, a link that shows the customer what is theirs
// and nothing else, where they can answer. Security A11, A15, A22, A35.
// timeout: 300
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { header, headersOf, letter, textBody } from './support/letter.js';
import { findForm, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const HASTY_MS = 2100; // FORM_KEY_HASTY_MS and a little
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

const FIELDS = { subject: 'La V2 non fa vapore', description: 'Da lunedì, solo a freddo.', name: 'Lucia Ferri',
  email: 'lucia@bar.test', business: 'Bar Centrale', phone: '333 1234567', product: 'V2', serial: 'V2-24-01837' };

async function withDesk(t, engine, story, options = {}) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink, ...options });
  t.after(() => filo.remove());
  await story(filo, sink);
}

// A form as shown, its key old enough to be a person's.
async function openForms(browser, count = 1) {
  const pages = [];
  for (let i = 0; i < count; i++) pages.push((await browser.get('/help')).text);
  await pause(HASTY_MS);
  return pages;
}

const linkOf = (html) => /href="(\/track\/[a-z2-7]{32})"/.exec(html)?.[1];

eachEngine('a form has its number at once, and is one request however often it is sent', (t, engine) =>
  withDesk(t, engine, async (filo, sink) => {
    const browser = filo.browser();
    const [page] = await openForms(browser);
    const first = await browser.submit(page, /^\/help$/, FIELDS);
    assert.equal(first.status, 200, textOf(first.text).slice(0, 400));
    assert.match(textOf(first.text), /10001/);
    const link = linkOf(first.text);
    assert.ok(link, 'a tracking link of 160 random bits');
    const [second, third] = await Promise.all([browser.submit(page, /^\/help$/, FIELDS), browser.submit(page, /^\/help$/, FIELDS)]);
    for (const again of [second, third]) {
      assert.match(textOf(again.text), /10001/);
      assert.equal(linkOf(again.text), link);
    }
    assert.equal(await filo.count('FROM ticket'), 1);
    assert.equal(await filo.count('FROM message'), 1);

    await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
    const [ack] = sink.messages;
    assert.deepEqual(ack.to, [FIELDS.email]);
    assert.ok(headersOf(ack.data).has('auto-submitted'));
    const whole = ack.data.toString('utf8');
    for (const typed of ['Lucia', 'vapore', 'Bar Centrale']) assert.ok(!whole.includes(typed), `the mail says ${typed}`);
    assert.ok(textBody(ack.data).includes(link), 'the mail has the link');

    const staff = await filo.signIn();
    const seen = textOf((await staff.get('/tickets/10001')).text);
    for (const words of [FIELDS.subject, FIELDS.description, FIELDS.business, FIELDS.serial, FIELDS.phone])
      assert.ok(seen.includes(words), `the staff do not see ${words}`);
    const checked = await filo.check();
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  }));

eachEngine('what is wrong is said, what was typed is kept, and nothing is recorded', (t, engine) =>
  withDesk(t, engine, async (filo) => {
    const browser = filo.browser();
    const hasty = (await browser.get('/help')).text;
    const early = await browser.submit(hasty, /^\/help$/, FIELDS);
    assert.equal(early.status, 422);
    assert.equal(findForm(early.text, /^\/help$/).fields.form_token, findForm(hasty, /^\/help$/).fields.form_token);
    await pause(HASTY_MS);
    for (const [fields, words] of [[{ ...FIELDS, email: 'nessuno' }, 'nessuno'], [{ ...FIELDS, name: ' ' }, FIELDS.subject],
      [{ ...FIELDS, website: 'http://spam.test' }, FIELDS.subject], [{ ...FIELDS, form_token: 'x'.repeat(80) }, FIELDS.subject]]) {
      const refused = await browser.submit(hasty, /^\/help$/, fields);
      assert.equal(refused.status, 422, JSON.stringify(fields));
      assert.ok(refused.text.includes(words), `the form came back without ${words}`);
      assert.match(refused.text, /role="alert"/);
    }
    assert.equal(await filo.count('FROM ticket'), 0);
    assert.equal(await filo.count('FROM inbound'), 0);
    const sent = await browser.submit(early.text, /^\/help$/, FIELDS);
    assert.match(textOf(sent.text), /10001/, 'the form that came back can be sent');
  }));

eachEngine('A15: a hundred forms that name a stranger send them one mail, without a word of theirs', (t, engine) =>
  withDesk(t, engine, async (filo, sink) => {
    const browser = filo.browser();
    const pages = await openForms(browser, 100);
    for (const [i, page] of pages.entries()) {
      const sent = await browser.submit(page, /^\/help$/, { ...FIELDS, email: 'victim@y.test', subject: `COMPRA ORA ${i}`,
        name: 'x\r\nBcc: v@x.test' });
      assert.equal(sent.status, 200);
    }
    assert.equal(await filo.count('FROM ticket'), pages.length);
    // Whoever comes after them has their acknowledgement: the hundred would have left before it.
    await filo.mailIn(letter({ from: 'ultimo@bar.test', subject: 'Ultimo' }));
    await filo.until(() => sink.messages.some(({ to }) => to[0] === 'ultimo@bar.test'), 'the last acknowledgement');
    const theirs = sink.messages.filter(({ to }) => to.includes('victim@y.test'));
    assert.deepEqual(theirs.map(({ to }) => to), [['victim@y.test']]);
    assert.equal(await filo.count("FROM outbox WHERE purpose = 'acknowledgement'"), 2);
    assert.ok(!/COMPRA|Bcc|x@x|v@x/.test(theirs[0].data.toString()));
  }));

const TYPED = /Indirizzo scritto nel modulo: niente prova ancora che sia suo/;

eachEngine('A15: an address in a form proves nothing, nor does a mail that names the request', (t, engine) =>
  withDesk(t, engine, async (filo, sink) => {
    const theirs = { from: 'Lucia Ferri <lucia@bar.test>', subject: 'Contratto', text: 'Il codice della cassaforte è 4711.' };
    await filo.mailIn(letter(theirs));
    await filo.stop();
    await filo.execute("INSERT INTO suspect_address (address_key, since, status, reason, by_report) VALUES ('lucia@bar.test', 1, '5.1.1', 'no such user', 1)");
    await filo.start();
    const before = await filo.rows('SELECT * FROM ticket WHERE ticket_id = 10001');
    const stranger = filo.browser();
    const [page] = await openForms(stranger);
    const sent = await stranger.submit(page, /^\/help$/, { ...FIELDS, email: 'LUCIA@bar.test', subject: 'Re: Contratto [#10001]', description: 'Mi ridite il codice?' });
    assert.match(textOf(sent.text), /10002/);
    const seen = (await stranger.get(linkOf(sent.text))).text;
    assert.match(textOf(seen), /Mi ridite il codice\?/);
    for (const word of ['4711', 'cassaforte', '10001<']) assert.ok(!seen.includes(word), `the stranger sees ${word}`);

    assert.deepEqual(await filo.rows('SELECT * FROM ticket WHERE ticket_id = 10001'), before, 'no say on another request');
    assert.equal(await filo.count('FROM message WHERE ticket_id = 10001'), 1);
    assert.equal(await filo.count("FROM suspect_address WHERE address_key = 'lucia@bar.test'"), 1, 'nobody has been seen to read there');
    const staff = await filo.signIn();
    const shown = async () => textOf((await staff.get('/tickets/10002')).text);
    assert.match(await shown(), TYPED);

    // Somebody writes in her name, by the number that the form gave: that is no proof that she filled it.
    const reply = await filo.mailIn(letter({ ...theirs, subject: 'Re: [#10002]', text: 'Non sono stata io.' }));
    assert.deepEqual([reply.out.ticket, reply.out.outcome], [10002, 'appended']);
    assert.match(await shown(), TYPED);
    assert.equal(await filo.count("FROM suspect_address WHERE address_key = 'lucia@bar.test'"), 0);
    assert.ok(sink.messages.every(({ to }) => to.length === 1));
  }));

eachEngine('the link shows the conversation and nothing of ours; an answer comes back to the request', (t, engine) =>
  withDesk(t, engine, async (filo, sink) => {
    const customer = filo.browser();
    const [page] = await openForms(customer);
    const link = linkOf((await customer.submit(page, /^\/help$/, FIELDS)).text);
    const staff = await filo.signIn();
    let open = (await staff.get('/tickets/10001')).text;
    await staff.submit(open, /\/messages$/, { text: 'SEGRETO: cliente difficile', kind: 'note' });
    open = (await staff.get('/tickets/10001')).text;
    await staff.submit(open, /\/messages$/, { text: 'Passiamo domani.', then: 'waiting_customer' });
    await filo.until(() => sink.messages.length === 2, 'the answer at the mail server');

    const shown = await customer.get(link);
    assert.equal(shown.status, 200);
    assert.equal(shown.headers['referrer-policy'], 'no-referrer');
    assert.equal(shown.headers['cache-control'], 'no-store');
    const words = textOf(shown.text);
    for (const word of [FIELDS.subject, 'Passiamo domani.', 'Sara Conti', '10001']) assert.ok(words.includes(word), word);
    for (const word of ['SEGRETO', 'sara@', 'assistenza@', '97,26']) assert.ok(!shown.text.includes(word), `shows ${word}`);

    assert.equal((await filo.rows('SELECT state FROM ticket'))[0].state, 'waiting_customer');
    const answered = await customer.postFiles(link, { ...findForm(shown.text, /^\/track\//).fields, text: 'Va bene, vi aspetto.' },
      [{ name: '../../"><img src=x onerror=alert(1)>.jpg', type: 'image/svg+xml', body: '<svg onload="alert(1)"/>' }]);
    assert.equal(answered.status, 303, textOf(answered.text).slice(0, 300));
    const twice = await customer.postFiles(link, { ...findForm(shown.text, /^\/track\//).fields, text: 'Va bene, vi aspetto.' }, []);
    assert.equal(twice.status, 303);
    assert.equal(await filo.count("FROM message WHERE text = 'Va bene, vi aspetto.'"), 1);
    assert.equal((await filo.rows('SELECT state FROM ticket'))[0].state, 'in_progress');

    const after = (await customer.get(link)).text;
    assert.ok(!after.includes('<img'), 'a file name is text');
    const file = /href="(\/track\/[^"]*\/files\/\d+)"/.exec(after)[1];
    const got = await customer.get(file);
    assert.equal(got.text, '<svg onload="alert(1)"/>');
    assert.match(got.headers['content-disposition'], /^attachment/);
    assert.match(got.headers['content-security-policy'], /^sandbox/);
    assert.ok(!got.headers['content-disposition'].includes('/'));
    assert.match(textOf((await staff.get('/tickets/10001')).text), /Va bene, vi aspetto\./);
  }));

eachEngine('an answer that can still be taken back is not shown, and one taken back never is', (t, engine) =>
  withDesk(t, engine, async (filo) => {
    const customer = filo.browser();
    const [page] = await openForms(customer);
    const link = linkOf((await customer.submit(page, /^\/help$/, FIELDS)).text);
    const staff = await filo.signIn();
    const sent = await staff.submit((await staff.get('/tickets/10001')).text, /\/messages$/, { text: 'Sbagliato cliente' });
    assert.ok(!(await customer.get(link)).text.includes('Sbagliato'));
    const undo = await staff.post(`/tickets/10001/undo/${/sent=(\d+)/.exec(sent.headers.location)[1]}`, {});
    assert.equal(undo.status, 303);
    await pause(2500);
    assert.ok(!(await customer.get(link)).text.includes('Sbagliato'));
  }, { settings: { 'message.undo_seconds': '2' } }));

eachEngine('a request closed for long is followed by a new one, with its own link', (t, engine) =>
  withDesk(t, engine, async (filo) => {
    const customer = filo.browser();
    const [page] = await openForms(customer);
    const link = linkOf((await customer.submit(page, /^\/help$/, FIELDS)).text);
    await filo.stop();
    await filo.execute("UPDATE ticket SET state = 'closed', closed_at = 1000, resolved_at = 1000, next_update_at = NULL");
    await filo.start();
    const shown = (await customer.get(link)).text;
    const answered = await customer.submit(shown, /^\/track\//, { text: 'È successo di nuovo' });
    assert.equal(answered.status, 303);
    const next = new URL(answered.headers.location, 'http://filo').pathname;
    assert.notEqual(next, link);
    assert.match(textOf((await customer.get(next)).text), /10002.*È successo di nuovo/);
    assert.ok(!(await customer.get(link)).text.includes('di nuovo'));
    assert.equal(await filo.count("FROM ticket_link WHERE kind = 'follows'"), 2); // both ways
  }));

eachEngine('a call is written down once, with the time it came, for a customer found or made', (t, engine) =>
  withDesk(t, engine, async (filo) => {
    const staff = await filo.signIn();
    const form = (await staff.get('/tickets/new')).text;
    const { received } = findForm(form, /^\/tickets$/).fields;
    const call = { channel: 'phone', received, customer: 'Bar Centrale', person: 'Lucia Ferri', contact: '0733 960000',
      kind: 'fault', origin: 'ours', subject: 'Niente vapore', description: 'Ha chiamato alle 8.', take: '1' };
    const early = await staff.submit(form, /^\/tickets$/, { ...call, received: '2099-01-01T10:00' });
    assert.equal(early.status, 422);
    const first = await staff.submit(form, /^\/tickets$/, call);
    assert.equal(first.status, 303, textOf(first.text).slice(0, 400));
    assert.equal(first.headers.location, '/tickets/10001');
    assert.equal((await staff.submit(form, /^\/tickets$/, call)).headers.location, '/tickets/10001');
    const again = (await staff.get('/tickets/new')).text;
    assert.equal((await staff.submit(again, /^\/tickets$/, { ...call, customer: 'bar centrale', received: '2026-01-05T08:12' }))
      .headers.location, '/tickets/10002');
    const rows = await filo.rows('SELECT channel, state, ownership, kind, party_id, received_at, registered_at FROM ticket ORDER BY ticket_id');
    assert.equal(rows.length, 2);
    assert.deepEqual([rows[0].channel, rows[0].state, rows[0].ownership, rows[0].kind], ['phone', 'owned', 'ours', 'fault']);
    assert.equal(rows[0].party_id, rows[1].party_id);
    assert.equal(Number(rows[1].received_at), Date.UTC(2026, 0, 5, 7, 12)); // Rome is an hour ahead of UTC in winter
    assert.ok(Number(rows[1].registered_at) > Number(rows[1].received_at));
    assert.equal(await filo.count('FROM party'), 2);

    const list = textOf((await staff.get('/parties?q=BAR')).text);
    assert.match(list, /Bar Centrale/);
    const found = await staff.get('/search?q=0733%20960000');
    assert.match(textOf(found.text), /Bar Centrale.*Niente vapore/);
    assert.equal((await staff.get('/search?q=10002')).headers.location, '/tickets/10002');
    assert.match((await staff.get('/search?q=chiamare+vapori')).text, /<a href="\/tickets\/10001">Niente vapore<[^]*<mark>chiamato<\/mark>/);
    assert.match(textOf((await staff.get('/search?q=%22*%22+NEAR(')).text), /Non si trova nulla/);
    const card = await staff.get(/href="(\/parties\/\d+)"/.exec(found.text)[1]);
    assert.match(textOf(card.text), /Bar Centrale.*Niente vapore.*Lucia Ferri/);
    const checked = await filo.check();
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  }));
