// SPDX-License-Identifier: EUPL-1.2
// The story this foundation ends with, in a real browser: a mail becomes a request, an operator takes it, answers (the
// answer leaves by SMTP), the customer's reply comes back to it, it is coded, costed and closed in three actions, and
// the reports print what a pencil gets.
// timeout: 300
import assert from 'node:assert/strict';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { openChromium } from './support/chromium.js';
import { header, headersOf, letter, textBody } from './support/letter.js';
import { startSink } from './support/smtp_sink.js';

const CUSTOMER = 'luca@bar.test';

// Clicks and keys a person spends, so that "three actions" is counted, not claimed.
function counted(page) {
  const counter = { actions: 0 };
  counter.click = async (where) => {
    counter.actions += 1;
    await (typeof where === 'string' ? page.locator(where) : where).click();
  };
  return counter;
}

async function signIn(chromium, filo) {
  const { page } = chromium;
  await page.goto(`${filo.url}/`);
  assert.match(page.url(), /\/sign-in/);
  await page.fill('input[name="email"]', ADMIN.login);
  await page.fill('input[name="password"]', ADMIN.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/tickets/);
}

async function report(filo, name, ...more) {
  const said = await filo.command(['report', name, '--from', '2020-01-01', '--to', '2100-01-01', '--format', 'json', ...more]);
  assert.equal(said.code, 0, said.stderr);
  return JSON.parse(said.stdout);
}

async function deskWithMail(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink, serve: false });
  t.after(() => filo.remove());
  await filo.execute(`INSERT INTO product (name, sort_key, role, kind, active, version)
    VALUES ('Macchina V2', 'macchina v2', 'made', 'goods', 1, 1)`);
  await filo.start();
  return { filo, sink };
}

const answers = (sink) => sink.messages.filter((message) => !headersOf(message.data).has('auto-submitted'));

eachEngine('from a mail to a closed request, in Chromium', async (t, engine) => {
  const { filo, sink } = await deskWithMail(t, engine);
  const { out: { ticket } } = await filo.mailIn(letter({ from: `Luca Bianchi <${CUSTOMER}>`, subject: 'La V2 mostra E07',
    text: 'Buongiorno,\r\nda stamattina la V2 mostra E07 e non scalda.' }));
  const chromium = await openChromium(t);
  const { page } = chromium;
  await signIn(chromium, filo);

  // Da fare: the row says what, who, and by when.
  const row = page.locator('.row', { hasText: 'La V2 mostra E07' });
  assert.match(await row.innerText(), /Luca Bianchi[\s\S]*Da assegnare/);
  await row.locator('a').click();
  await page.waitForURL(new RegExp(`/tickets/${ticket}$`));
  await page.getByRole('button', { name: 'La prendo io' }).click();
  await page.getByText('In carico a Sara Conti').first().waitFor();

  // What is asked, who asks and where to answer are there without scrolling.
  const screen = page.viewportSize().height;
  for (const seen of [page.getByText('da stamattina la V2'), page.locator('#text'), page.locator('aside h2').nth(1)]) {
    const box = await seen.boundingBox();
    assert.ok(box && box.y + Math.min(box.height, 40) <= screen, `not on the first screen: ${JSON.stringify(box)}`);
  }
  await page.fill('#text', 'Buongiorno, provi a decalcificare: arriviamo domani alle 9.');
  await page.getByRole('button', { name: 'Invia', exact: true }).click();
  await filo.until(() => answers(sink).length === 1, 'the answer at the mail server');
  const [answer] = answers(sink);
  assert.match(textBody(answer.data), /provi a decalcificare/);
  assert.match(header(answer.data, 'To'), new RegExp(CUSTOMER));

  // The reply comes back to the same request, by our address alone.
  const [, replyTo] = /<?([^<>\s]+@[^<>\s]+)>?$/.exec(header(answer.data, 'Reply-To'));
  const back = await filo.mailIn(letter({ from: CUSTOMER, to: replyTo, subject: 'R: tutto bene', text: 'Funziona, grazie mille.' }));
  assert.deepEqual([back.out.ticket, back.out.outcome], [ticket, 'appended']);
  await page.goto(`${filo.url}/tickets/${ticket}`);
  await page.locator('.message-body').getByText('Funziona, grazie mille.').waitFor();
  await chromium.axe('ticket');
  await chromium.shot(`story-ticket-${engine}`);

  // One wrong input: nothing filled. It says everything that is missing, and keeps the request open.
  await page.locator('#closing > summary').click();
  await page.locator('#closing button.primary').click();
  const refusal = page.locator('#closing .error').first();
  await refusal.waitFor();
  assert.equal((await filo.rows(`SELECT state FROM ticket WHERE ticket_id = ${ticket}`))[0].state, 'in_progress');
  await chromium.shot(`story-refused-${engine}`);

  // Coded, costed, solved.
  await page.fill('#solution', 'Decalcificata la caldaia.');
  await page.fill('#closing-product', 'Macchina V2');
  for (const code of ['symptom', 'cause', 'remedy']) await page.selectOption(`#${code}`, { index: 1 });
  await page.fill('#minutes', '25');
  await page.locator('#closing button.primary').click();
  await page.getByText(/Risolta/).first().waitFor();
  await filo.until(() => sink.messages.some(({ data }) => textBody(data).includes('risolta')), 'the notice that it is solved');
  assert.deepEqual(chromium.faults, []);

  // What a pencil gets: one request, 25 minutes at the shipped 0.55 €/min = 13.75 €, never reopened, handed over to nobody.
  const cost = await report(filo, 'cost');
  assert.equal(cost.figures.labour, 1375);
  assert.equal(cost.figures.requests, 1);
  const volume = await report(filo, 'volume');
  assert.equal(volume.n, 1);
  const bounce = await report(filo, 'bounce');
  assert.equal(bounce.figures.handovers, 0);
  const checked = await filo.check();
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
});

