// SPDX-License-Identifier: EUPL-1.2
// A customer answers an old mail because of another machine of theirs, and names it: that is a request of its own, linked
// to the old one and about that machine. Both say so; who finds it was one story joins them again.
// timeout: 120
import assert from 'node:assert/strict';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { header, letter } from './support/letter.js';
import { textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const FROM = 'Luca Bianchi <luca@bar.test>';

async function desk(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const { ticket } = (await filo.mailIn(letter({ from: FROM, subject: 'La V2 perde', text: 'Perde acqua.' }))).out;
  const browser = await filo.signIn();
  assert.equal((await browser.post('/products', { name: 'V2', role: 'made', kind: 'goods' })).status, 303);
  for (const serial of ['V2-24-01837', 'V2-25-00042'])
    assert.equal((await browser.post('/items', { product: 'V2', serial, customer: 'Luca Bianchi', sold: '', delivered: '' })).status, 303);
  const made = await filo.command(['token', 'create', '--name', 'scheda', '--scopes', 'ticket.write', '--as', ADMIN.login], { mustWork: true });
  const api = async (path, body) => {
    const answer = await filo.browser().request('POST', `/api/v1/tickets/${path}`,
      { headers: { Authorization: `Bearer ${made.stdout.trim()}`, 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    assert.ok([200, 201].includes(answer.status), answer.text);
  };
  const [{ id }] = await filo.rows("SELECT installed_item_id AS id FROM installed_item WHERE serial = 'V2-24-01837'");
  await api(`${ticket}/details`, { item_id: Number(id) });
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  const to = /[^<>\s"]+\+t\.[^<>\s"]+/.exec(header(sink.messages[0].data, 'Reply-To'))[0];
  const answer = async (text) => (await filo.mailIn(letter({ from: FROM, to, subject: 'Re: La V2 perde', text }))).out;
  return { sink, filo, browser, ticket, api, answer };
}

eachEngine('another machine named in an old conversation opens its own request, and can be joined again', async (t, engine) => {
  const { sink, filo, browser, ticket, api, answer } = await desk(t, engine);
  const same = await answer('Perde ancora.\r\n\r\nIl 2 marzo 2026 alle 9:00 Filo ha scritto:\r\n> anche la V2-25-00042');
  assert.deepEqual([same.ticket, same.outcome], [ticket, 'appended'], 'what is quoted names nothing');

  const other = await answer('Adesso non scalda la v2 25 00042.\r\n\r\n-- \r\nLuca Bianchi, bar V2-24-01837');
  assert.equal(other.outcome, 'opened');
  assert.notEqual(other.ticket, ticket);
  await filo.until(() => sink.messages.length === 2, 'its own acknowledgement');
  const pageOf = async (id) => textOf((await browser.get(`/tickets/${id}`)).text);
  assert.match(await pageOf(ticket), new RegExp(`Il cliente ha scritto di un altro suo prodotto: è la richiesta ${other.ticket}`));
  assert.doesNotMatch(await pageOf(ticket), /Adesso non scalda/);
  const page = await pageOf(other.ticket);
  assert.match(page, new RegExp(`di un altro suo prodotto nella richiesta ${ticket}: da lì viene questa`));
  assert.match(page, /Adesso non scalda/);
  assert.match(page, /V2-25-00042/);

  const again = await answer('La V2-25-00042 non scalda ancora.');
  assert.deepEqual([again.ticket, again.outcome], [other.ticket, 'appended'], 'no third request');

  await api(`${other.ticket}/merge`, { into_id: Number(ticket) });
  assert.match(await pageOf(ticket), /Adesso non scalda/);
  const { code, stdout, stderr } = await filo.check();
  assert.equal(code, 0, stdout + stderr);
});
