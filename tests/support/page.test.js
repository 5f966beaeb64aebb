// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findForm, textOf } from './page.js';

const PAGE = `<title>T</title><script>var x = "<p>hidden</p>";</script><h1>Caffè&#8217;s &amp; C.</h1>
<form method="post" action="/a?x=1&amp;y=2"><input type="hidden" name="version" value="3"><input name="who" value="L &quot;B&quot;">
<input type="checkbox" name="tick"><input type="radio" name="kind" value="a"><input type="radio" name="kind" value="b" checked>
<textarea name="text" rows="3">
uno &lt;due&gt;</textarea><select name="state"><option value="x">X</option><option value="y" selected>Y</option></select>
<button type="submit" name="then" value="z">Invia</button></form><form action="/b"></form>`;

test('the text is what a person reads', () => {
  assert.equal(textOf(PAGE), 'T Caffè’s & C. uno <due> X Y Invia');
});

test('a form holds what a browser would send', () => {
  const form = findForm(PAGE, /^\/a/);
  assert.equal(form.action, '/a?x=1&y=2');
  assert.deepEqual(form.fields, { version: '3', who: 'L "B"', kind: 'b', text: 'uno <due>', state: 'y' });
  assert.throws(() => findForm(PAGE, /^\/c/), /no form goes to/);
});