eachEngine('the second time, the same problem takes three actions', async (t, engine) => {
  const { filo } = await deskWithMail(t, engine);
  const first = (await filo.mailIn(letter({ from: CUSTOMER, subject: 'La V2 mostra E07', text: 'La V2 mostra E07 e non scalda.' }))).out.ticket;
  const second = (await filo.mailIn(letter({ from: 'anna@hotel.test', subject: 'Errore E07 sulla V2', text: 'La V2 mostra E07.' }))).out.ticket;
  const chromium = await openChromium(t);
  const { page } = chromium;
  await signIn(chromium, filo);
  for (const ticket of [first, second]) {
    await page.goto(`${filo.url}/tickets/${ticket}`);
    await page.getByRole('button', { name: 'La prendo io' }).click();
    await page.getByText('In carico a Sara Conti').first().waitFor();
    const person = counted(page);
    await person.click('#closing > summary');
    if (ticket === first) {
      await page.fill('#solution', 'Decalcificata la caldaia.');
      await page.fill('#closing-product', 'Macchina V2');
      for (const code of ['symptom', 'cause', 'remedy']) await page.selectOption(`#${code}`, { index: 1 });
      await page.fill('#minutes', '10');
      await person.click('#closing button.primary');
    } else {
      await person.click(page.locator('#closing .solutions label').first());
      await person.click('#closing button.primary');
      assert.ok(person.actions <= 3, `${person.actions} actions`);
    }
    await page.getByText(/Risolta/).first().waitFor();
  }
  const rows = await filo.rows('SELECT state, problem_id, product_id FROM ticket ORDER BY ticket_id');
  assert.deepEqual(rows[0], rows[1]);
  assert.deepEqual(chromium.faults, []);
});

eachEngine('a request that arrives is announced, and the page does not jump', async (t, engine) => {
  const { filo } = await deskWithMail(t, engine);
  await filo.mailIn(letter({ from: CUSTOMER, subject: 'La prima' }));
  const chromium = await openChromium(t);
  const { page } = chromium;
  await signIn(chromium, filo);
  assert.equal(await page.locator('#rows .row').count(), 1);
  for (const subject of ['La seconda', 'La terza']) await filo.mailIn(letter({ from: 'anna@hotel.test', subject }));
  await page.getByRole('button', { name: '2 nuove: mostra' }).click();
  await page.locator('#rows .row', { hasText: 'La terza' }).waitFor();
  assert.equal(await page.locator('#rows .row').count(), 3);
  assert.ok(await page.locator('[data-live]').isHidden());
  assert.deepEqual(chromium.faults, []);
});
