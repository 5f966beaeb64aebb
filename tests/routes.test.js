// SPDX-License-Identifier: EUPL-1.2
// Every page of src/web, for everybody: who may and who may not, by what they get to read. A route that is in no row here
// fails the lint; a row that names no route fails below. Security A33, A39, A44.
// timeout: 300
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const WEB = fileURLToPath(new URL('../src/web', import.meta.url));
const ROLES = ['anonymous', 'reader', 'operator', 'admin'];
const EVERYBODY = ROLES;
const SIGNED_IN = ['reader', 'operator', 'admin'];
const WRITERS = ['operator', 'admin'];

// who: the roles that may. says: what the allowed body (or the address it sends on to) says. fields: a form's.
// path: where the pattern has names. With no status given an allowed GET is 200.
const ROUTES = [
  { area: 'site', route: 'GET /static/*', path: 'ASSET', who: EVERYBODY, says: /--/ },
  { area: 'site', route: 'GET /sign-in', who: EVERYBODY, says: /name="password"/ },
  { area: 'site', route: 'POST /sign-in', who: EVERYBODY, fields: { email: 'nobody', password: 'x' }, status: 422, says: /name="password"/ },
  { area: 'site', route: 'POST /preferences', who: EVERYBODY, fields: { theme: 'dark', return_to: '/help' }, status: 303, to: /^\/help$/ },
  { area: 'site', route: 'GET /events', who: SIGNED_IN, stream: true },
  { area: 'desk', route: 'GET /', who: SIGNED_IN, status: 303, to: /^\/tickets$/ },
  { area: 'desk', route: 'GET /tickets', who: SIGNED_IN, says: /E07 e non scalda/ },
  { area: 'desk', route: 'GET /tickets/new', who: WRITERS, says: /name="form_token"/ },
  { area: 'desk', route: 'POST /tickets', who: WRITERS, fields: { subject: '' }, status: 422, says: /name="form_token"/ },
  { area: 'desk', route: 'GET /tickets/:id', path: '/tickets/10001', who: SIGNED_IN, says: /E07 e non scalda/ },
  { area: 'desk', route: 'POST /tickets/:id/messages', path: '/tickets/10001/messages', who: WRITERS,
    fields: { kind: 'note', text: 'nota' }, status: 303, to: /^\/tickets\/10001/ },
  { area: 'desk', route: 'POST /tickets/:id/take', path: '/tickets/10001/take', who: WRITERS, fields: { version: '0' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/start', path: '/tickets/10001/start', who: WRITERS, fields: { version: '0' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/wait', path: '/tickets/10001/wait', who: WRITERS, fields: { version: '0', state: 'waiting_part' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/assign', path: '/tickets/10001/assign', who: WRITERS, fields: { version: '0', person: '1' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/merge', path: '/tickets/10001/merge', who: WRITERS, fields: { version: '0', into: '10001' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/split', path: '/tickets/10001/split', who: WRITERS, fields: { version: '0', message: '1' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/forward', path: '/tickets/10001/forward', who: WRITERS, fields: { version: '0', message: '1' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/prove', path: '/tickets/10001/prove', who: WRITERS, fields: { version: '0' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/disown', path: '/tickets/10001/disown', who: WRITERS, fields: { version: '0' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/company', path: '/tickets/10001/company', who: WRITERS, fields: { version: '0', company: '1' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/links', path: '/tickets/10001/links', who: WRITERS, fields: { other: '10001' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/not-ours', path: '/tickets/10001/not-ours', who: WRITERS, fields: { version: '0', pointer: 'x' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/cancel', path: '/tickets/10001/cancel', who: WRITERS, fields: { version: '0', why: 'x' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/restore', path: '/tickets/10001/restore', who: WRITERS, fields: { version: '0', why: 'x' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/facts', path: '/tickets/10001/facts', who: WRITERS, fields: { version: '0', subject: 'x' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/spam', path: '/tickets/10001/spam', who: WRITERS, fields: { version: '0' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/resolve', path: '/tickets/10001/resolve', who: WRITERS, fields: { version: '0' }, status: 422, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/close', path: '/tickets/10001/close', who: WRITERS, fields: { version: '0' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/costs', path: '/tickets/10001/costs', who: WRITERS, fields: {}, status: 422, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/reopen', path: '/tickets/10001/reopen', who: WRITERS, fields: { version: '0' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/:id/undo/:outbox', path: '/tickets/10001/undo/999999', who: WRITERS, fields: {}, status: 409, says: /10001/ },
  { area: 'desk', route: 'GET /tickets/:id/receipts/:receipt', path: '/tickets/10001/receipts/999999', who: SIGNED_IN, status: 404, says: /<h1>/ },
  { area: 'desk', route: 'GET /tickets/:id/messages/:message/original', path: '/tickets/10001/messages/1/original', who: SIGNED_IN, says: /^Message-ID|^From|Subject:/im },
  { area: 'desk', route: 'GET /tickets/:id/messages/:message', path: '/tickets/10001/messages/1', who: SIGNED_IN, says: /<iframe [^>]*name="sheet"/ },
  { area: 'desk', route: 'GET /tickets/:id/messages/:message/sheet', path: '/tickets/10001/messages/1/sheet', who: SIGNED_IN, says: /<p>Buongiorno\.<\/p>/ },
  { area: 'desk', route: 'POST /tickets/:id/messages/:message/sheet', path: '/tickets/10001/messages/1/sheet', who: SIGNED_IN, fields: {}, says: /<p>Buongiorno\.<\/p>/ },
  { area: 'desk', route: 'POST /tickets/:id/messages/:message/person', path: '/tickets/10001/messages/999999/person', who: WRITERS, fields: {}, status: 404, says: /<h1>/ },
  { area: 'desk', route: 'POST /tickets/:id/messages/:message/robot', path: '/tickets/10001/messages/999999/robot', who: WRITERS, fields: {}, status: 404, says: /<h1>/ },
  { area: 'desk', route: 'GET /parties', who: SIGNED_IN, says: /Luca Bianchi/ },
  { area: 'desk', route: 'GET /parties/:id', path: '/parties/901', who: SIGNED_IN, says: /Luca Bianchi/ },
  { area: 'desk', route: 'GET /parties/new', who: WRITERS, says: /name="vat_number"/ },
  { area: 'desk', route: 'POST /parties', who: WRITERS, fields: { name: '' }, status: 422, says: /name="vat_number"/ },
  { area: 'desk', route: 'GET /parties/:id/edit', path: '/parties/900/edit', who: WRITERS, says: /value="Bar Prova"/ },
  { area: 'desk', route: 'POST /parties/:id', path: '/parties/900', who: WRITERS, fields: { name: 'Bar Prova', language: 'it', version: '7' }, status: 409, says: /name="vat_number"/ },
  { area: 'desk', route: 'POST /parties/:id/contacts', path: '/parties/900/contacts', who: WRITERS, fields: { kind: 'email', value: 'x' }, status: 422, says: /value="Bar Prova"/ },
  { area: 'desk', route: 'POST /parties/:id/contacts/:contact/remove', path: '/parties/900/contacts/9999/remove', who: WRITERS, fields: {}, status: 303, to: /^\/parties\/900\/edit$/ },
  { area: 'desk', route: 'POST /parties/:id/contacts/:contact/trust', path: '/parties/900/contacts/9999/trust', who: WRITERS, fields: {}, status: 303, to: /^\/parties\/900$/ },
  { area: 'desk', route: 'POST /parties/:id/people/:person/remove', path: '/parties/900/people/9999/remove', who: WRITERS, fields: {}, status: 303, to: /^\/parties\/900\/edit$/ },
  { area: 'desk', route: 'GET /products', path: '/products?q=v2', who: SIGNED_IN, says: /V2-77/ },
  { area: 'desk', route: 'GET /products/new', who: ['admin'], says: /name="role"/ },
  { area: 'desk', route: 'POST /products', who: ['admin'], fields: { name: '' }, status: 422, says: /name="role"/ },
  { area: 'desk', route: 'GET /products/:id', path: '/products/900', who: SIGNED_IN, says: /V2-77/ },
  { area: 'desk', route: 'GET /products/:id/edit', path: '/products/900/edit', who: ['admin'], says: /value="V2"/ },
  { area: 'desk', route: 'POST /products/:id', path: '/products/900', who: ['admin'], fields: { name: 'V2', version: '7' }, status: 409, says: /name="role"/ },
  { area: 'desk', route: 'GET /items/new', who: WRITERS, says: /name="serial"/ },
  { area: 'desk', route: 'POST /items', who: WRITERS, fields: { product: '' }, status: 422, says: /name="serial"/ },
  { area: 'desk', route: 'GET /items/:id', path: '/items/900', who: SIGNED_IN, says: /V2-77/ },
  { area: 'desk', route: 'GET /items/:id/edit', path: '/items/900/edit', who: WRITERS, says: /value="V2-77"/ },
  { area: 'desk', route: 'POST /items/:id', path: '/items/900', who: WRITERS, fields: { product: 'V2', customer: 'Bar Prova', serial: 'V2-77', version: '7' }, status: 409, says: /name="serial"/ },
  { area: 'desk', route: 'GET /solutions', who: SIGNED_IN, says: /Decalcificare V2/ },
  { area: 'desk', route: 'GET /solutions/:id', path: '/solutions/900', who: SIGNED_IN, says: /Decalcificare V2/ },
  { area: 'desk', route: 'GET /solutions/:id/edit', path: '/solutions/900/edit', who: WRITERS, says: /value="Decalcificare V2"/ },
  { area: 'desk', route: 'POST /solutions/:id', path: '/solutions/900', who: WRITERS, fields: { title: '', text: 'x', version: '1' }, status: 422, says: /name="title"/ },
  { area: 'desk', route: 'POST /solutions/:id/state', path: '/solutions/900/state', who: ['admin'], fields: { state: 'published', version: '7' }, status: 409, says: /nel frattempo/ },
  { area: 'desk', route: 'GET /search', path: '/search?q=luca', who: SIGNED_IN, says: /Luca Bianchi/ },
  { area: 'desk', route: 'GET /attachments/:id', path: '/attachments/1', who: SIGNED_IN, says: /contenuto del file/ },
  { area: 'desk', route: 'GET /attachments/:id/view', path: '/attachments/1/view', who: SIGNED_IN, says: /contenuto del file/ },
  { area: 'desk', route: 'POST /tickets/:id/request', path: '/tickets/10001/request', who: WRITERS, fields: { version: '0' }, status: 409, says: /10001/ },
  { area: 'desk', route: 'POST /tickets/aside', who: WRITERS, fields: { request: '10001.999' }, status: 303, to: /^\/tickets\?view=open&aside=&left=10001$/ },
  { area: 'desk', route: 'POST /tickets/aside/back', path: '/tickets/aside/back?these=10001', who: WRITERS, fields: {}, status: 303, to: /^\/tickets\?view=open&back=&left=10001$/ },
  { area: 'desk', route: 'GET /aside', who: WRITERS, says: /Messe da parte/ },
  { area: 'desk', route: 'POST /aside/rules', who: ['admin'], fields: { domain: 'x' }, status: 422, says: /name="domain"/ },
  { area: 'desk', route: 'POST /aside/rules/:id/remove', path: '/aside/rules/999999/remove', who: WRITERS, fields: {}, status: 303, to: /^\/aside$/ },
  { area: 'desk', route: 'POST /senders/answer', who: WRITERS, fields: { address: 'nessuno@bar.test' }, status: 303, to: /^\/tray$/ },
  { area: 'desk', route: 'POST /senders/seen', who: WRITERS, fields: { address: 'nessuno@bar.test' }, status: 303, to: /^\/tray$/ },
  { area: 'desk', route: 'POST /senders/forget', who: WRITERS, fields: { address: 'nessuno@bar.test' }, status: 303, to: /^\/aside$/ },
  { area: 'desk', route: 'GET /tray', who: WRITERS, says: /Tutto partito|Non partiti/ },
  { area: 'desk', route: 'POST /tray/outgoing/:id/again', path: '/tray/outgoing/999999/again', who: WRITERS, fields: {}, status: 303, to: /^\/tray$/ },
  { area: 'desk', route: 'POST /tray/outgoing/:id/give-up', path: '/tray/outgoing/999999/give-up', who: WRITERS, fields: {}, status: 303, to: /^\/tray$/ },
  { area: 'desk', route: 'POST /tray/deliveries/:id/done', path: '/tray/deliveries/999999/done', who: WRITERS, fields: {}, status: 303, to: /^\/tray$/ },
  { area: 'desk', route: 'GET /tray/incoming/:id/original', path: '/tray/incoming/999999/original', who: WRITERS, status: 404, says: /<h1>/ },
  { area: 'desk', route: 'POST /tray/incoming/:id/again', path: '/tray/incoming/999999/again', who: WRITERS, fields: {}, status: 303, to: /^\/tray$/ },
  { area: 'desk', route: 'POST /tray/incoming/:id/done', path: '/tray/incoming/999999/done', who: WRITERS, fields: {}, status: 303, to: /^\/tray$/ },
  { area: 'desk', route: 'GET /reports', who: ['reader', 'admin'], says: /href="\/reports\/bounce"/ },
  { area: 'desk', route: 'GET /reports/:name', path: '/reports/volume', who: ['reader', 'admin'], says: /Arrivate/ },
  { area: 'desk', route: 'GET /reports/:name/csv', path: '/reports/volume/csv', who: ['admin'], says: /^month,label,n,received/ },
  { area: 'settings', route: 'GET /settings', who: ['admin'], says: /href="\/settings\/company"/ },
  { area: 'settings', route: 'GET /settings/company', who: ['admin'], says: /name="vat_number"/ },
  { area: 'settings', route: 'POST /settings/company', who: ['admin'], fields: { name: '' }, status: 422, says: /name="vat_number"/ },
  { area: 'settings', route: 'GET /settings/staff', who: ['admin'], says: /href="\/settings\/staff\/1"/ },
  { area: 'settings', route: 'GET /settings/staff/new', who: ['admin'], says: /name="login"/ },
  { area: 'settings', route: 'GET /settings/staff/:id', path: '/settings/staff/1', who: ['admin'], says: /Sara Conti/ },
  { area: 'settings', route: 'POST /settings/staff', who: ['admin'], fields: { login: '' }, status: 422, says: /name="login"/ },
  { area: 'settings', route: 'POST /settings/staff/:id', path: '/settings/staff/1', who: ['admin'], fields: { version: '0' }, status: 422, says: /Sara Conti/ },
  { area: 'settings', route: 'POST /settings/staff/:id/active', path: '/settings/staff/1/active', who: ['admin'], fields: { version: '0', active: '0' }, status: 409, says: /Sara Conti/ },
  { area: 'settings', route: 'POST /settings/staff/:id/password', path: '/settings/staff/1/password', who: ['admin'], fields: { password: 'corta' }, status: 422, says: /almeno 12 caratteri/ },
  { area: 'settings', route: 'POST /settings/staff/:id/sessions', path: '/settings/staff/999/sessions', who: ['admin'], fields: {}, status: 404, says: /<h1>/ },
  { area: 'settings', route: 'GET /settings/teams', who: ['admin'], says: /href="\/settings\/teams\/1"/ },
  { area: 'settings', route: 'GET /settings/teams/new', who: ['admin'], says: /name="place"/ },
  { area: 'settings', route: 'GET /settings/teams/:id', path: '/settings/teams/1', who: ['admin'], says: /value="Assistenza"/ },
  { area: 'settings', route: 'POST /settings/teams', who: ['admin'], fields: { name: '', kind: 'internal' }, status: 422, says: /name="place"/ },
  { area: 'settings', route: 'POST /settings/teams/:id', path: '/settings/teams/1', who: ['admin'], fields: { name: 'Assistenza', kind: 'internal', version: '0' }, status: 409, says: /name="place"/ },
  { area: 'settings', route: 'GET /settings/mailboxes', who: ['admin'], says: /assistenza@filo\.test/ },
  { area: 'settings', route: 'GET /settings/mail', who: ['admin'], says: /assistenza@filo\.test/ },
  { area: 'settings', route: 'GET /settings/mail/domain', who: ['admin'], says: /filo\.test/ },
  { area: 'settings', route: 'GET /settings/mailboxes/new', who: ['admin'], says: /name="smtp_host"/ },
  { area: 'settings', route: 'GET /settings/mailboxes/:id', path: '/settings/mailboxes/1', who: ['admin'], says: /assistenza@filo\.test/ },
  { area: 'settings', route: 'POST /settings/mailboxes', who: ['admin'], fields: { address: '' }, status: 422, says: /name="smtp_host"/ },
  { area: 'settings', route: 'POST /settings/mailboxes/:id', path: '/settings/mailboxes/1', who: ['admin'], fields: { address: '' }, status: 422, says: /name="smtp_host"/ },
  { area: 'settings', route: 'POST /settings/mailboxes/:id/test', path: '/settings/mailboxes/1/test', who: ['admin'], fields: { to: 'nessuno' }, status: 422, says: /name="smtp_host"/ },
  { area: 'settings', route: 'POST /settings/mailboxes/:id/plus/end', path: '/settings/mailboxes/1/plus/end', who: ['admin'], fields: { version: '0' }, status: 409, says: /name="smtp_host"/ },
  { area: 'settings', route: 'POST /settings/mailboxes/:id/folders', path: '/settings/mailboxes/1/folders', who: ['admin'], fields: {}, status: 422, says: /non legge questa casella/ },
  { area: 'settings', route: 'POST /settings/mailboxes/:id/folders/keep', path: '/settings/mailboxes/1/folders/keep', who: ['admin'], fields: { folder: 'INBOX' }, status: 422, says: /non legge questa casella/ },
  { area: 'settings', route: 'POST /settings/mailboxes/:id/trust', path: '/settings/mailboxes/1/trust', who: ['admin'], fields: {}, status: 404, says: /<h1>/ },
  { area: 'settings', route: 'POST /settings/mailboxes/:id/trust/remove', path: '/settings/mailboxes/1/trust/remove', who: ['admin'], fields: {}, status: 404, says: /<h1>/ },
  { area: 'settings', route: 'POST /settings/mailboxes/:id/connect', path: '/settings/mailboxes/1/connect', who: ['admin'], fields: {}, status: 422, says: /non è impostato/ },
  { area: 'settings', route: 'GET /settings/oauth/:provider', path: '/settings/oauth/google', who: ['admin'], status: 422, says: /non aspettava questa risposta/ },
  { area: 'settings', route: 'GET /settings/calendar', who: ['admin'], says: /name="day1"/ },
  { area: 'settings', route: 'POST /settings/calendar', who: ['admin'], fields: { day1: 'mai' }, status: 422, says: /name="day1"/ },
  { area: 'settings', route: 'GET /settings/codes', who: ['admin'], says: /href="\/settings\/codes\/1"/ },
  { area: 'settings', route: 'GET /settings/codes/new', who: ['admin'], says: /name="name_it"/ },
  { area: 'settings', route: 'GET /settings/codes/:id', path: '/settings/codes/1', who: ['admin'], says: /name="name_it"/ },
  { area: 'settings', route: 'POST /settings/codes', who: ['admin'], fields: { list: 'symptom', name_it: '' }, status: 422, says: /name="name_it"/ },
  { area: 'settings', route: 'POST /settings/codes/:id', path: '/settings/codes/1', who: ['admin'], fields: { name_it: '' }, status: 422, says: /name="name_it"/ },
  { area: 'settings', route: 'POST /settings/codes/:id/retire', path: '/settings/codes/2/retire', who: ['admin'], fields: { version: '0' }, status: 409, says: /name="name_it"/ },
  { area: 'settings', route: 'POST /settings/codes/:id/restore', path: '/settings/codes/2/restore', who: ['admin'], fields: { version: '0' }, status: 409, says: /name="name_it"/ },
  { area: 'settings', route: 'GET /settings/tariffs', who: ['admin'], says: /0,55/ },
  { area: 'settings', route: 'POST /settings/tariffs', who: ['admin'], fields: { key: 'labour', rate: 'x' }, status: 422, says: /name="rate"/ },
  { area: 'settings', route: 'POST /settings/tariffs/:id/withdraw', path: '/settings/tariffs/1/withdraw', who: ['admin'], fields: {}, status: 422, says: /name="rate"/ },
  { area: 'settings', route: 'GET /start/:token', path: `/start/${'a'.repeat(32)}`, who: EVERYBODY, status: 404, says: /<h1>/ },
  { area: 'settings', route: 'POST /start/:token', path: `/start/${'a'.repeat(32)}`, who: EVERYBODY, fields: {}, status: 404, says: /<h1>/ },
  { area: 'settings', route: 'GET /account', who: SIGNED_IN, says: /name="current"/ },
  { area: 'settings', route: 'POST /account/password', who: SIGNED_IN, fields: { password: 'corta' }, status: 422, says: /almeno 12 caratteri/ },
  { area: 'settings', route: 'POST /account/notices', who: SIGNED_IN, fields: { own: '1' }, status: 303, to: /^\/account/ },
  { area: 'settings', route: 'POST /account/sessions/end', who: SIGNED_IN, fields: {}, status: 303, to: /^\/account/ },
  { area: 'settings', route: 'POST /account/sessions/:id/end', path: '/account/sessions/99999/end', who: SIGNED_IN, fields: {}, status: 422, says: /name="current"/ },
  // a company that is no demo has no such page; in the demo: tests/demo.test.js
  { area: 'settings', route: 'GET /settings/demo', who: ['admin'], status: 404, says: /<h1>/ },
  { area: 'settings', route: 'POST /settings/demo', who: ['admin'], fields: { company: 'Altra S.r.l.', sure: '1' }, status: 404, says: /<h1>/ },
  { area: 'portal', route: 'GET /help', who: EVERYBODY, says: /name="form_token"/ },
  { area: 'portal', route: 'POST /help', who: EVERYBODY, fields: { subject: 'x' }, status: 422, says: /name="form_token"/ },
  { area: 'portal', route: 'GET /track/:token', path: 'TRACK', who: EVERYBODY, says: /E07 e non scalda/ },
  { area: 'portal', route: 'POST /track/:token', path: 'TRACK', who: EVERYBODY, fields: { text: '' }, status: 422, says: /E07 e non scalda/ },
  { area: 'portal', route: 'GET /track/:token/confirm/:proof', path: `/track/${'a'.repeat(32)}/confirm/${'a'.repeat(32)}`, who: EVERYBODY, status: 404, says: /<h1>/ },
  { area: 'portal', route: 'POST /track/:token/confirm/:proof', path: `/track/${'a'.repeat(32)}/confirm/${'a'.repeat(32)}`, who: EVERYBODY, fields: {}, status: 404, says: /<h1>/ },
  { area: 'portal', route: 'GET /confirm/:proof', path: `/confirm/${'a'.repeat(32)}`, who: EVERYBODY, status: 404, says: /<h1>/ },
  { area: 'portal', route: 'POST /confirm/:proof', path: `/confirm/${'a'.repeat(32)}`, who: EVERYBODY, fields: {}, status: 404, says: /<h1>/ },
  { area: 'portal', route: 'GET /track/:token/files/:id', path: 'TRACK/files/1', who: EVERYBODY, says: /contenuto del file/ },
  // ends the session it is sent with, so it comes last
  { area: 'site', route: 'POST /sign-out', who: SIGNED_IN, fields: {}, status: 303, to: /^\/sign-in$/ },
];

function sourcesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return sourcesUnder(name);
    return entry.name.endsWith('.c') && !entry.name.endsWith('_test.c') ? [readFileSync(name, 'utf8')] : [];
  });
}

test('the matrix names every route of src/web, and no other', () => {
  const rows = sourcesUnder(WEB).flatMap((text) =>
    [...text.matchAll(/\{HTTP_([A-Z]+), "(\/[^"]*)",/g)].map(([, method, pattern]) => `${method} ${pattern}`));
  assert.deepEqual([...new Set(rows)].sort(), ROUTES.map(({ route }) => route).sort());
});

const WITH_FILE = Buffer.from(`From: Luca Bianchi <luca@bar.test>\r\nTo: assistenza@filo.test\r\n`
  + 'Subject: La macchina mostra E07 e non scalda\r\nMessage-ID: <uno@bar.test>\r\nMIME-Version: 1.0\r\n'
  + 'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>Buongiorno.</p>\r\n--x\r\n'
  + 'Content-Type: text/plain\r\nContent-Disposition: attachment; filename=nota.txt\r\n\r\ncontenuto del file\r\n--x--\r\n');

// One more person of each role, with the administrator's password.
function addStaff(role) {
  return `INSERT INTO staff (login, display_name, sort_key, email, role, team_id, language, password_hash, active, epoch, created_at, version)
    SELECT '${role}', '${role}', '${role}', '', '${role}', team_id, language, password_hash, 1, epoch, created_at, 1
      FROM staff WHERE login = '${ADMIN.login}';`;
}

// A product, and one of them at a customer's.
const PRODUCT = `INSERT INTO party (party_id, kind, name, sort_key, buyer, language, created_at, version)
    VALUES (900, 'company', 'Bar Prova', 'bar prova', 'business', 'it', 1, 1);
  INSERT INTO product (product_id, name, sort_key, role, kind, active, version) VALUES (900, 'V2', 'v2', 'made', 'goods', 1, 1);
  INSERT INTO installed_item (installed_item_id, product_id, serial, party_id, seller, batch, version)
    VALUES (900, 900, 'V2-77', 900, '', '', 1);
  INSERT INTO solution (solution_id, title, text, state, language, created_at, state_at, used_count, version)
    VALUES (900, 'Decalcificare V2', 'Con acido citrico.', 'draft', 'it', 1, 1, 3, 1);`;

async function startDesk(t) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ sink, serve: false });
  t.after(() => filo.remove());
  await filo.execute(addStaff('reader') + addStaff('operator') + PRODUCT);
  await filo.start();
  const taken = await filo.mailIn(WITH_FILE);
  assert.equal(taken.out?.ticket, 10001, taken.stderr);
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement with the tracking link');
  const track = /\/track\/[a-z2-7]{32}/.exec(sink.messages[0].data.toString().replace(/=\r\n/g, ''))[0];
  const asset = /\/static\/filo\.[^"]*\.css/.exec((await filo.browser().get('/sign-in')).text)[0];
  return { filo, paths: { TRACK: track, ASSET: asset } };
}

function pathOf(row, paths) {
  const given = row.path ?? row.route.split(' ')[1];
  return given.replace(/^(TRACK|ASSET)/, (name) => paths[name]);
}

// A stream never ends: its head is the answer.
function ask(browser, row, at) {
  if (row.route.startsWith('POST')) return browser.post(at, row.fields);
  return row.stream ? browser.request('GET', at, { timeoutMs: 700 }).catch((error) => ({ status: 200, text: '', stream: error.message }))
    : browser.get(at);
}

function assertAllowed(row, role, answer) {
  const name = `${row.route} as ${role}: ${answer.status} ${textOf(answer.text).slice(0, 200)}`;
  assert.equal(answer.status, row.status ?? 200, name);
  if (row.stream) assert.match(answer.stream, /no answer in|cut short/, name);
  if (row.to) assert.match(answer.headers.location, row.to, name);
  if (row.says) assert.match(answer.text, row.says, name);
}

function assertDenied(row, role, answer) {
  const name = `${row.route} as ${role}: ${answer.status} ${textOf(answer.text).slice(0, 200)}`;
  if (role === 'anonymous') {
    assert.equal(answer.status, 303, name);
    assert.match(answer.headers.location, /^\/sign-in/, name);
  } else {
    assert.equal(answer.status, 403, name);
    assert.match(textOf(answer.text), /Questa pagina non è per Lei|non è per/i, name);
  }
  for (const secret of ['E07', 'Luca', 'luca@bar.test', 'form_token']) assert.ok(!answer.text.includes(secret), `${name}: says ${secret}`);
}

const WRITTEN = ['ticket_event', 'message', 'outbox', 'inbound', 'party', 'contact_point', 'participant'];

async function countWritten(filo) {
  const counts = {};
  for (const table of WRITTEN) counts[table] = await filo.count(`FROM ${table}`);
  return counts;
}

test('every route, for everybody: what is allowed and what is denied', async (t) => {
  const { filo, paths } = await startDesk(t);
  const browsers = { anonymous: filo.browser(), admin: await filo.signIn(), reader: await filo.signIn({ login: 'reader' }),
    operator: await filo.signIn({ login: 'operator' }) };
  const before = await countWritten(filo);
  for (const row of ROUTES)
    for (const role of ROLES.filter((one) => !row.who.includes(one)))
      assertDenied(row, role, await ask(browsers[role], row, pathOf(row, paths)));
  assert.deepEqual(await countWritten(filo), before, 'a denied request changed something');
  for (const row of ROUTES.filter(({ route }) => route.startsWith('GET')))
    for (const role of row.who) assertAllowed(row, role, await ask(browsers[role], row, pathOf(row, paths)));
  assert.deepEqual(await countWritten(filo), before, 'a GET changed something');
  for (const row of ROUTES.filter(({ route }) => route.startsWith('POST')))
    for (const role of row.who) assertAllowed(row, role, await ask(browsers[role], row, pathOf(row, paths)));
});

// All that may differ between two missing things: the request's own reference and address.
const shape = (answer, at) => [answer.status, answer.text.replaceAll(at, 'AT').replace(/[0-9a-f]{16}/g, 'ID')];

test('foreign is like missing: a link opens its own request and nothing else', async (t) => {
  const { filo, paths } = await startDesk(t);
  const other = await filo.mailIn(WITH_FILE.toString().replaceAll('luca@', 'anna@').replaceAll('uno@', 'due@').replace('file\r\n', 'file due\r\n'));
  assert.equal(other.out.ticket, 10002);
  const browser = filo.browser();
  const files = await filo.rows('SELECT a.attachment_id AS id, m.ticket_id AS ticket FROM attachment a JOIN message m ON m.message_id = a.message_id');
  const foreign = files.find(({ ticket }) => Number(ticket) === 10002).id;
  const pairs = [
    [`${paths.TRACK}/files/${foreign}`, `${paths.TRACK}/files/9`],
    [`/track/${'a'.repeat(32)}`, '/track/10001'],
    [`/track/${'a'.repeat(32)}/files/1`, `/track/${'b'.repeat(32)}/files/1`],
  ];
  const nowhere = `/track/${'c'.repeat(32)}`;
  const missing = shape(await browser.get(nowhere), nowhere);
  assert.equal(missing[0], 404);
  for (const pair of pairs)
    for (const at of pair) assert.deepEqual(shape(await browser.get(at), at), missing, at);
  for (const at of [`/track/${'a'.repeat(32)}`, '/track/10001'])
    assert.deepEqual(shape(await browser.post(at, { text: 'x' }), at), missing, at);
});

test('a form from another site changes nothing', async (t) => {
  const { filo, paths } = await startDesk(t);
  const admin = await filo.signIn();
  const before = await countWritten(filo);
  for (const row of ROUTES.filter(({ route }) => route.startsWith('POST')))
    for (const headers of [{ 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': '', Origin: 'http://evil.test' }]) {
      const answer = await admin.post(pathOf(row, paths), row.fields, { headers });
      assert.equal(answer.status, 403, `${row.route} ${JSON.stringify(headers)}`);
    }
  assert.deepEqual(await countWritten(filo), before);
});

test('the policy of a page is as intended', async (t) => {
  const { filo } = await startDesk(t);
  const admin = await filo.signIn();
  for (const at of ['/help', '/sign-in', '/tickets', '/tickets/10001', '/nothing']) {
    const policy = (await admin.get(at)).headers['content-security-policy'];
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/, at);
    assert.match(policy, /frame-ancestors 'none'/, at);
    assert.ok(!/unsafe|\*|http:/.test(policy), at);
    assert.ok(!/trusted-types/.test(policy), 'htmx cannot refresh a list under it');
  }
});

eachEngine('a path that is not there, a method that does not fit, a form of another site: said in the visitor\'s words', async (t, engine) => {
  const filo = await startFilo({ engine });
  t.after(() => filo.remove());
  const desk = await filo.signIn();
  const guest = filo.browser();
  for (const browser of [desk, guest]) {
    const lost = await browser.get('/non/esiste', { headers: { 'Accept-Language': 'it' } });
    assert.equal(lost.status, 404);
    assert.match(lost.text, /<h1>[^<]*non[^<]*<\/h1>/i);
    assert.equal(lost.text.includes('Da fare'), browser === desk); // the menu stays for who is inside
    const wrong = await browser.request('DELETE', '/tickets');
    assert.equal(wrong.status, 405);
    assert.match(wrong.headers.allow, /GET/);
    assert.match(wrong.text, /<h1>/);
  }
  assert.match((await guest.get('/no/such', { headers: { 'Accept-Language': 'en' } })).text, /<html lang="en">[^]*<h1>/);
  const foreign = await desk.post('/preferences', { theme: 'dark' }, { headers: { 'Sec-Fetch-Site': 'cross-site' } });
  assert.equal(foreign.status, 403);
  assert.match(foreign.text, /<h1>/);

  for (const [method, path, status, code] of [['GET', '/api/v1/nessuno', 404, 'not_found'], ['DELETE', '/api/v1/tickets', 405, 'method']]) {
    const refused = await guest.request(method, path, { headers: { 'Accept-Language': 'it' } });
    assert.equal(refused.status, status);
    assert.equal(refused.headers['content-type'], 'application/problem+json');
    const said = JSON.parse(refused.text);
    assert.deepEqual([said.status, said.error.code], [status, code]);
    assert.ok(said.title.startsWith('Non'), said.title);
  }
  const head = await desk.request('HEAD', '/events');
  assert.deepEqual([head.status, head.text], [200, '']);
});
