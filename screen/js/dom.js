// One helper builds every element; text only ever enters as a text node.
/** @param {string} tag @param {Record<string, any>} [attrs] @param {...any} kids @returns {any} */
export function h(tag, attrs, ...kids) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attrs || {})) {
    if (v == null || v === false) continue;
    if (k.startsWith('on')) e.addEventListener(k.slice(2), v);
    else if (k === 'class') e.className = v;
    else if (k === 'style') e.style.cssText = v;
    else if (k === 'value') /** @type {any} */ (e).value = v;
    else if (k in e && typeof v === 'boolean' && !k.startsWith('aria')) /** @type {any} */ (e)[k] = v;
    else e.setAttribute(k, v === true ? '' : v);
  }
  put(e, kids);
  return e;
}
/** @param {Element} e @param {any[]} kids */
export function put(e, kids) {
  for (const k of kids.flat(9)) if (k != null && k !== false && k !== true) e.append(k.nodeType ? k : document.createTextNode(k));
  return e;
}
/** All that is in an element, anew. @param {Element} e @param {...any} kids */
export function fill(e, ...kids) { e.replaceChildren(); return put(e, kids); }
/** @param {string} s @param {ParentNode} [r] @returns {any} */
export const $ = (s, r = document) => r.querySelector(s);
/** @param {string} s @param {ParentNode} [r] @returns {any[]} */
export const $$ = (s, r = document) => [...r.querySelectorAll(s)];

// Amounts are decimal strings; they are grouped as text, never turned into binary numbers.
/** @param {string} v exact, in 元 @param {number} [places] */
export function yuan(v, places = 2) {
  const m = /^(-?)(\d+)(?:\.(\d*))?$/.exec(String(v));
  if (!m) return String(v);
  const rest = (m[3] || '').replace(/0+$/, '').padEnd(places, '0');
  return m[1] + m[2].replace(/\B(?=(\d{3})+$)/g, ',') + (rest ? '.' + rest : '');
}
/** The exact sum of decimal strings, as one. @param {string[]} all */
export function sum(all) {
  const places = all.reduce((most, v) => Math.max(most, (v.split('.')[1] || '').length), 0);
  const whole = v => { const [a, b = ''] = v.replace('-', '').split('.'); return (v.startsWith('-') ? -1n : 1n) * BigInt(a + b.padEnd(places, '0')); };
  const total = all.reduce((s, v) => s + whole(v), 0n), size = (total < 0n ? -total : total).toString().padStart(places + 1, '0');
  return (total < 0n ? '-' : '') + size.slice(0, size.length - places) + (places ? '.' + size.slice(-places) : '');
}
/** A typed amount as a plain decimal string; null: it is none. @param {string} text */
export function amount(text) {
  const plain = text.replace(/[,，\s￥¥]/g, '').replace(/[０-９]/g, d => String.fromCharCode(d.charCodeAt(0) - 0xfee0));
  return /^-?\d+(\.\d+)?$/.test(plain) ? plain : null;
}
const P = {
  back: 'M10 3 5 8l5 5', next: 'm6 3 5 5-5 5', down: 'm3 6 5 5 5-5', close: 'm4 4 8 8M12 4l-8 8', undo: 'M6 4 3 7l3 3M3 7h6a4 4 0 0 1 0 8H7',
  minus: 'M3 8h10', plus: 'M3 8h10M8 3v10', find: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.5 10.5 14 14', menu: 'M2 4h12M2 8h12M2 12h12',
  edit: 'M3 13h2.5L13 5.5 10.5 3 3 10.5V13Z', folder: 'M2 4h4l1.5 2H14v7H2V4Z', warn: 'M8 2.5 14.5 13.5h-13L8 2.5ZM8 6.5v3.2M8 11.4v.6', err: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 5v4M8 10.8v.6', ok: 'm3 8.5 3.5 3.5L13 4.5',
  note: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 7v4M8 4.8v.4', copy: 'M5.5 5.5V2.5h8v8h-3M2.5 5.5h8v8h-8v-8Z', page: 'M4 2h5l3 3v9H4V2ZM9 2v3h3', table: 'M2.5 3.5h11v9h-11v-9ZM2.5 6.5h11M2.5 9.5h11M6.5 3.5v9', text: 'M3 4h10M3 7h10M3 10h7', clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 5v3.2l2.2 1.6', up: 'm3 10 5-5 5 5',
};
/** @param {string} n @param {number} [s] */
export function icon(n, s = 16) {
  const e = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  for (const [k, v] of Object.entries({ viewBox: '0 0 16 16', width: s, height: s, 'aria-hidden': 'true', class: 'ic' })) e.setAttribute(k, String(v));
  const p = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  p.setAttribute('d', P[n] || '');
  e.append(p);
  return e;
}
/** @param {any} label @param {Record<string, any>} [o] */
export const btn = (label, o = {}) => h('button', { type: 'button', class: 'btn ' + (o.kind || ''), title: o.title, onclick: o.on, disabled: !!o.disabled, id: o.id, 'aria-label': o.label, 'aria-pressed': o.pressed, 'aria-expanded': o.expanded }, o.icon && icon(o.icon), label, o.key && h('kbd', {}, o.key));
/** Told to whoever listens instead of looking. @param {string} text */
export function say(text) { const live = $('#live'); live.textContent = ''; setTimeout(() => { live.textContent = text; }, 30); }
/** A dialog of the browser's own: focus stays in it, Esc closes it. @returns {any} */
export function dialog(title, body, foot, cls = '', closed = () => {}) {
  const d = h('dialog', { class: 'dlg ' + cls, 'aria-labelledby': 'dt' },
    h('header', {}, h('h1', { id: 'dt' }, title), h('span', { class: 'grow' }), h('button', { class: 'btn ghost icon', type: 'button', 'aria-label': '关闭', title: 'Esc', onclick: () => d.close() }, icon('close'))),
    h('div', { class: 'dbody', tabindex: '0' }, body), foot && h('footer', {}, foot));
  d.addEventListener('close', () => { d.remove(); closed(); });
  document.body.append(d);
  d.showModal();
  return d;
}
