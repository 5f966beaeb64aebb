// SPDX-License-Identifier: EUPL-1.2
// kill -9 at any instant (R01, R02, R04): what was acknowledged is there exactly once, what was not is there whole or not
// at all, and the mail server gets each answer once. FILO_KILL_SECONDS (35) of rounds on each engine.
// timeout: 600
// run: alone
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCampaign } from './support/campaign.js';
import { eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { startCluster } from './support/postgres.js';

const SECONDS = Number(process.env.FILO_KILL_SECONDS ?? 35);

async function clusterFor(t, engine) {
  if (engine === 'sqlite') return null;
  const cluster = await startCluster({ fsync: true });
  t.after(() => cluster.stop());
  return cluster;
}

eachEngine('killed while mail, forms and answers are under way', async (t, engine) => {
  const campaign = await startCampaign(t, { engine, cluster: await clusterFor(t, engine) });
  const until = Date.now() + SECONDS * 1000;
  for (let round = 0; Date.now() < until; round += 1) {
    await (round % 6 === 5 ? campaign.roundAlone() : campaign.round());
    if (round % 5 === 0) await campaign.check();
  }
  await campaign.finish();
  t.diagnostic(JSON.stringify(campaign.summary));
  const { counted, between } = campaign.kills;
  assert.ok(counted >= SECONDS / 3, `only ${counted} kills counted`);
  for (const [kind, ledger] of Object.entries(campaign.ledgers))
    assert.ok(ledger.acknowledged.length > 10 && ledger.open.length > 0, `${kind}: nothing was at stake`);
  assert.ok(between * 3 >= counted, `only ${between} of ${counted} kills between first write and commit`);
});
