// SPDX-License-Identifier: EUPL-1.2
// What a person sees of a page and can send from it, without a browser: the text, and the forms with what they hold.
// It reads the HTML Filo makes (double-quoted attributes, no nesting of forms), not any HTML there is.
//
//   textOf(html)                     // words between tags, entities resolved, white space as one blank
//   findForm(html, /\/reply$/)       // {action, method, fields: {version: '3', text: ''}} or throws
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

export function unescapeHtml(text) {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    return ENTITIES[name] ?? whole;
  });
}

export function textOf(html) {
  const visible = html.replace(/<(script|style|template)\b[^]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
  return unescapeHtml(visible).replace(/\s+/g, ' ').trim();
}

function attributes(tag) {
  const found = {};
  for (const [, name, value] of tag.matchAll(/\s([\w-]+)(?:="([^"]*)")?(?=[\s/>])/g)) found[name] = unescapeHtml(value ?? '');
  return found;
}

function selectValue(body) {
  const options = [...body.matchAll(/<option\b[^>]*>/g)].map(([tag]) => attributes(tag));
  return (options.find((option) => 'selected' in option) ?? options[0])?.value;
}

// What a browser would send if the form were sent as it is; buttons not included.
function fieldsOf(body) {
  const fields = {};
  for (const [tag] of body.matchAll(/<input\b[^>]*>/g)) {
    const { name, type = 'text', value, ...rest } = attributes(tag);
    const ticked = !['radio', 'checkbox'].includes(type) || 'checked' in rest;
    if (name && ticked && !['submit', 'button', 'file'].includes(type)) fields[name] = value ?? (type === 'checkbox' ? 'on' : '');
  }
  for (const [, tag, text] of body.matchAll(/<textarea\b([^>]*)>([^]*?)<\/textarea>/g)) {
    const { name } = attributes(` ${tag}>`);
    if (name) fields[name] = unescapeHtml(text.replace(/^\n/, ''));
  }
  for (const [, tag, options] of body.matchAll(/<select\b([^>]*)>([^]*?)<\/select>/g)) {
    const { name } = attributes(` ${tag}>`);
    const value = selectValue(options);
    if (name && value !== undefined) fields[name] = value;
  }
  return fields;
}

export function listForms(html) {
  return [...html.matchAll(/<form\b([^>]*)>([^]*?)<\/form>/g)].map(([, tag, body]) => {
    const { action = '', method = 'get', enctype = 'application/x-www-form-urlencoded' } = attributes(` ${tag.trim()}>`);
    return { action, method, enctype, fields: fieldsOf(body), body };
  });
}

export function findForm(html, action) {
  const forms = listForms(html);
  const found = forms.find((form) => action.test(form.action));
  if (!found) throw new Error(`no form goes to ${action}; there are ${forms.map((form) => form.action).join(', ') || 'none'}`);
  return found;
}
